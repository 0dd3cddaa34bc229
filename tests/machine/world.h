#pragma once

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <gtest/gtest.h>

#include "ledger/invariants/invariants.h"
#include "ledger/machine/machine.h"
#include "ledger/machine/redemptions.h"
#include "ledger/validation/validate_command.h"
#include "tests/support/announced_refusal.h"
#include "tests/support/entry_book.h"
#include "tests/support/redemption_numbers.h"

namespace voucher {

inline constexpr char kE1[] = "91420111MA00000010";
inline constexpr char kE2[] = "91420115MA00000020";
inline constexpr char kSha[] = "0123456789abcdef0123456789abcdef";
inline constexpr char kLife[] = "tests/scenarios/lifecycle.textproto";
inline constexpr char kHighest[] = "tests/scenarios/highest_only.textproto";
inline constexpr char kContest[] = "tests/scenarios/competitive.textproto";

// A ledger in memory, on Monday 2025-05-26 at 09:00.
class TestWorld {
 public:
  TestWorld() {
    authority_.set_principal("everybody");
    for (const char* uscc : {kE1, kE2}) {
      Accept("put_enterprise",
             absl::StrCat("facts { uscc: '", uscc,
                          "' name: 'x' division: '420111' size: ENTERPRISE_SIZE_SMALL industry: "
                          "INDUSTRY_INDUSTRIAL registered_on { year: 2015 month: 6 day: 1 } "
                          "uscc_check_waived: true }"));
    }
    Accept("put_provider", "provider_id: 'acme' name: 'Acme'");
    Accept("publish_calendar", "first_year: 2025 last_year: 2026");
    Accept("bind_cloud_account",
           absl::StrCat("provider_id: 'acme' account_number: 'a-1' uscc: '", kE1, "'"));
  }

  // Redemptions are numbered from 1, as they were made.
  v1::Entry Do(const std::string& verb, const std::string& fields) {
    v1::Command command;
    EXPECT_TRUE(google::protobuf::TextFormat::MergeFromString(
        absl::StrCat(verb, " { request_id: 'r-", ++requests_, "' ", fields, " }"), &command))
        << verb << " " << fields;
    if (command.has_reverse_redemption()) redemptions_.ToIds(command.mutable_reverse_redemption());
    FireTimers();
    const auto problems = ValidateCommand(command, now_);
    EXPECT_TRUE(problems.empty()) << verb << " " << fields << ": " << problems.front().field;
    return Record(
        Decide(state_, command, authority_, now_, ++recorded_, entries_.NamedBy(command)));
  }

  v1::Event Accept(const std::string& verb, const std::string& fields) {
    const v1::Entry entry = Do(verb, fields);
    EXPECT_TRUE(entry.has_event()) << verb << " " << fields << ": " << entry.ShortDebugString();
    return entry.event();
  }

  // Books the first timer that is due now; an empty entry if there is none.
  v1::Entry FireTimer() {
    const std::vector<v1::TimerDue> due = TimersDue(state_, now_, 1);
    if (due.empty()) return {};
    v1::Command command;
    *command.mutable_timer_due() = due.front();
    return Record(Decide(state_, command, {}, now_, ++recorded_, nullptr));
  }

  // Books all that are due; the last entry, empty if there was none.
  v1::Entry FireTimers() {
    v1::Entry last;
    for (v1::Entry entry = FireTimer(); entry.sequence() != 0; entry = FireTimer()) last = entry;
    return last;
  }

  void MoveTo(const std::string& day) { now_ = *ParseRfc3339(day + "T09:00:00+08:00"); }

