#include "ledger/machine/waitlist.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <gtest/gtest.h>

#include "ledger/invariants/invariants.h"
#include "ledger/machine/machine.h"
#include "ledger/machine/postings.h"
#include "ledger/validation/validate_command.h"

namespace voucher {
namespace {

// 2025-05-26T08:00:00+08:00, and the cutoff, 2025-11-01T00:00:00+08:00.
constexpr UnixNanos kStart = 1'748'217'600 * kNanosPerSecond;
constexpr UnixNanos kCutoff = 1'761'926'400 * kNanosPerSecond;
constexpr int64_t kWantedFen = 100;

// A program without money whose budget lets applications wait, in memory.
class WaitlistTest : public ::testing::Test {
 protected:
  WaitlistTest() : state_(std::make_unique<WriterRows>(nullptr)) {
    platform_.set_principal("platform");
    platform_.add_roles(v1::ROLE_PLATFORM);
    Accept(R"(publish_program { rules {
        program_id: "p" title_zh: "候补" title_en: "Waitlist" document: "D" time_zone: "Asia/Shanghai"
        fiscal_year: 2025
        window { first_day { year: 2025 month: 1 day: 1 } last_day { year: 2025 month: 10 day: 31 }
                 clause: "1" }
        items { item_id: "cloud" number: 1 title_zh: "云" rate_bps: 10000 clause: "2" }
        on_exhausted: ON_EXHAUSTED_WAITLIST budget_clause: "3"
        delivery_modes: DELIVERY_MODE_REIMBURSEMENT } })");
    Accept(R"(set_program_state { program_id: "p" state: PROGRAM_STATE_OPEN })");
    Accept(R"(put_enterprise { facts {
        uscc: "91420111MA00000A1A" name: "E" division: "420111" size: ENTERPRISE_SIZE_SMALL
        industry: INDUSTRY_INDUSTRIAL registered_on { year: 2015 month: 6 day: 1 } } })");
    Accept(R"(put_provider { provider_id: "acme" name: "Acme" })");
    Accept(R"(put_product { product {
        program_id: "p" provider_id: "acme" product_id: "ecs" name: "Server" category: "c"
        item_ids: "cloud" effective_from { year: 2025 month: 1 day: 1 } } })");
  }

  // Decides the command as received at now_, and evolves it.
  v1::Entry Do(const std::string& text) {
    v1::Command command;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &command)) << text;
    const auto* verb = command.GetReflection()->GetOneofFieldDescriptor(
        command, v1::Command::descriptor()->FindOneofByName("verb"));
    google::protobuf::Message* request = command.GetReflection()->MutableMessage(&command, verb);
    request->GetReflection()->SetString(request,
                                        request->GetDescriptor()->FindFieldByName("request_id"),
                                        absl::StrCat("r", ++requests_));
    EXPECT_TRUE(ValidateCommand(command, now_).empty()) << text;
    return Keep(Decide(*state_, std::move(command), platform_, now_, ++recorded_, nullptr));
  }

  v1::Entry Accept(const std::string& text) {
    v1::Entry entry = Do(text);
    EXPECT_TRUE(entry.has_event()) << entry.ShortDebugString();
    return entry;
  }

  void Apply(int64_t spend_fen = kWantedFen) {
    Accept(absl::StrCat(R"(submit_application {
        program_id: "p" item_id: "cloud" uscc: "91420111MA00000A1A"
        delivery_mode: DELIVERY_MODE_REIMBURSEMENT
        products { provider_id: "acme" product_id: "ecs" } spend_fen: )",
                        spend_fen, " project { project_id: 'P-", requests_, "' } }"));
  }

  v1::Entry Appropriate(int64_t fen) {
    return Accept(absl::StrCat(R"(appropriate { program_id: "p" amount_fen: )", fen,
                               " fiscal_reference: 'F-", requests_, "' }"));
  }

  // Fires the one timer that continues the waitlist, however late.
  v1::Entry Continue(int64_t late_ns = 0) {
    for (const v1::TimerDue& timer : TimersDue(*state_, now_, 10)) {
      if (timer.kind() != v1::TIMER_KIND_WAITLIST) continue;
      v1::Command command;
      *command.mutable_timer_due() = timer;
      recorded_ = std::max(recorded_ + 1, now_ + late_ns);
      return Keep(Decide(*state_, command, {}, recorded_, recorded_, nullptr));
    }
    ADD_FAILURE() << "no timer continues the waitlist";
    return {};
  }

  v1::Entry Keep(v1::Entry entry) {
    EXPECT_EQ(Redecide(*state_, entry, nullptr).SerializeAsString(), entry.SerializeAsString());
    EXPECT_LE(entry.ByteSizeLong(), 1u << 20);
    Evolve(entry, state_.get());
    return entry;
  }

  void ExpectInvariants() {
    for (const std::string& finding : CheckInvariants(*state_, RedemptionSums())) {
      ADD_FAILURE() << finding;
    }
  }

  const rows::ProgramRow& Program() { return *state_->Find<tables::Programs>({1}); }
  v1::ApplicationState StateOf(uint64_t id) {
    return state_->Find<tables::Applications>({id})->state();
  }
  int64_t Budget() { return BalanceOf(*state_, 1, BudgetAccount()); }

  std::unique_ptr<WriterRows> state_;
  v1::Authority platform_;
  UnixNanos now_ = kStart;
  UnixNanos recorded_ = kStart;
  int requests_ = 0;
};

