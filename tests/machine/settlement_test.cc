#include "ledger/machine/settlement.h"

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "ledger/machine/postings.h"
#include "tests/machine/world.h"

namespace voucher {
namespace {

constexpr char kIn2025[] =
    "fiscal_year: 2025 window { first_day { year: 2025 } last_day { year: 2025 } } voucher_terms { "
    "expires_on { year: 2025 } } ";

class SettlementTest : public ::testing::Test {
 protected:
  void Open(const std::string& program, const std::string& rules = "") {
    std::ifstream in("tests/scenarios/settlement.textproto");
    std::ostringstream text;
    text << in.rdbuf();
    world_.Accept("publish_program",
                  absl::StrCat("rules { ", text.str(), "\n } rules { program_id: '", program, "' ",
                               kIn2025, rules, " }"));
    world_.Accept("set_program_state",
                  absl::StrCat("program_id: '", program, "' state: PROGRAM_STATE_OPEN"));
    world_.Appropriate(program, 1'000'000);
    world_.Accept(
        "put_product",
        absl::StrCat("product { program_id: '", program,
                     "' provider_id: 'acme' product_id: 'ecs' name: 'ECS' category: 'x' "
                     "item_ids: 'cloud' effective_from { year: 2025 month: 1 day: 1 } }"));
  }

  // An approved reimbursement.
  uint64_t Reimburse(const std::string& program, int64_t fen, const std::string& uscc = kE1) {
    const uint64_t id =
        world_
            .Accept("submit_application",
                    absl::StrCat("program_id: '", program, "' item_id: 'cloud' uscc: '", uscc,
                                 "' delivery_mode: DELIVERY_MODE_REIMBURSEMENT spend_fen: ", fen,
                                 " project { project_id: 'P-", ++projects_,
                                 "' } products { provider_id: 'acme' product_id: 'ecs' }"))
            .application_submitted()
            .application_id();
    world_.Accepted("approve_application", id);
    return id;
  }

  v1::StatementClosed Close(const std::string& program, int month) {
    return world_
        .Accept("close_statement",
                absl::StrCat("program_id: '", program,
                             "' division: '420100' period { year: 2025 month: ", month, " }"))
        .statement_closed();
  }

  // Reimbursements of May that are paid out on June 1 and then reclaimed: enterprise 1 owes them.
  void Owe(const std::vector<std::pair<std::string, int64_t>>& debts) {
    std::vector<uint64_t> applications;
    for (const auto& [program, fen] : debts) applications.push_back(Reimburse(program, fen));
    world_.MoveTo("2025-06-01");
    for (const auto& [program, fen] : debts) {
      world_.Accept(
          "record_disbursement",
          absl::StrCat("statement_id: ", Close(program, 5).statement_id(),
                       " disbursement { amount_fen: ", fen,
                       " fiscal_reference: 'F' paid_on { year: 2025 month: 5 day: 1 } }"));
    }
    for (const uint64_t id : applications) Reclaim(id);
  }

  void Reclaim(uint64_t id) {
    world_.Accepted("reclaim", id, "ground: RECLAIM_GROUND_FRAUD reason: 'x' reference: 'y'");
  }

  void ExpectInvariants() {
    for (const std::string& finding : world_.Findings()) ADD_FAILURE() << finding;
  }

