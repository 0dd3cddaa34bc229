#include "ledger/query/program_queries.h"

#include "gtest/gtest.h"

#include "ledger/base/civil.h"
#include "ledger/query/audit_queries.h"
#include "tests/query/told_ledger.h"
#include "tests/support/shipped_program.h"

namespace voucher::query {
namespace {

using ::voucher::testing::Finance;
using ::voucher::testing::Platform;

class ProgramQueriesTest : public ::voucher::testing::ToldLedger {};

TEST_F(ProgramQueriesTest, AProgramIsReadWithItsNewestRulesAndCutoff) {
  v1::GetProgramRequest request;
  request.set_program_id("hubei-2025");
  v1::GetProgramResponse response;
  ASSERT_TRUE(GetProgram(view(), request, {Platform(), &response}).ok());
  EXPECT_EQ(response.program().rules().items_size(), 4);
  EXPECT_EQ(response.program().revision(), 1);
  EXPECT_EQ(response.program().state(), v1::PROGRAM_STATE_OPEN);
  EXPECT_EQ(FormatRfc3339(*FromTimestamp(response.program().cutoff_at()), Zone::Shanghai()),
            "2025-11-01T00:00:00+08:00");
  EXPECT_EQ(response.as_of_sequence(), end());
}

TEST_F(ProgramQueriesTest, AnUnknownProgramIsNotFound) {
  v1::GetProgramRequest request;
  v1::GetProgramResponse response;
  request.set_program_id("hubei-2026");
  EXPECT_EQ(GetProgram(view(), request, {Platform(), &response}).code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ProgramQueriesTest, ACalendarThatWasNeverPublishedIsNotFound) {
  v1::GetCalendarResponse response;
  EXPECT_EQ(GetCalendar(view(), {}, {Platform(), &response}).code(), absl::StatusCode::kNotFound);
}

TEST_F(ProgramQueriesTest, TheBudgetAddsUpToWhatWasAppropriated) {
  v1::GetBudgetRequest request;
  request.set_program_id("hubei-2025");
  v1::GetBudgetResponse response;
  ASSERT_TRUE(GetBudget(view(), request, {Platform(), &response}, nullptr).ok());
  const v1::Budget& budget = response.budget();
  EXPECT_EQ(budget.appropriated_fen(), 100'000'00);
  EXPECT_EQ(budget.remaining_fen(), 77'400'00);
  EXPECT_EQ(budget.held_fen(), 600'00);
  EXPECT_EQ(budget.voucher_fen(), 9'000'00);
  EXPECT_EQ(budget.transit_fen(), 3'000'00);
  EXPECT_EQ(budget.credit_fen(), 7'000'00);
  EXPECT_EQ(budget.payable_fen(), 1'000'00 + 2'000'00);
  EXPECT_EQ(budget.returned_fen(), 0);
  EXPECT_EQ(budget.refused_submissions(), 2);
  EXPECT_EQ(budget.last_queue_number(), 7);
  ASSERT_EQ(budget.applications_size(), v1::ApplicationState_ARRAYSIZE - 1);
  EXPECT_EQ(budget.applications(0).state(), v1::APPLICATION_STATE_HELD);
  EXPECT_EQ(budget.applications(0).count(), 1);
  EXPECT_EQ(budget.applications(1).state(), v1::APPLICATION_STATE_LISTED);
  EXPECT_EQ(budget.applications(1).count(), 0);
  EXPECT_EQ(budget.applications(2).count(), 2) << "approved";
  EXPECT_EQ(budget.applications(3).count(), 1) << "rejected";
  EXPECT_EQ(budget.applications(4).count(), 1) << "withdrawn";
  // Recorded 1 ms after it was received; the story then moves on by 1 s.
  EXPECT_EQ(*FromTimestamp(budget.as_of()), story_.now() - kNanosPerSecond + 1'000'000);
}

TEST_F(ProgramQueriesTest, APoolShowsItsUse) {
  v1::ProgramRules rules = ReadShippedProgram("hubei-2025").value();
  rules.set_program_id("pooled");
  v1::Pool* pool = rules.add_pools();
  pool->set_scope(v1::POOL_SCOPE_DIVISION);
  pool->set_key("420106");
  pool->set_amount_fen(5'000'00);
  pool->set_on_exhausted(v1::ON_EXHAUSTED_REJECT);
  pool->set_clause("test");
  v1::Pool* of_item = rules.add_pools();
  *of_item = *pool;
  of_item->set_scope(v1::POOL_SCOPE_ITEM);
  of_item->set_key("business");
  v1::Command publish;
  publish.mutable_publish_program()->set_request_id("publish-pooled");
  *publish.mutable_publish_program()->mutable_rules() = rules;
  story_.Accept(Platform(), publish);
  v1::Command fund;
  fund.mutable_appropriate()->set_request_id("fund-pooled");
  fund.mutable_appropriate()->set_program_id("pooled");
  fund.mutable_appropriate()->set_amount_fen(50'000'00);
  fund.mutable_appropriate()->set_fiscal_reference("2025-2");
  story_.Accept(Finance(), fund);
  v1::Command open;
  open.mutable_set_program_state()->set_request_id("open-pooled");
  open.mutable_set_program_state()->set_program_id("pooled");
  open.mutable_set_program_state()->set_state(v1::PROGRAM_STATE_OPEN);
  story_.Accept(Platform(), open);
  v1::Command product = ::voucher::testing::PutProduct("acme", "ecs");
  product.mutable_put_product()->set_request_id("product-pooled");
  product.mutable_put_product()->mutable_product()->set_program_id("pooled");
  story_.Accept(Platform(), product);
  v1::Command apply = ::voucher::testing::Apply(0, "apply-pooled", 10'000'00);
  apply.mutable_submit_application()->set_program_id("pooled");
  story_.Accept(Platform(), apply);

  v1::Budget budget;
  ASSERT_TRUE(FillBudget(view(), "pooled", &budget).ok());
  ASSERT_EQ(budget.pools_size(), 2);
  EXPECT_EQ(budget.pools(0).key(), "420106");
  EXPECT_EQ(budget.pools(0).amount_fen(), 5'000'00);
  EXPECT_EQ(budget.pools(0).used_fen(), 2'000'00);
  EXPECT_EQ(budget.pools(1).key(), "business");
  EXPECT_EQ(budget.pools(1).used_fen(), 0);
  EXPECT_EQ(budget.remaining_fen(), 48'000'00);
}

TEST_F(ProgramQueriesTest, TheTrialBalanceBalances) {
  v1::GetBalancesResponse response;
  ASSERT_TRUE(GetBalances(view(), {}, {Finance(), &response}, nullptr).ok());
  EXPECT_TRUE(response.balanced());
  ASSERT_EQ(response.programs_size(), 1);
  EXPECT_EQ(response.programs(0).program_id(), "hubei-2025");
  EXPECT_EQ(response.programs(0).classes(0).kind(), v1::ACCOUNT_KIND_TREASURY);
  EXPECT_EQ(response.programs(0).classes(0).balance_fen(), -100'000'00);
  int64_t sum_fen = 0;
  for (const auto& balance : response.programs(0).classes()) sum_fen += balance.balance_fen();
  EXPECT_EQ(sum_fen, 0);

  v1::GetBalancesRequest request;
  request.set_program_id("hubei-2026");
  EXPECT_EQ(GetBalances(view(), request, {Finance(), &response}, nullptr).code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ProgramQueriesTest, TheBudgetShowsWhatIsDueDisbursedAndOwedBack) {
  ::voucher::testing::TellSettlement(&story_);
  v1::Budget budget;
  ASSERT_TRUE(FillBudget(view(), "hubei-2025", &budget).ok());
  EXPECT_EQ(budget.payable_fen(), 100'00);
  EXPECT_EQ(budget.due_fen(), 600'00);
  EXPECT_EQ(budget.paid_fen(), 2'400'00);
  EXPECT_EQ(budget.receivable_fen(), 2'000'00);
  EXPECT_EQ(budget.unopened_fen(), 0);
  EXPECT_EQ(budget.appropriated_fen(),
            budget.remaining_fen() + budget.held_fen() + budget.voucher_fen() +
                budget.transit_fen() + budget.credit_fen() + budget.payable_fen() +
                budget.due_fen() + budget.paid_fen() + budget.returned_fen());
}

TEST_F(ProgramQueriesTest, ASandboxIsInNoTrialBalanceButItsOwn) {
  v1::Command publish;
  publish.mutable_publish_program()->set_request_id("publish-sandbox");
  v1::ProgramRules* rules = publish.mutable_publish_program()->mutable_rules();
  *rules = ReadShippedProgram("hubei-2025").value();
  rules->set_program_id("sandbox");
  rules->set_sandbox(true);
  story_.Accept(Platform(), publish);
  v1::Command tranche;
  tranche.mutable_appropriate()->set_request_id("tranche");
  tranche.mutable_appropriate()->set_program_id("sandbox");
  tranche.mutable_appropriate()->set_amount_fen(700);
  tranche.mutable_appropriate()->set_fiscal_reference("2025-3");
  *tranche.mutable_appropriate()->mutable_opens_on() = ToCivilDate(CivilDay(2025, 12, 1));
  story_.Accept(Finance(), tranche);
  v1::GetBalancesResponse response;
  ASSERT_TRUE(GetBalances(view(), {}, {Finance(), &response}, nullptr).ok());
  ASSERT_EQ(response.programs_size(), 1);
  EXPECT_EQ(response.programs(0).program_id(), "hubei-2025");
  v1::GetBalancesRequest request;
  request.set_program_id("sandbox");
  v1::GetBalancesResponse own;
  ASSERT_TRUE(GetBalances(view(), request, {Finance(), &own}, nullptr).ok());
  EXPECT_EQ(own.programs(0).program_id(), "sandbox");
  v1::Budget budget;
  ASSERT_TRUE(FillBudget(view(), "sandbox", &budget).ok());
  EXPECT_EQ(budget.unopened_fen(), 700);
  EXPECT_EQ(budget.appropriated_fen(), 0);
}

TEST_F(ProgramQueriesTest, BooksThatDoNotBalanceSaySo) {
  EditableRows broken(&view());
  rows::TotalsRow& totals = broken.Edit<tables::Totals>({1});
  totals.set_class_fen(v1::ACCOUNT_KIND_BUDGET, totals.class_fen(v1::ACCOUNT_KIND_BUDGET) + 1);
  v1::GetBalancesResponse response;
  ASSERT_TRUE(GetBalances(broken, {}, {Finance(), &response}, nullptr).ok());
  EXPECT_FALSE(response.balanced());
}

}  // namespace
}  // namespace voucher::query