// Appends the promoted applications, which must be `count`.
void AddPromoted(const v1::Entry& entry, int count, std::vector<uint64_t>* promoted) {
  EXPECT_EQ(entry.event().waitlist().promotions_size(), count);
  for (const v1::Promotion& promotion : entry.event().waitlist().promotions()) {
    promoted->push_back(promotion.application_id());
    EXPECT_EQ(promotion.granted_fen(), kWantedFen);
    EXPECT_EQ(promotion.state(), v1::APPLICATION_STATE_LISTED) << "there are no review stages";
  }
}

TEST_F(WaitlistTest, SixHundredArePromotedInOriginalOrderByThreeEntries) {
  for (int i = 0; i < 600; ++i) Apply();
  EXPECT_EQ(Program().waitlisted(), 600u);
  std::vector<uint64_t> promoted;
  const v1::Entry release = Appropriate(601 * kWantedFen);
  AddPromoted(release, 256, &promoted);
  EXPECT_TRUE(release.event().waitlist().continues());
  EXPECT_EQ(Program().waitlist_as_of_unix_ns(), release.received_unix_ns());
  EXPECT_EQ(Budget(), 345 * kWantedFen);
  ExpectInvariants();

  const v1::Entry second = Continue();
  AddPromoted(second, 256, &promoted);
  EXPECT_TRUE(second.event().waitlist().continues());
  EXPECT_EQ(second.command().timer_due().due_unix_ns(), 0) << "before every other timer";
  EXPECT_EQ(second.event().waitlist_continued().as_of_unix_ns(), release.received_unix_ns());
  ExpectInvariants();
  const v1::Entry third = Continue();
  AddPromoted(third, 88, &promoted);
  EXPECT_FALSE(third.event().waitlist().continues());
  ExpectInvariants();

  for (uint64_t id = 1; id <= 600; ++id) EXPECT_EQ(promoted.at(id - 1), id);
  EXPECT_EQ(Program().waitlisted(), 0u);
  EXPECT_FALSE(Program().waitlist_continues());
  EXPECT_EQ(Budget(), kWantedFen);
}

TEST_F(WaitlistTest, ExactlyOneEntrysWorthDoesNotContinue) {
  for (int i = 0; i < 256; ++i) Apply();
  std::vector<uint64_t> promoted;
  const v1::Entry release = Appropriate(256 * kWantedFen);
  AddPromoted(release, 256, &promoted);
  EXPECT_FALSE(release.event().waitlist().continues());
  ExpectInvariants();
}

TEST_F(WaitlistTest, ThoseBehindOneWhoDoesNotFitAreNotPromotedHoweverManyEntriesFollow) {
  for (int i = 0; i < 260; ++i) Apply();
  Apply(10 * kWantedFen);
  Apply();
  std::vector<uint64_t> promoted;
  const v1::Entry release = Appropriate(269 * kWantedFen);
  AddPromoted(release, 256, &promoted);
  const v1::Entry rest = Continue();
  AddPromoted(rest, 4, &promoted);
  EXPECT_FALSE(rest.event().waitlist().continues());
  EXPECT_EQ(StateOf(261), v1::APPLICATION_STATE_WAITLISTED);
  EXPECT_EQ(StateOf(262), v1::APPLICATION_STATE_WAITLISTED);
  EXPECT_EQ(Budget(), 9 * kWantedFen);
  ExpectInvariants();
}

