#include <string>

#include "gtest/gtest.h"

#include "ledger/base/civil.h"
#include "ledger/policy/refusal_text.h"
#include "ledger/query/program_queries.h"
#include "tests/query/told_ledger.h"
#include "tests/support/quote_vectors.h"
#include "tests/support/shipped_program.h"

namespace voucher::query {
namespace {

using ::voucher::testing::Finance;
using ::voucher::testing::Platform;
using ::voucher::testing::StoryUscc;

class QuoteTest : public ::voucher::testing::ToldLedger {
 protected:
  // The answer for a registered enterprise, now.
  v1::QuoteResponse Ask(int enterprise, int64_t spend_fen) {
    v1::QuoteRequest request;
    request.set_program_id("hubei-2025");
    request.set_item_id("resource");
    request.set_uscc(StoryUscc(enterprise));
    request.set_spend_fen(spend_fen);
    return Ask(request);
  }
  v1::QuoteResponse Ask(const v1::QuoteRequest& request) {
    v1::QuoteResponse response;
    const absl::Status status = Quote(view(), request, {Platform(), &response}, story_.now());
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(response.as_of_sequence(), end());
    return response;
  }
  // Publishes a revision of hubei-2025 that `change` changes.
  template <typename Change>
  void Revise(Change change) {
    const absl::StatusOr<v1::ProgramRules> rules = ReadShippedProgram("hubei-2025");
    ASSERT_TRUE(rules.ok()) << rules.status();
    v1::Command command;
    command.mutable_publish_program()->set_request_id("revise");
    *command.mutable_publish_program()->mutable_rules() = *rules;
    change(command.mutable_publish_program()->mutable_rules());
    story_.Accept(Platform(), command);
  }
  void SetState(v1::ProgramState state, const std::string& program_id = "hubei-2025") {
    v1::Command command;
    command.mutable_set_program_state()->set_request_id(v1::ProgramState_Name(state));
    command.mutable_set_program_state()->set_program_id(program_id);
    command.mutable_set_program_state()->set_state(state);
    story_.Accept(Platform(), command);
  }
};

TEST_F(QuoteTest, EveryVectorHolds) {
  // The state of a program is not asked: all but the story's are drafts.
  for (const std::string& program_id : ShippedProgramIds()) {
    if (program_id == "hubei-2025") continue;
    const absl::StatusOr<v1::ProgramRules> rules = ReadShippedProgram(program_id);
    ASSERT_TRUE(rules.ok()) << rules.status();
    v1::Command command;
    command.mutable_publish_program()->set_request_id(program_id);
    *command.mutable_publish_program()->mutable_rules() = *rules;
    story_.Accept(Platform(), command);
  }
  SetState(v1::PROGRAM_STATE_SUSPENDED);
  for (const std::string& program_id : ShippedProgramIds()) {
    const absl::StatusOr<std::vector<QuoteVector>> vectors = ReadQuoteVectors(program_id);
    ASSERT_TRUE(vectors.ok()) << vectors.status();
    for (const QuoteVector& vector : *vectors) {
      const v1::QuoteResponse response = Ask(vector.request);
      EXPECT_EQ(response.has_grant() ? OutcomeOf(response.grant().grant_fen())
                                     : OutcomeOf(response.refusal()),
                vector.expected)
          << vector.id;
      if (response.has_grant()) continue;
      EXPECT_NE(response.refusal().clause(), "") << vector.id;
      EXPECT_NE(response.refusal().message(), "") << vector.id;
      EXPECT_NE(response.refusal().message_zh(), "") << vector.id;
    }
  }
}

TEST_F(QuoteTest, AGrantNamesTheCapThatClippedIt) {
  // Enterprise 0 has 20,000 of its 200,000 yuan; the budget has 77,400. 50 % of 100,000 are 50,000,
  // of 380,000 190,000.
  v1::QuoteRequest request;
  request.set_program_id("hubei-2025");
  request.set_item_id("ecosystem");
  request.set_uscc(StoryUscc(0));
  request.set_spend_fen(100'000'00);
  v1::QuoteResponse response = Ask(request);
  EXPECT_EQ(response.grant().grant_fen(), 50'000'00);
  EXPECT_EQ(response.grant().unclipped_fen(), 50'000'00);
  EXPECT_EQ(response.grant().binding_limit(), "");

  v1::Command fund;
  fund.mutable_appropriate()->set_request_id("fund-2");
  fund.mutable_appropriate()->set_program_id("hubei-2025");
  fund.mutable_appropriate()->set_amount_fen(1'000'000'00);
  fund.mutable_appropriate()->set_fiscal_reference("2025-2");
  story_.Accept(Finance(), fund);
  request.set_spend_fen(380'000'00);
  response = Ask(request);
  EXPECT_EQ(response.grant().grant_fen(), 180'000'00);
  EXPECT_EQ(response.grant().unclipped_fen(), 190'000'00);
  EXPECT_EQ(response.grant().binding_limit(), "ENTERPRISE_YEAR");
}

TEST_F(QuoteTest, ABudgetTooSmallIsTheRefusalThatWouldBeRecorded) {
  const v1::QuoteResponse response = Ask(2, 1'000'000'00);
  v1::Refusal recorded =
      story_.Do(Platform(), ::voucher::testing::Apply(2, "apply-8", 1'000'000'00)).refusal();
  FillMessages(&recorded);
  EXPECT_EQ(recorded.reason(), v1::REASON_BUDGET_EXHAUSTED);
  EXPECT_EQ(response.refusal().SerializeAsString(), recorded.SerializeAsString());
}

TEST_F(QuoteTest, TheQuotedGrantIsTheOneThatAnApplicationGets) {
  const v1::QuoteResponse response = Ask(2, 12'345'67);
  EXPECT_EQ(response.grant().grant_fen(), 2'469'13) << "20 % of 12,345.67 rounded down";
  const v1::Entry entry =
      story_.Accept(Platform(), ::voucher::testing::Apply(2, "apply-8", 12'345'67));
  EXPECT_EQ(entry.event().application_submitted().granted_fen(), response.grant().grant_fen());
}

// Enterprise 2 could get 200,000 yuan of 1,000,000; the budget has 77,400.
TEST_F(QuoteTest, APartialBudgetGrantsWhatIsLeft) {
  Revise([](v1::ProgramRules* rules) { rules->set_on_exhausted(v1::ON_EXHAUSTED_PARTIAL); });
  const v1::QuoteResponse response = Ask(2, 1'000'000'00);
  EXPECT_EQ(response.grant().grant_fen(), 77'400'00);
  EXPECT_EQ(response.grant().binding_limit(), "BUDGET");
  EXPECT_EQ(response.grant().unclipped_fen(), 200'000'00);
  EXPECT_FALSE(response.grant().waits());
}

TEST_F(QuoteTest, OnAWaitlistTheAnswerSaysThatItWaits) {
  Revise([](v1::ProgramRules* rules) { rules->set_on_exhausted(v1::ON_EXHAUSTED_WAITLIST); });
  const v1::QuoteResponse response = Ask(2, 1'000'000'00);
  EXPECT_TRUE(response.grant().waits());
  EXPECT_EQ(response.grant().grant_fen(), 200'000'00);
  EXPECT_EQ(response.grant().binding_limit(), "BUDGET");
  EXPECT_FALSE(Ask(2, 1'000'00).grant().waits());
}

TEST_F(QuoteTest, ACompetitiveProgramIsQuotedWithoutItsPools) {
  Revise([](v1::ProgramRules* rules) {
    rules->set_program_id("contest-2025");
    rules->set_allocation(v1::ALLOCATION_COMPETITIVE);
    rules->set_allocation_clause("test");
    rules->mutable_review_stages(1)->set_scores(true);
  });
  SetState(v1::PROGRAM_STATE_OPEN, "contest-2025");
  v1::QuoteRequest request;
  request.set_program_id("contest-2025");
  request.set_item_id("resource");
  request.set_uscc(StoryUscc(2));
  request.set_spend_fen(1'000'000'00);
  const v1::QuoteResponse response = Ask(request);
  EXPECT_EQ(response.grant().grant_fen(), 200'000'00) << response.DebugString();
}

TEST_F(QuoteTest, ARegisteredEnterpriseMustBeInAnApprovedClusterWhereTheRulesSaySo) {
  Revise([](v1::ProgramRules* rules) {
    rules->mutable_eligibility()->mutable_cluster_member()->set_clause("Art. 1");
    v1::ClusterRule* clusters = rules->mutable_clusters();
    clusters->set_minimum_members(10);
    clusters->set_pool_fen(500'000'00);
    clusters->set_on_exhausted(v1::ON_EXHAUSTED_REJECT);
    clusters->set_clause("Art. 2");
  });
  const v1::QuoteResponse response = Ask(2, 1'000'00);
  EXPECT_EQ(OutcomeOf(response.refusal()), "NOT_ELIGIBLE: cluster_member");
  EXPECT_EQ(response.refusal().clause(), "Art. 1");
}

TEST_F(QuoteTest, AHypothesisIsUpToDateOnThePlatformUnlessItSaysOtherwise) {
  const absl::StatusOr<v1::ProgramRules> rules = ReadShippedProgram("harbin-2022");
  ASSERT_TRUE(rules.ok()) << rules.status();
  v1::Command command;
  command.mutable_publish_program()->set_request_id("harbin");
  *command.mutable_publish_program()->mutable_rules() = *rules;
  story_.Accept(Platform(), command);
  v1::QuoteRequest request;
  request.set_program_id("harbin-2022");
  request.set_item_id("starter-voucher");
  request.set_spend_fen(1);
  *request.mutable_received_at() = ToTimestamp(*ParseRfc3339("2022-06-30T23:59:59+08:00"));
  v1::EnterpriseFacts* facts = request.mutable_facts();
  facts->set_division("230102");
  facts->set_size(v1::ENTERPRISE_SIZE_SMALL);
  facts->set_industry(v1::INDUSTRY_OTHER);
  *facts->mutable_registered_on() = ToCivilDate(CivilDay(2020, 1, 1));
  EXPECT_EQ(Ask(request).grant().grant_fen(), 2'000'00);
  *facts->mutable_platform_updated_on() = ToCivilDate(CivilDay(2022, 5, 31));
  EXPECT_EQ(Ask(request).grant().grant_fen(), 2'000'00) << "May 31 holds to June 30";
  *facts->mutable_platform_updated_on() = ToCivilDate(CivilDay(2022, 5, 29));
  EXPECT_EQ(OutcomeOf(Ask(request).refusal()), "NOT_ELIGIBLE: registered_on_platform");
}

TEST_F(QuoteTest, AnItemThatWasClaimedOnceIsRefusedAsAtSubmission) {
  Revise([](v1::ProgramRules* rules) {
    rules->mutable_items(0)->mutable_once()->set_scope(v1::ONCE_SCOPE_ENTERPRISE);
    rules->mutable_items(0)->mutable_once()->set_clause("Art. 1");
  });
  EXPECT_TRUE(Ask(2, 1'000'00).has_grant());
  story_.Accept(Platform(), ::voucher::testing::Apply(2, "apply-8", 1'000'00));
  const v1::QuoteResponse response = Ask(2, 1'000'00);
  v1::Refusal recorded =
      story_.Do(Platform(), ::voucher::testing::Apply(2, "apply-9", 1'000'00)).refusal();
  FillMessages(&recorded);
  EXPECT_EQ(recorded.reason(), v1::REASON_ITEM_ALREADY_CLAIMED);
  EXPECT_EQ(response.refusal().SerializeAsString(), recorded.SerializeAsString());
}

TEST_F(QuoteTest, EveryRefusalNamesItsClause) {
  v1::QuoteRequest request;
  request.set_program_id("nowhere");
  request.set_item_id("nothing");
  request.set_uscc(StoryUscc(9));
  request.set_spend_fen(1);
  EXPECT_EQ(Ask(request).refusal().clause(), "voucher.v1 reasons.proto REASON_PROGRAM_NOT_FOUND");
  request.set_program_id("hubei-2025");
  EXPECT_EQ(Ask(request).refusal().clause(), "武汉市经信局 2025-05-20 二");
  request.set_item_id("resource");
  EXPECT_EQ(Ask(request).refusal().clause(),
            "voucher.v1 reasons.proto REASON_ENTERPRISE_NOT_FOUND");
}

// The entry names the clause of the revision that judged it.
TEST_F(QuoteTest, EveryRecordedRefusalNamesItsClause) {
  v1::Command apply = ::voucher::testing::Apply(2, "apply-9", 1'000'00);
  apply.mutable_submit_application()->set_item_id("nothing");
  EXPECT_EQ(story_.Do(Platform(), apply).refusal().clause(), "武汉市经信局 2025-05-20 二");
  apply.mutable_submit_application()->set_request_id("apply-10");
  apply.mutable_submit_application()->set_program_id("nowhere");
  EXPECT_EQ(story_.Do(Platform(), apply).refusal().clause(),
            "voucher.v1 reasons.proto REASON_PROGRAM_NOT_FOUND");
}

TEST_F(QuoteTest, UnknownNamesAreRefusalsInOrder) {
  v1::QuoteRequest request;
  request.set_program_id("nowhere");
  request.set_item_id("nothing");
  request.set_uscc(StoryUscc(9));
  request.set_spend_fen(1);
  EXPECT_EQ(Ask(request).refusal().reason(), v1::REASON_PROGRAM_NOT_FOUND);
  request.set_program_id("hubei-2025");
  EXPECT_EQ(Ask(request).refusal().reason(), v1::REASON_ITEM_NOT_FOUND);
  request.set_item_id("resource");
  EXPECT_EQ(Ask(request).refusal().reason(), v1::REASON_ENTERPRISE_NOT_FOUND);
  SetState(v1::PROGRAM_STATE_SUSPENDED);
  EXPECT_EQ(Ask(request).refusal().reason(), v1::REASON_ENTERPRISE_NOT_FOUND);
  request.set_uscc(StoryUscc(0));
  EXPECT_EQ(Ask(request).refusal().reason(), v1::REASON_PROGRAM_NOT_OPEN);
}

TEST_F(QuoteTest, ARegisteredEnterpriseIsJudgedNow) {
  EXPECT_EQ(Ask(0, 4).refusal().reason(), v1::REASON_AMOUNT_TOO_SMALL) << "20 % of 4 fen";
  story_.MoveTo("2025-10-31T23:59:59.999+08:00");
  EXPECT_TRUE(Ask(0, 1'000'00).has_grant());
  story_.MoveTo("2025-11-01T00:00:00+08:00");
  EXPECT_EQ(Ask(0, 1'000'00).refusal().reason(), v1::REASON_WINDOW_CLOSED);
}

TEST_F(QuoteTest, ABlacklistedEnterpriseIsRefusedBeforeEligibility) {
  v1::Command command;
  auto* request = command.mutable_set_blacklist();
  request->set_request_id("blacklist");
  request->set_uscc(StoryUscc(0));
  request->mutable_blacklisting()->set_reason("sold vouchers");
  story_.Accept(Platform(), command);
  EXPECT_EQ(Ask(0, 1'000'00).refusal().reason(), v1::REASON_BLACKLISTED);
}

}  // namespace
}  // namespace voucher::query