  TestWorld world_;
  int projects_ = 0;
};

TEST(Months, AreThoseOfShanghai) {
  EXPECT_EQ(MonthOf(*ParseRfc3339("2024-03-31T15:59:59.999999999Z")), 202403);
  EXPECT_EQ(MonthOf(*ParseRfc3339("2024-03-31T16:00:00Z")), 202404);
  EXPECT_EQ(EndOfMonth(202403), *ParseRfc3339("2024-04-01T00:00:00+08:00"));
  EXPECT_EQ(EndOfMonth(202412), *ParseRfc3339("2025-01-01T00:00:00+08:00"));
  EXPECT_EQ(EndOfMonth(202402), *ParseRfc3339("2024-03-01T00:00:00+08:00"));
}

TEST_F(SettlementTest, DebtsAreSetOffInTheOrderOfGrantsAndLines) {
  Open("first");
  Open("second");
  Open("third");
  Owe({{"second", 70}, {"first", 50}});
  EXPECT_EQ(world_.view().Find<tables::Enterprises>({1})->receivable_fen(), 120);
  const uint64_t one = Reimburse("third", 40);
  const uint64_t two = Reimburse("third", 30);
  const uint64_t other = Reimburse("third", 25, kE2);
  const uint64_t three = Reimburse("third", 60);
  world_.MoveTo("2025-07-01");
  const v1::StatementClosed closed = Close("third", 6);
  // 120 owed: 40 + 30 in full, 50 of 60.
  ASSERT_EQ(closed.lines_size(), 4);
  EXPECT_EQ(closed.lines(0).application_id(), one);
  EXPECT_EQ(closed.lines(0).set_off_fen(), 40);
  EXPECT_EQ(closed.lines(1).application_id(), two);
  EXPECT_EQ(closed.lines(1).set_off_fen(), 30);
  EXPECT_EQ(closed.lines(2).application_id(), other);
  EXPECT_EQ(closed.lines(2).due_fen(), 25);
  EXPECT_EQ(closed.lines(3).application_id(), three);
  EXPECT_EQ(closed.lines(3).set_off_fen(), 50);
  EXPECT_EQ(closed.lines(3).due_fen(), 10);
  EXPECT_EQ(closed.booked_fen(), 155);
  EXPECT_EQ(closed.set_off_fen(), 120);
  EXPECT_EQ(closed.due_fen(), 35);
  EXPECT_EQ(BalanceOf(world_.view(), 3, Returned()), 120);
  EXPECT_EQ(world_.view().Find<tables::Enterprises>({1})->receivable_programs_size(), 0);
  ExpectInvariants();
}

TEST_F(SettlementTest, APartOfWhatIsOwedComesFromTheOldestGrant) {
  Open("first");
  Open("second");
  Owe({{"second", 70}, {"first", 50}});
  Reimburse("second", 60);
  world_.MoveTo("2025-07-01");
  const v1::StatementClosed closed = Close("second", 6);
  EXPECT_EQ(closed.set_off_fen(), 60);
  EXPECT_EQ(closed.due_fen(), 0);
  EXPECT_EQ(BalanceOf(world_.view(), 1, Receivable(1, 2)), 50);
  EXPECT_EQ(BalanceOf(world_.view(), 2, Receivable(1, 1)), 10) << "70 − 60: it is the older";
  ExpectInvariants();
}

TEST_F(SettlementTest, NothingIsDueAfterASetOffInFullAndTheApplicationIsSettledAtOnce) {
  Open("first");
  Open("second");
  Owe({{"first", 50}});
  const uint64_t id = Reimburse("second", 50);
  world_.MoveTo("2025-07-01");
  const uint64_t statement = Close("second", 6).statement_id();
  EXPECT_EQ(world_.view().Find<tables::Statements>({statement})->statement().state(),
            v1::STATEMENT_STATE_PAID);
  EXPECT_EQ(world_.Row(id).state(), v1::APPLICATION_STATE_SETTLED);
  ExpectInvariants();
}

TEST_F(SettlementTest, DebtsOfASandboxAndOfRealProgramsAreKeptApart) {
  Open("trial", "sandbox: true");
  Open("real");
  Open("second-trial", "sandbox: true");
  Owe({{"trial", 50}});
  Reimburse("real", 50);
  Reimburse("second-trial", 30);
  world_.MoveTo("2025-07-01");
  EXPECT_EQ(Close("real", 6).set_off_fen(), 0);
  EXPECT_EQ(Close("second-trial", 6).set_off_fen(), 30);
  ExpectInvariants();
}

TEST_F(SettlementTest, AReclaimedReimbursementOfAnEarlierMonthIsOnNoStatement) {
  Open("first");
  const uint64_t kept = Reimburse("first", 50);
  const uint64_t reclaimed = Reimburse("first", 70);
  world_.MoveTo("2025-06-01");
  Reclaim(reclaimed);
  const v1::StatementClosed closed = Close("first", 5);
  ASSERT_EQ(closed.lines_size(), 1);
  EXPECT_EQ(closed.lines(0).application_id(), kept);
  EXPECT_EQ(closed.due_fen(), 50);
  ExpectInvariants();
}

TEST_F(SettlementTest, AMonthOfMoreLinesThanOneStatementHoldsHasSeveral) {
  Open("first");
  constexpr int kEnterprises = 86;
  constexpr int kEach = 96;
  constexpr int kLines = kEnterprises * kEach;
  static_assert(kLines > kMaxStatementLines && kLines < 2 * kMaxStatementLines);
  for (int e = 0; e < kEnterprises; ++e) {
    const std::string uscc = absl::StrCat("91420111MB", 10'000'000 + e);
    world_.Accept("put_enterprise",
                  absl::StrCat("facts { uscc: '", uscc,
                               "' name: 'x' division: '420111' size: ENTERPRISE_SIZE_SMALL "
                               "industry: INDUSTRY_INDUSTRIAL registered_on { year: 2015 month: 6 "
                               "day: 1 } uscc_check_waived: true }"));
    for (int i = 0; i < kEach; ++i) Reimburse("first", 1, uscc);
  }
  world_.MoveTo("2025-06-01");
  const v1::StatementClosed full = Close("first", 5);
  EXPECT_EQ(full.lines_size(), static_cast<int>(kMaxStatementLines));
  EXPECT_TRUE(full.more());
  ExpectInvariants();
  const v1::StatementClosed rest = Close("first", 5);
  EXPECT_EQ(rest.lines_size(), kLines - static_cast<int>(kMaxStatementLines));
  EXPECT_FALSE(rest.more());
  EXPECT_EQ(full.due_fen() + rest.due_fen(), kLines);
  EXPECT_EQ(world_
                .Do("close_statement",
                    "program_id: 'first' division: '420100' period { year: 2025 month: 5 }")
                .refusal()
                .reason(),
            v1::REASON_ILLEGAL_STATE);
  ExpectInvariants();
}

TEST_F(SettlementTest, TheYearIsNotClosedWhileATrancheIsToOpen) {
  Open("first");
  world_.Accept("appropriate",
                "program_id: 'first' amount_fen: 500 fiscal_reference: 'F' opens_on { year: 2025 "
                "month: 12 day: 1 }");
  world_.Accept("set_program_state", "program_id: 'first' state: PROGRAM_STATE_CLOSED");
  const v1::Refusal refusal = world_.Do("archive_program", "program_id: 'first'").refusal();
  EXPECT_EQ(refusal.reason(), v1::REASON_ILLEGAL_STATE);
  EXPECT_EQ(refusal.subject(), "UNOPENED");
  EXPECT_EQ(refusal.numbers(0).value(), 500);
}

// Of a sandbox.
constexpr uint64_t kLargeNumber = (uint64_t{1} << 52) + 1'000'000'000;

v1::AccountRef LargeRef(v1::AccountKind kind) {
  v1::AccountRef ref;
  ref.set_kind(kind);
  if (kind != v1::ACCOUNT_KIND_RECEIVABLE) return ref;
  ref.set_id(1'000'000'000);
  ref.set_sub(kLargeNumber);
  return ref;
}

TEST(StatementSize, TheLargestStatementStaysBelow1MiB) {
  v1::Entry entry;
  v1::StatementClosed* closed = entry.mutable_event()->mutable_statement_closed();
  for (size_t i = 0; i < kMaxStatementLines; ++i) {
    v1::DueLine* line = closed->add_lines();
    line->set_application_id(kLargeNumber);
    line->set_enterprise_number(1'000'000'000);
    line->set_due_fen(10'000'000'000);
    line->set_set_off_fen(10'000'000'000);
    closed->add_settled_application_ids(kLargeNumber);
  }
  for (size_t i = 0; i < kMaxStatementPostings; ++i) {
    Post(LargeRef(v1::ACCOUNT_KIND_RECEIVABLE), LargeRef(v1::ACCOUNT_KIND_RECOVERY), 10'000'000'000,
         entry.mutable_event(), 100);
  }
  EXPECT_LT(entry.ByteSizeLong(), (1u << 20) - 1024);
}

TEST(StatementSize, TheLargestDisbursementStaysBelow1MiB) {
  v1::Entry entry;
  auto* recorded = entry.mutable_event()->mutable_disbursement_recorded();
  for (size_t i = 0; i < kMaxSettledApplications; ++i) {
    recorded->add_settled_application_ids(kLargeNumber + i);
  }
  EXPECT_LT(entry.ByteSizeLong(), (1u << 20) - 1024);
}

}  // namespace
}  // namespace voucher
