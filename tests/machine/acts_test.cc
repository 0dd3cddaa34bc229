// Every verb has its line in docs/acts.md; an act that a document makes is booked once, unless its
// repeat names the newest booking.
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "ledger/validation/verbs.h"
#include "tests/machine/world.h"

namespace voucher {
namespace {

constexpr char kProgram[] = R"(
  title_zh: "重复" title_en: "Repeats" document: "D" time_zone: "Asia/Shanghai" fiscal_year: 2025
  window { first_day { year: 2025 month: 1 day: 1 } last_day { year: 2025 month: 10 day: 31 }
           clause: "1" }
  items { item_id: "cloud" number: 1 title_zh: "云" rate_bps: 10000 clause: "2" }
  items { item_id: "pilot" number: 2 title_zh: "试点" fixed_fen: 100 clause: "2"
          not_applied_for { note_en: "granted" note_zh: "免申报" awarded: true clause: "2" } }
  on_exhausted: ON_EXHAUSTED_REJECT budget_clause: "3"
  delivery_modes: DELIVERY_MODE_REIMBURSEMENT delivery_modes: DELIVERY_MODE_CLOUD_CREDIT
  voucher_terms { expires_on { year: 2025 month: 12 day: 31 } redemption_grace_hours: 72
                  transfer_answer_hours: 120 clause: "4" earlier_usage { clause: "4" } }
  non_transferable_clause: "5"
  cure { months: 6 clause: "6" }
)";

TEST(Acts, EveryVerbHasItsLine) {
  std::ostringstream page;
  page << std::ifstream("docs/acts.md").rdbuf();
  ASSERT_FALSE(page.str().empty());
#define VOUCHER_HAS_LINE(Verb, verb, EventType, event_field)                          \
  EXPECT_NE(page.str().find(absl::StrCat("\n| `", #Verb, "` | ")), std::string::npos) \
      << "docs/acts.md has no line of " << #Verb;
  VOUCHER_VERBS(VOUCHER_HAS_LINE)
#undef VOUCHER_HAS_LINE
}

class BookedOnceTest : public ::testing::Test {
 protected:
  BookedOnceTest() {
    std::ostringstream rules;
    rules << "rules { program_id: 'p' " << kProgram << " }";
    world_.Accept("publish_program", rules.str());
    world_.Accept("set_program_state", "program_id: 'p' state: PROGRAM_STATE_OPEN");
    world_.Accept("appropriate", "program_id: 'p' amount_fen: 100000 fiscal_reference: 'F-0'");
    world_.Accept(
        "put_product",
        "product { program_id: 'p' provider_id: 'acme' product_id: 'ecs' name: 'ECS' "
        "category: 'x' item_ids: 'cloud' effective_from { year: 2025 month: 1 day: 1 } }");
  }

  // An approved application of 1,000 fen.
  void Approve(const std::string& project, const std::string& mode) {
    const uint64_t id =
        world_
            .Accept("submit_application",
                    absl::StrCat("program_id: 'p' item_id: 'cloud' uscc: '", kE1,
                                 "' spend_fen: 1000 delivery_mode: DELIVERY_MODE_", mode,
                                 " project { project_id: '", project,
                                 "' } products { provider_id: 'acme' product_id: 'ecs' }"))
            .application_submitted()
            .application_id();
    world_.Accepted("approve_application", id);
  }

  // Books it, is refused, means it, is refused with the newer booking.
  void ExpectBookedOnce(const std::string& verb, const std::string& fields) {
    SCOPED_TRACE(verb);
    const v1::Entry first = world_.Do(verb, fields);
    ASSERT_TRUE(first.has_event()) << first.ShortDebugString();
    ExpectRefused(world_.Do(verb, fields), first.sequence());
    const v1::Entry meant = world_.Do(verb, Naming(fields, first.sequence()));
    ASSERT_TRUE(meant.has_event()) << meant.ShortDebugString();
    ExpectRefused(world_.Do(verb, fields), meant.sequence());
    ExpectRefused(world_.Do(verb, Naming(fields, first.sequence())), meant.sequence());
    EXPECT_TRUE(world_.Do(verb, Naming(fields, meant.sequence())).has_event());
  }

  static std::string Naming(const std::string& fields, uint64_t sequence) {
    return absl::StrCat(fields, " repeats: ", sequence);
  }

  static void ExpectRefused(const v1::Entry& entry, uint64_t by) {
    const v1::Refusal& refusal = entry.refusal();
    ASSERT_EQ(refusal.reason(), v1::REASON_ALREADY_BOOKED) << entry.ShortDebugString();
    ASSERT_EQ(refusal.numbers_size(), 1);
    EXPECT_EQ(refusal.numbers(0).name(), "first_sequence");
    EXPECT_EQ(refusal.numbers(0).value(), static_cast<int64_t>(by));
  }

  TestWorld world_;
};

TEST_F(BookedOnceTest, WhatADocumentMakes) {
  ExpectBookedOnce("appropriate", "program_id: 'p' amount_fen: 5 fiscal_reference: 'F-1'");
  ExpectBookedOnce("record_incident",
                   absl::StrCat("uscc: '", kE1,
                                "' incident { kind: INCIDENT_KIND_SAFETY severity: "
                                "INCIDENT_SEVERITY_GENERAL date { year: 2025 month: 5 day: 1 } "
                                "reference: 'J-1' }"));
  ExpectBookedOnce("set_listing", absl::StrCat("uscc: '", kE2,
                                               "' kind: LISTING_KIND_SERIOUS_DISHONESTY listed: "
                                               "true reference: 'L-1'"));
  ExpectBookedOnce(
      "set_blacklist",
      absl::StrCat("uscc: '", kE2, "' blacklisting { reason: 'fraud' reference: 'B-1' }"));
  ExpectBookedOnce("remind_enterprise",
                   absl::StrCat("program_id: 'p' uscc: '", kE1, "' reference: 'T-1'"));
}

TEST_F(BookedOnceTest, ApplicationsAndAwards) {
  ExpectBookedOnce("submit_application",
                   absl::StrCat("program_id: 'p' item_id: 'cloud' uscc: '", kE1,
                                "' delivery_mode: DELIVERY_MODE_REIMBURSEMENT spend_fen: 1000 "
                                "project { project_id: 'P' } products { provider_id: 'acme' "
                                "product_id: 'ecs' }"));
  ExpectBookedOnce("award_grant",
                   absl::StrCat("program_id: 'p' item_id: 'pilot' uscc: '", kE1,
                                "' delivery_mode: DELIVERY_MODE_REIMBURSEMENT project { "
                                "project_id: 'P' } reference: 'W-1'"));
}

TEST_F(BookedOnceTest, TransfersAndReversals) {
  Approve("P", "CLOUD_CREDIT");
  ExpectBookedOnce("order_transfer",
                   "voucher_id: 1 account_id: 1 amount_fen: 100 reference: 'DB-1'");
  for (int transfer = 1; transfer <= 3; ++transfer) {
    world_.Accept("confirm_transfer",
                  absl::StrCat("transfer_id: ", transfer, " provider_reference: 'CR-1'"));
  }
  world_.Accept("redeem",
                "program_id: 'p' account_id: 1 product_id: 'ecs' order_number: 'O-1' amount_fen: "
                "300 usage_ended_at { seconds: 1748217600 }");
  ExpectBookedOnce("reverse_redemption", "redemption_id: 1 amount_fen: 50 reason: 'cancelled'");
}

TEST_F(BookedOnceTest, PaymentsAndRecoveries) {
  Approve("P", "REIMBURSEMENT");
  world_.MoveTo("2025-06-01");
  world_.Accept("close_statement",
                "program_id: 'p' division: '420111' period { year: 2025 month: 5 }");
  ExpectBookedOnce("record_disbursement",
                   "statement_id: 1 disbursement { amount_fen: 300 fiscal_reference: 'F-1' "
                   "paid_on { year: 2025 month: 6 day: 1 } }");
  world_.Accepted("reclaim", 1, "ground: RECLAIM_GROUND_FRAUD reason: 'x' reference: 'y'");
  ExpectBookedOnce("record_recovery", absl::StrCat("program_id: 'p' uscc: '", kE1,
                                                   "' amount_fen: 100 fiscal_reference: 'F-2'"));
}

}  // namespace
}  // namespace voucher