TEST_F(WaitlistTest, ALimitThatIsFreedIsTakenInTheSameEntry) {
  Accept(R"(publish_program { rules {
      program_id: "p" title_zh: "候补" title_en: "Waitlist" document: "D" time_zone: "Asia/Shanghai"
      fiscal_year: 2025
      window { first_day { year: 2025 month: 1 day: 1 } last_day { year: 2025 month: 10 day: 31 }
               clause: "1" }
      items { item_id: "cloud" number: 1 title_zh: "云" rate_bps: 10000 clause: "2" }
      on_exhausted: ON_EXHAUSTED_REJECT budget_clause: "3"
      pools { scope: POOL_SCOPE_ITEM key: "cloud" amount_fen: 100 on_exhausted: ON_EXHAUSTED_WAITLIST
              clause: "4" }
      delivery_modes: DELIVERY_MODE_REIMBURSEMENT } })");
  Appropriate(1'000);
  Apply();
  Apply();
  EXPECT_EQ(StateOf(2), v1::APPLICATION_STATE_WAITLISTED);
  const v1::Entry release = Accept("withdraw_application { application_id: 1 }");
  EXPECT_EQ(release.event().waitlist().promotions_size(), 1);
  EXPECT_EQ(StateOf(2), v1::APPLICATION_STATE_LISTED);
  ExpectInvariants();
}

TEST_F(WaitlistTest, MoneyThatCameBackBeforeTheCutoffPromotesAlsoInEntriesRecordedAfterIt) {
  for (int i = 0; i < 300; ++i) Apply();
  now_ = kCutoff - 1;
  recorded_ = now_;
  std::vector<uint64_t> promoted;
  AddPromoted(Appropriate(300 * kWantedFen), 256, &promoted);
  AddPromoted(Continue(5 * kNanosPerSecond), 44, &promoted);
  EXPECT_EQ(Program().waitlisted(), 0u);
  ExpectInvariants();
}

TEST_F(WaitlistTest, AtTheCutoffEveryoneLapsesInEntriesOf256) {
  for (int i = 0; i < 300; ++i) Apply();
  now_ = kCutoff + 30 * kNanosPerSecond;
  v1::Command cutoff;
  *cutoff.mutable_timer_due() = TimersDue(*state_, kCutoff, 1).at(0);
  recorded_ = now_;
  const v1::Entry first = Keep(Decide(*state_, cutoff, {}, recorded_, recorded_, nullptr));
  EXPECT_TRUE(first.event().has_program_cutoff_reached());
  EXPECT_EQ(first.event().waitlist().lapsed_application_ids_size(), 256);
  EXPECT_TRUE(first.event().waitlist().continues());
  ExpectInvariants();
  EXPECT_EQ(first.event().waitlist().lapse_refusals_size(), 256);
  const v1::Entry second = Continue();
  EXPECT_EQ(second.event().waitlist().lapsed_application_ids_size(), 44);
  EXPECT_FALSE(second.event().waitlist().continues());
  EXPECT_EQ(StateOf(300), v1::APPLICATION_STATE_LAPSED);
  EXPECT_EQ(Program().waitlisted(), 0u);
  ExpectInvariants();
}

TEST_F(WaitlistTest, EntriesThatDoNotSayWhyAWaiterLapsedStillEvolve) {
  for (int i = 0; i < 3; ++i) Apply();
  now_ = kCutoff + 30 * kNanosPerSecond;
  v1::Command cutoff;
  *cutoff.mutable_timer_due() = TimersDue(*state_, kCutoff, 1).at(0);
  recorded_ = now_;
  v1::Entry entry = Decide(*state_, cutoff, {}, recorded_, recorded_, nullptr);
  entry.mutable_event()->mutable_waitlist()->clear_lapse_refusals();
  Evolve(entry, state_.get());
  EXPECT_EQ(StateOf(3), v1::APPLICATION_STATE_LAPSED);
  ExpectInvariants();
}

}  // namespace
}  // namespace voucher
