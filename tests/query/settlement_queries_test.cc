#include "ledger/query/settlement_queries.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "tests/query/told_ledger.h"

namespace voucher::query {
namespace {

using ::voucher::testing::Finance;
using ::voucher::testing::ProviderOf;
using ::voucher::testing::StoryUscc;

class SettlementQueriesTest : public ::voucher::testing::ToldLedger {
 protected:
  SettlementQueriesTest() { ::voucher::testing::TellSettlement(&story_); }

  std::vector<uint64_t> Listed(const v1::Authority& who, const std::string& provider_id) {
    v1::ListStatementsRequest request;
    request.set_program_id("hubei-2025");
    request.set_provider_id(provider_id);
    v1::ListStatementsResponse response;
    EXPECT_TRUE(ListStatements(view(), request, {who, &response}).ok());
    EXPECT_EQ(response.as_of_sequence(), end());
    std::vector<uint64_t> ids;
    for (const v1::Statement& statement : response.statements()) {
      ids.push_back(statement.statement_id());
    }
    return ids;
  }
};

TEST_F(SettlementQueriesTest, AStatementOfAProviderShowsWhatItIsMadeOf) {
  v1::GetStatementRequest request;
  request.set_statement_id(1);
  v1::GetStatementResponse response;
  ASSERT_TRUE(GetStatement(view(), request, {ProviderOf("acme"), &response}).ok());
  const v1::Statement& statement = response.statement();
  EXPECT_EQ(statement.statement_id(), 1);
  EXPECT_EQ(statement.program_id(), "hubei-2025");
  EXPECT_EQ(statement.provider_id(), "acme");
  EXPECT_EQ(statement.division(), "");
  EXPECT_EQ(statement.period().month(), 10);
  EXPECT_EQ(statement.booked_fen(), 1'200'00);
  EXPECT_EQ(statement.reversed_fen(), 200'00);
  EXPECT_EQ(statement.due_fen(), 1'000'00);
  EXPECT_EQ(statement.paid_fen(), 400'00);
  EXPECT_EQ(statement.state(), v1::STATEMENT_STATE_CLOSED);
  ASSERT_EQ(statement.disbursements_size(), 1);
  EXPECT_EQ(statement.disbursements(0).fiscal_reference(), "2025-9");
  v1::Entry closing;
  ASSERT_TRUE(closing.ParseFromString(story_.stored().at(statement.closed_sequence() - 1)));
  EXPECT_EQ(closing.command().close_statement().provider_id(), "acme");
  EXPECT_EQ(response.lines_size(), 0);
  EXPECT_EQ(response.as_of_sequence(), end());
}

TEST_F(SettlementQueriesTest, AStatementOfADistrictHasALinePerApplication) {
  v1::GetStatementRequest request;
  request.set_statement_id(2);
  v1::GetStatementResponse response;
  ASSERT_TRUE(GetStatement(view(), request, {Finance(), &response}).ok());
  EXPECT_EQ(response.statement().division(), "420106");
  EXPECT_EQ(response.statement().due_fen(), 2'000'00);
  ASSERT_EQ(response.lines_size(), 1);
  EXPECT_EQ(response.lines(0).application_id(), 2);
  EXPECT_EQ(response.lines(0).uscc(), StoryUscc(1));
  EXPECT_EQ(response.lines(0).enterprise_name(), "Enterprise 1");
  EXPECT_EQ(response.lines(0).due_fen(), 2'000'00);
  EXPECT_EQ(response.next_application_id(), 0);

  request.set_first_application_id(3);
  v1::GetStatementResponse after;
  ASSERT_TRUE(GetStatement(view(), request, {Finance(), &after}).ok());
  EXPECT_EQ(after.lines_size(), 0);
}

TEST_F(SettlementQueriesTest, LinesComeInPartsOf1000) {
  EditableRows rows(&view());
  for (uint64_t application = 2; application < 1'004; ++application) {
    rows.Edit<tables::StatementLines>({2, application}).set_enterprise(1);
  }
  v1::GetStatementRequest request;
  request.set_statement_id(2);
  v1::GetStatementResponse first;
  ASSERT_TRUE(GetStatement(rows, request, {Finance(), &first}).ok());
  EXPECT_EQ(first.lines_size(), 1'000);
  EXPECT_EQ(first.next_application_id(), 1'002);
  request.set_first_application_id(first.next_application_id());
  v1::GetStatementResponse rest;
  ASSERT_TRUE(GetStatement(rows, request, {Finance(), &rest}).ok());
  EXPECT_EQ(rest.lines_size(), 2);
  EXPECT_EQ(rest.next_application_id(), 0);
}

TEST_F(SettlementQueriesTest, AProviderSeesItsOwnOnly) {
  v1::GetStatementRequest request;
  v1::GetStatementResponse response;
  for (const uint64_t id : {uint64_t{1}, uint64_t{2}}) {
    request.set_statement_id(id);
    EXPECT_EQ(GetStatement(view(), request, {ProviderOf("zeta"), &response}).code(),
              absl::StatusCode::kPermissionDenied);
  }
  EXPECT_EQ(Listed(Finance(), ""), (std::vector<uint64_t>{1, 2}));
  EXPECT_EQ(Listed(Finance(), "acme"), std::vector<uint64_t>{1});
  EXPECT_EQ(Listed(ProviderOf("acme"), ""), std::vector<uint64_t>{1});
  EXPECT_TRUE(Listed(ProviderOf("zeta"), "").empty());
  v1::ListStatementsRequest list;
  list.set_program_id("hubei-2025");
  list.set_provider_id("acme");
  v1::ListStatementsResponse none;
  EXPECT_EQ(ListStatements(view(), list, {ProviderOf("zeta"), &none}).code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(SettlementQueriesTest, WhatIsNotThereIsNotFound) {
  v1::GetStatementRequest request;
  v1::GetStatementResponse response;
  request.set_statement_id(3);
  EXPECT_EQ(GetStatement(view(), request, {Finance(), &response}).code(),
            absl::StatusCode::kNotFound);
  v1::ListStatementsRequest list;
  list.set_program_id("hubei-2026");
  v1::ListStatementsResponse none;
  EXPECT_EQ(ListStatements(view(), list, {Finance(), &none}).code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace voucher::query
