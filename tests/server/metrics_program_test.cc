// What a scrape says of programs, worked by hand.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/text_serializer.h"

#include "server/metrics/program_metrics.h"
#include "tests/server/trial_program.h"
#include "tests/support/ledger_story.h"

namespace voucher::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class MetricsProgramTest : public ::testing::Test {
 protected:
  // Everything that a scrape says of the programs.
  std::string Scrape() {
    MetricFamilies families;
    for (const query::ProgramFigures& figures :
         query::FiguresOfPrograms(story.view(), story.now())) {
      AddProgramMetrics(figures, attempts, &families);
    }
    AddAttemptsWithoutProgram(attempts, &families);
    return prometheus::TextSerializer().Serialize(std::move(families).Take());
  }

  void ExpectLines(const std::vector<std::string>& lines) {
    const std::string scraped = Scrape();
    for (const std::string& line : lines) EXPECT_THAT(scraped, HasSubstr("\n" + line + "\n"));
  }

  LedgerStory story;
  TransferAttempts attempts;
};

TEST_F(MetricsProgramTest, ShowWhereTheMoneyIs) {
  TellMainJob(&story);
  ExpectLines({
      "voucher_program_budget_fen{program=\"hubei-2025\"} 10000000",
      "voucher_program_remaining_fen{program=\"hubei-2025\"} 7740000",
      "voucher_program_held_fen{program=\"hubei-2025\"} 60000",
      "voucher_program_granted_fen{program=\"hubei-2025\"} 2200000",
      "voucher_program_voucher_fen{program=\"hubei-2025\"} 900000",
      "voucher_program_transit_fen{program=\"hubei-2025\"} 300000",
      "voucher_program_credit_fen{program=\"hubei-2025\"} 700000",
      "voucher_program_payable_fen{program=\"hubei-2025\"} 300000",
      "voucher_program_due_fen{program=\"hubei-2025\"} 0",
      "voucher_program_paid_fen{program=\"hubei-2025\"} 0",
      "voucher_program_receivable_fen{program=\"hubei-2025\"} 0",
      "voucher_program_unopened_fen{program=\"hubei-2025\"} 0",
      "voucher_program_waitlisted{program=\"hubei-2025\"} 0",
      "voucher_program_submissions_total{program=\"hubei-2025\"} 7",
      "voucher_program_submissions_refused_total{program=\"hubei-2025\"} 2",
      "voucher_program_applications{program=\"hubei-2025\",state=\"APPROVED\"} 2",
      "voucher_program_applications{program=\"hubei-2025\",state=\"WAITLISTED\"} 0",
      "voucher_program_applications{program=\"hubei-2025\",state=\"TERMINATED\"} 0",
      "voucher_program_state{program=\"hubei-2025\",state=\"OPEN\"} 1",
      "voucher_program_state{program=\"hubei-2025\",state=\"ARCHIVED\"} 0",
  });
  EXPECT_THAT(Scrape(), Not(HasSubstr("sandbox")));
  EXPECT_THAT(Scrape(), Not(HasSubstr("waitlist_missing")));
  EXPECT_THAT(Scrape(), Not(HasSubstr("clusters")));
}

TEST_F(MetricsProgramTest, FollowStatementsFromDueToPaid) {
  TellMainJob(&story);
  story.MoveTo("2025-11-02T09:00:00+08:00");
  story.Accept(Finance(), ParseCommand(R"(close_statement {
      request_id: "close" program_id: "hubei-2025" provider_id: "acme"
      period { year: 2025 month: 10 } })"));
  ExpectLines({"voucher_program_payable_fen{program=\"hubei-2025\"} 200000",
               "voucher_program_due_fen{program=\"hubei-2025\"} 100000",
               "voucher_program_granted_fen{program=\"hubei-2025\"} 2200000"});
  story.Accept(Finance(), ParseCommand(R"(record_disbursement {
      request_id: "pay" statement_id: 1
      disbursement { amount_fen: 60000 fiscal_reference: "F1"
                     paid_on { year: 2025 month: 11 day: 1 } } })"));
  ExpectLines({"voucher_program_due_fen{program=\"hubei-2025\"} 40000",
               "voucher_program_paid_fen{program=\"hubei-2025\"} 60000",
               "voucher_program_granted_fen{program=\"hubei-2025\"} 2200000"});
}

TEST_F(MetricsProgramTest, ShowWhatIsOwedAfterAReclaimAndWhatOpensLater) {
  TellMainJob(&story);
  story.Accept(Finance(), ParseCommand(R"(appropriate {
      request_id: "tranche" program_id: "hubei-2025" amount_fen: 5000 fiscal_reference: "F2"
      opens_on { year: 2025 month: 10 day: 31 } })"));
  // Of voucher 1 a net 1,000 yuan is spent; 9,000 are in the voucher and 7,000 in accounts.
  story.Accept(Finance(), ParseCommand(R"(reclaim {
      request_id: "reclaim" application_id: 1 ground: RECLAIM_GROUND_AUDIT reason: "audit"
      reference: "A1" })"));
  ExpectLines({"voucher_program_receivable_fen{program=\"hubei-2025\"} 100000",
               "voucher_program_voucher_fen{program=\"hubei-2025\"} 0",
               "voucher_program_credit_fen{program=\"hubei-2025\"} 0",
               "voucher_program_remaining_fen{program=\"hubei-2025\"} 9340000",
               "voucher_program_unopened_fen{program=\"hubei-2025\"} 5000"});
}