  // Publishes, opens and funds a program with the rules of a file and more.
  void Open(const std::string& file, const std::string& program, const std::string& rules = "",
            int64_t budget_fen = 1'000'000) {
    Publish(file, program, rules);
    Accept("set_program_state",
           absl::StrCat("program_id: '", program, "' state: PROGRAM_STATE_OPEN"));
    Appropriate(program, budget_fen);
  }
  void Publish(const std::string& file, const std::string& program, const std::string& rules = "") {
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    Accept("publish_program", absl::StrCat("rules { ", text.str(), "\n } rules { program_id: '",
                                           program, "' ", rules, " }"));
    Accept("put_product",
           absl::StrCat("product { program_id: '", program,
                        "' provider_id: 'acme' product_id: 'ecs' name: 'ECS' category: 'x' ",
                        ItemsIn(text.str()), " effective_from { year: 2025 month: 1 day: 1 } }"));
  }
  void Appropriate(const std::string& program, int64_t fen) {
    Accept("appropriate", absl::StrCat("program_id: '", program, "' amount_fen: ", fen,
                                       " fiscal_reference: 'F-", requests_, "'"));
  }

  static std::string Evidence(int number) {
    return absl::StrCat(
        "evidence { invoices { number: '", 10'000'000 + number,
        "' code: '042001800111' amount_fen: 100000000 issued_on { year: 2025 month: "
        "3 day: 1 } } documents { kind: DOCUMENT_KIND_CONTRACT number: 'HT-1' sha256: "
        "'",
        kSha, "' } }");
  }
  std::string Application(const std::string& program, const std::string& item, int64_t spend_fen,
                          const std::string& mode, const std::string& uscc = kE1) {
    return absl::StrCat("program_id: '", program, "' item_id: '", item, "' uscc: '", uscc,
                        "' delivery_mode: DELIVERY_MODE_", mode, " spend_fen: ", spend_fen,
                        " project { project_id: 'P' } products { provider_id: 'acme' product_id: "
                        "'ecs' } ",
                        Evidence(requests_));
  }
  uint64_t Apply(const std::string& program, const std::string& item, int64_t spend_fen,
                 const std::string& mode) {
    return Accept("submit_application", Application(program, item, spend_fen, mode))
        .application_submitted()
        .application_id();
  }

  // A command about one application.
  v1::Entry About(const std::string& verb, uint64_t application, const std::string& fields = "") {
    return Do(verb, absl::StrCat("application_id: ", application, " ", fields));
  }
  void Accepted(const std::string& verb, uint64_t application, const std::string& fields = "") {
    Accept(verb, absl::StrCat("application_id: ", application, " ", fields));
  }
  void Pass(uint64_t application, const std::string& stage, const std::string& fields = "") {
    Accepted("review_application", application,
             absl::StrCat("stage_id: '", stage, "' verdict: REVIEW_VERDICT_PASS ", fields));
  }

  const rows::ApplicationRow& Row(uint64_t application) const {
    return *state_.Find<tables::Applications>({application});
  }
  const View& view() const { return state_; }
  // What does not hold of it.
  std::vector<std::string> Findings() const { return CheckInvariants(state_, entries_.redeemed()); }
  v1::RedemptionState StateOfRedemption(uint64_t number) const {
    const v1::Entry* entry = entries_.Find(redemptions_.IdOf(number));
    EXPECT_TRUE(entry != nullptr && entry->event().has_redeemed()) << number;
    return StateOf(state_.Find<tables::Reversals>({redemptions_.IdOf(number)}));
  }

 private:
  // Every item of the rules, as the items of a product.
  static std::string ItemsIn(const std::string& rules) {
    std::string items;
    const std::string label = "item_id: ";
    for (size_t at = rules.find(label); at != std::string::npos; at = rules.find(label, at + 1)) {
      const size_t name = at + label.size();
      absl::StrAppend(&items,
                      " item_ids: ", rules.substr(name, rules.find('"', name + 1) + 1 - name));
    }
    return items;
  }

  v1::Entry Record(v1::Entry entry) {
    EXPECT_EQ(testing::UnannouncedRefusal(entry), "");
    v1::Entry stored;
    stored.ParseFromString(entry.SerializeAsString());
    Evolve(stored, &state_);
    redemptions_.Note(stored.event().redeemed());
    entries_.Add(stored);
    return stored;
  }

  WriterRows state_{nullptr};
  testing::EntryBook entries_;
  testing::RedemptionNumbers redemptions_;
  v1::Authority authority_;
  UnixNanos now_ = *ParseRfc3339("2025-05-26T09:00:00+08:00");
  UnixNanos recorded_ = now_;
  int requests_ = 0;
};

}  // namespace voucher