TEST_F(MetricsProgramTest, CountTransfersByState) {
  TellMainJob(&story);
  ExpectLines({"voucher_program_transfers{program=\"hubei-2025\",state=\"ORDERED\"} 1",
               "voucher_program_transfers{program=\"hubei-2025\",state=\"CONFIRMED\"} 1",
               "voucher_program_transfers{program=\"hubei-2025\",state=\"DECLINED\"} 1",
               "voucher_program_transfers{program=\"hubei-2025\",state=\"OVERDUE\"} 0"});
  story.MoveTo("2025-11-05T10:00:00+08:00");
  story.FireTimers();
  ExpectLines({"voucher_program_transfers{program=\"hubei-2025\",state=\"ORDERED\"} 0",
               "voucher_program_transfers{program=\"hubei-2025\",state=\"OVERDUE\"} 1"});
  story.Accept(ProviderOf("zeta"), ConfirmTransfer(2));
  ExpectLines({"voucher_program_transfers{program=\"hubei-2025\",state=\"OVERDUE\"} 0",
               "voucher_program_transfers{program=\"hubei-2025\",state=\"CONFIRMED\"} 2"});
}

TEST_F(MetricsProgramTest, CountRefusedAttemptsFromZeroOn) {
  TellMainJob(&story);
  attempts.Count(1, v1::REASON_NON_TRANSFERABLE);
  attempts.Count(1, v1::REASON_INSUFFICIENT_CREDIT);
  attempts.Count(1, v1::REASON_UNSPECIFIED);
  attempts.Count(0, v1::REASON_NON_TRANSFERABLE);
  attempts.Count(0, v1::REASON_NON_TRANSFERABLE);
  const std::string name = "voucher_misuse_refused_total";
  ExpectLines({
      absl::StrCat(name, "{program=\"hubei-2025\",reason=\"NON_TRANSFERABLE\"} 1"),
      absl::StrCat(name, "{program=\"hubei-2025\",reason=\"ACCOUNT_NOT_OWNED\"} 0"),
      absl::StrCat(name, "{reason=\"NON_TRANSFERABLE\"} 2"),
  });
  EXPECT_THAT(Scrape(), Not(HasSubstr("INSUFFICIENT_CREDIT")));
}

// The main job's ledger with the trial of trial_program.h.
class MetricsTrialTest : public MetricsProgramTest {
 protected:
  MetricsTrialTest() {
    TellMainJob(&story);
    OpenTrial(&story);
  }
};

TEST_F(MetricsTrialTest, AreLabelledAsASandbox) {
  ExpectLines({"voucher_program_budget_fen{program=\"hubei-2025\"} 10000000",
               "voucher_program_budget_fen{program=\"trial\",sandbox=\"true\"} 10000000",
               "voucher_program_state{program=\"trial\",sandbox=\"true\",state=\"OPEN\"} 1",
               "voucher_pool_budget_fen{program=\"trial\",sandbox=\"true\",scope=\"DIVISION\","
               "key=\"420106\"} 1000000",
               "voucher_misuse_refused_total{program=\"trial\",sandbox=\"true\","
               "reason=\"NON_TRANSFERABLE\"} 0"});
  EXPECT_THAT(Scrape(), Not(HasSubstr("{program=\"trial\"} ")));
}

TEST_F(MetricsTrialTest, ShowWhoWaitsAndWhatTheFirstLacks) {
  const std::string trial = "{program=\"trial\",sandbox=\"true\"";
  const std::string quota = trial + ",scope=\"DIVISION\",key=\"420106\"}";
  const v1::Entry first = ApplyForTrial(&story, 0, 40'000);  // 8,000 held
  ApplyForTrial(&story, 2, 25'000);                          // wants 5,000, finds 2,000
  ApplyForTrial(&story, 3, 5'000);                           // 1,000 would fit, but stands behind
  ExpectLines({"voucher_pool_used_fen" + quota + " 800000",
               "voucher_pool_remaining_fen" + quota + " 200000",
               "voucher_pool_waitlisted" + quota + " 2",
               "voucher_program_waitlisted" + trial + "} 2",
               "voucher_program_applications" + trial + ",state=\"WAITLISTED\"} 2",
               "voucher_program_waitlist_missing_fen" + trial + "} 300000"});
  story.Accept(Platform(), Withdraw(first.event().application_submitted().application_id()));
  ExpectLines(
      {"voucher_pool_used_fen" + quota + " 600000", "voucher_program_waitlisted" + trial + "} 0"});
  EXPECT_THAT(Scrape(), Not(HasSubstr("waitlist_missing")));
}

TEST_F(MetricsTrialTest, ShowAnApprovedClusterAsAPool) {
  PutClusterOfTrial(&story);
  const std::string trial = "{program=\"trial\",sandbox=\"true\"";
  const std::string pool = trial + ",scope=\"CLUSTER\",key=\"metal\"}";
  ExpectLines({"voucher_program_clusters" + trial + ",state=\"PROPOSED\"} 1"});
  EXPECT_THAT(Scrape(), Not(HasSubstr("CLUSTER")));
  ApproveClusterOfTrial(&story);
  ApplyForTrial(&story, 1, 10'000);  // a member: 2,000 of the cluster's pool too
  ExpectLines({"voucher_program_clusters" + trial + ",state=\"PROPOSED\"} 0",
               "voucher_program_clusters" + trial + ",state=\"APPROVED\"} 1",
               "voucher_pool_budget_fen" + pool + " 2000000",
               "voucher_pool_used_fen" + pool + " 200000",
               "voucher_pool_remaining_fen" + pool + " 1800000"});
}

}  // namespace
}  // namespace voucher::testing
