// What validation says of limits, allocation and the steps of an application.
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/validation/program_rules.h"
#include "tests/policy/synthetic_program.h"
#include "tests/validation/validate_cases.h"

namespace voucher {
namespace {

using ::testing::IsEmpty;

v1::Pool* PoolAt(v1::ProgramRules* r, int i) {
  return r->mutable_pools(i);
}

// Makes it competitive: its one stage scores.
void Compete(v1::ProgramRules* r) {
  r->set_allocation(v1::ALLOCATION_COMPETITIVE);
  r->set_allocation_clause("Art. ranking");
  r->mutable_review_stages(0)->set_scores(true);
}

std::vector<Case> LimitAndProcessCases() {
  return {
      {"rules.caps[0].scope", [](auto* r) { r->mutable_caps(0)->clear_scope(); }},
      {"rules.caps[1].scope",
       [](auto* r) { r->mutable_caps(1)->set_scope(v1::CAP_SCOPE_PROJECT); }},
      {"rules.caps[0].amount_fen", [](auto* r) { r->mutable_caps(0)->set_amount_fen(0); }},
      {"rules.caps[0].amount_fen", [](auto* r) { r->mutable_caps(0)->set_amount_fen(kMax); }},
      {"rules.caps[0].clause", [](auto* r) { r->mutable_caps(0)->clear_clause(); }},
      {"rules.pools[0].scope", [](auto* r) { PoolAt(r, 0)->clear_scope(); }},
      {"rules.pools[0].key", [](auto* r) { PoolAt(r, 0)->set_key("Wuhan"); }},
      {"rules.pools[1].key", [](auto* r) { PoolAt(r, 1)->set_key(""); }},
      {"rules.pools[2].key", [](auto* r) { PoolAt(r, 2)->set_key("unknown"); }},
      {"rules.pools[3].key", [](auto* r) { *r->add_pools() = r->pools(0); }},
      {"rules.pools[0].amount_fen", [](auto* r) { PoolAt(r, 0)->set_amount_fen(-1); }},
      {"rules.pools[0].on_exhausted", [](auto* r) { PoolAt(r, 0)->clear_on_exhausted(); }},
      {"rules.pools[0].clause", [](auto* r) { PoolAt(r, 0)->clear_clause(); }},
      {"rules.review_stages[0].stage_id",
       [](auto* r) { r->mutable_review_stages(0)->set_stage_id("district"); }},
      {"rules.review_stages[1].stage_id",
       [](auto* r) { *r->add_review_stages() = r->review_stages(0); }},
      {"rules.review_stages[0].title_zh",
       [](auto* r) { r->mutable_review_stages(0)->clear_title_zh(); }},
      {"rules.delivery_modes", [](auto* r) { r->clear_delivery_modes(); }},
      {"rules.delivery_modes[2]",
       [](auto* r) { r->add_delivery_modes(v1::DELIVERY_MODE_CLOUD_CREDIT); }},
      {"rules.delivery_modes[2]",
       [](auto* r) { r->add_delivery_modes(v1::DELIVERY_MODE_UNSPECIFIED); }},
      {"rules.voucher_terms", [](auto* r) { r->clear_voucher_terms(); }},
      {"rules.voucher_terms.expires_on",
       [](auto* r) { r->mutable_voucher_terms()->clear_expires_on(); }},
      {"rules.voucher_terms.expires_on",
       [](auto* r) { *r->mutable_voucher_terms()->mutable_expires_on() = Date(2023, 12, 30); }},
      {"rules.voucher_terms.redemption_grace_hours",
       [](auto* r) { r->mutable_voucher_terms()->set_redemption_grace_hours(-1); }},
      {"rules.voucher_terms.transfer_answer_hours",
       [](auto* r) { r->mutable_voucher_terms()->set_transfer_answer_hours(0); }},
      {"rules.voucher_terms.transfer_answer_hours",
       [](auto* r) { r->mutable_voucher_terms()->set_transfer_answer_hours(2'161); }},
      {"rules.voucher_terms.clause", [](auto* r) { r->mutable_voucher_terms()->clear_clause(); }},
  };
}

std::vector<Case> AllocationCases() {
  return {
      {"rules.allocation", [](auto* r) { r->set_allocation(static_cast<v1::Allocation>(9)); }},
      {"rules.allocation_clause",
       [](auto* r) {
         Compete(r);
         r->clear_allocation_clause();
       }},
      {"rules.allocation_clause", [](auto* r) { r->set_allocation_clause("two\nlines"); }},
      {"rules.review_stages",
       [](auto* r) {
         Compete(r);
         r->mutable_review_stages(0)->set_scores(false);
       }},
      {"rules.review_stages[1].scores",
       [](auto* r) {
         Compete(r);
         v1::ReviewStage* second = r->add_review_stages();
         *second = r->review_stages(0);
         second->set_stage_id("SECOND");
       }},
      {"rules.review_stages[0].scores",
       [](auto* r) { r->mutable_review_stages(0)->set_scores(true); }},
      {"rules.on_exhausted",
       [](auto* r) {
         Compete(r);
         r->set_on_exhausted(v1::ON_EXHAUSTED_WAITLIST);
       }},
      {"rules.pools[1].on_exhausted",
       [](auto* r) {
         Compete(r);
         PoolAt(r, 1)->set_on_exhausted(v1::ON_EXHAUSTED_WAITLIST);
       }},
      {"rules.waitlist_after_cutoff", [](auto* r) { r->set_waitlist_after_cutoff(true); }},
  };
}

std::vector<Case> ProcessCases() {
  const auto notice = [](v1::ProgramRules* r, int days, v1::DayUnit unit) {
    r->mutable_notice()->set_days(days);
    r->mutable_notice()->set_unit(unit);
    r->mutable_notice()->set_clause("Art. notice");
    return r->mutable_notice();
  };
  const auto project = [](v1::ProgramRules* r, int months, int extension) {
    r->mutable_project()->set_months(months);
    r->mutable_project()->set_extension_months(extension);
    r->mutable_project()->set_clause("Art. project");
    return r->mutable_project();
  };
  return {
      {"rules.highest_only.clause", [](auto* r) { r->mutable_highest_only(); }},
      {"rules.notice.days", [=](auto* r) { notice(r, 0, v1::DAY_UNIT_WORKING); }},
      {"rules.notice.days", [=](auto* r) { notice(r, 61, v1::DAY_UNIT_CALENDAR); }},
      {"rules.notice.unit", [=](auto* r) { notice(r, 60, v1::DAY_UNIT_UNSPECIFIED); }},
      {"rules.notice.clause", [=](auto* r) { notice(r, 1, v1::DAY_UNIT_WORKING)->clear_clause(); }},
      {"rules.correction.days",
       [](auto* r) {
         r->mutable_correction()->set_days(91);
         r->mutable_correction()->set_clause("Art. correction");
       }},
      {"rules.correction.clause", [](auto* r) { r->mutable_correction()->set_days(1); }},
      {"rules.project.months", [=](auto* r) { project(r, 0, 12); }},
      {"rules.project.months", [=](auto* r) { project(r, 121, 12); }},
      {"rules.project.extension_months", [=](auto* r) { project(r, 120, -1); }},
      {"rules.project.clause", [=](auto* r) { project(r, 12, 0)->clear_clause(); }},
      {"rules.acceptance.evidence[0]",
       [](auto* r) {
         r->mutable_acceptance()->add_evidence(v1::DOCUMENT_KIND_UNSPECIFIED);
         r->mutable_acceptance()->set_clause("Art. acceptance");
       }},
      {"rules.acceptance.clause", [](auto* r) { r->mutable_acceptance(); }},
      {"rules.cure.months",
       [](auto* r) {
         r->mutable_cure()->set_months(61);
         r->mutable_cure()->set_clause("Art. cure");
       }},
      {"rules.cure.clause", [](auto* r) { r->mutable_cure()->set_months(6); }},
  };
}

std::vector<Case> BasketAndClusterCases() {
  const auto clusters = [](v1::ProgramRules* r) {
    r->mutable_clusters()->set_minimum_members(10);
    r->mutable_clusters()->set_pool_fen(500'000'000);
    r->mutable_clusters()->set_on_exhausted(v1::ON_EXHAUSTED_REJECT);
    r->mutable_clusters()->set_clause("Art. cluster");
    return r->mutable_clusters();
  };
  const auto basket = [](v1::ProgramRules* r) {
    r->mutable_basket()->add_core_categories("研发设计");
    r->mutable_basket()->set_clause("Art. basket");
    return r->mutable_basket();
  };
  return {
      {"rules.basket.core_categories", [=](auto* r) { basket(r)->clear_core_categories(); }},
      {"rules.basket.core_categories[1]",
       [=](auto* r) { basket(r)->add_core_categories("研发设计"); }},
      {"rules.basket.clause", [=](auto* r) { basket(r)->clear_clause(); }},
      {"rules.basket.core_categories",
       [=](auto* r) {
         basket(r);
         r->mutable_delivery_modes()->RemoveLast();
       }},
      {"rules.clusters.minimum_members", [=](auto* r) { clusters(r)->set_minimum_members(0); }},
      {"rules.clusters.minimum_members", [=](auto* r) { clusters(r)->set_minimum_members(513); }},
      {"rules.clusters.pool_fen", [=](auto* r) { clusters(r)->set_pool_fen(0); }},
      {"rules.clusters.on_exhausted", [=](auto* r) { clusters(r)->clear_on_exhausted(); }},
      {"rules.clusters.on_exhausted",
       [=](auto* r) {
         Compete(r);
         clusters(r)->set_on_exhausted(v1::ON_EXHAUSTED_WAITLIST);
       }},
      {"rules.clusters.clause", [=](auto* r) { clusters(r)->clear_clause(); }},
  };
}

std::vector<Case> ReasonClauseCases() {
  const auto clause = [](v1::ProgramRules* r, v1::Reason reason) {
    v1::ReasonClause* own = r->add_clauses();
    own->set_reason(reason);
    own->set_clause("Art. reason");
    return own;
  };
  return {
      {"rules.clauses[0].reason", [=](auto* r) { clause(r, v1::REASON_UNSPECIFIED); }},
      {"rules.clauses[0].reason", [=](auto* r) { clause(r, static_cast<v1::Reason>(999)); }},
      {"rules.clauses[1].reason",
       [=](auto* r) {
         clause(r, v1::REASON_BLACKLISTED);
         clause(r, v1::REASON_BLACKLISTED);
       }},
      {"rules.clauses[0].clause",
       [=](auto* r) { clause(r, v1::REASON_BLACKLISTED)->clear_clause(); }},
  };
}

INSTANTIATE_TEST_SUITE_P(LimitsAndProcess, OneBadFieldTest,
                         ::testing::ValuesIn(LimitAndProcessCases()));
INSTANTIATE_TEST_SUITE_P(Allocation, OneBadFieldTest, ::testing::ValuesIn(AllocationCases()));
INSTANTIATE_TEST_SUITE_P(Process, OneBadFieldTest, ::testing::ValuesIn(ProcessCases()));
INSTANTIATE_TEST_SUITE_P(BasketAndClusters, OneBadFieldTest,
                         ::testing::ValuesIn(BasketAndClusterCases()));
INSTANTIATE_TEST_SUITE_P(ReasonClauses, OneBadFieldTest, ::testing::ValuesIn(ReasonClauseCases()));

TEST(ValidateRulesTest, FindsNothingInGoodRulesOfACompetitiveProgram) {
  v1::ProgramRules rules = SyntheticProgram();
  Compete(&rules);
  EXPECT_THAT(BadFields(rules), IsEmpty());
}

TEST(ValidateRulesTest, WaitlistAfterTheCutoffNeedsSomewhereToWait) {
  v1::ProgramRules rules = SyntheticProgram();
  rules.set_waitlist_after_cutoff(true);
  rules.mutable_pools(2)->set_on_exhausted(v1::ON_EXHAUSTED_WAITLIST);
  EXPECT_THAT(BadFields(rules), IsEmpty());
}

TEST(ValidateRulesTest, SaysWhyAFieldCannotHold) {
  v1::ProgramRules rules = SyntheticProgram();
  rules.set_allocation(v1::ALLOCATION_COMPETITIVE);
  rules.set_allocation_clause("Art. ranking");
  ASSERT_EQ(ValidateRules(rules).size(), 1U);
  EXPECT_EQ(ValidateRules(rules).front().description,
            "need one stage that scores: the allocation is COMPETITIVE");
}

TEST(ValidateRulesTest, ReimbursementAloneNeedsNoVoucherTerms) {
  v1::ProgramRules rules = SyntheticProgram();
  rules.clear_delivery_modes();
  rules.add_delivery_modes(v1::DELIVERY_MODE_REIMBURSEMENT);
  rules.clear_voucher_terms();
  rules.clear_non_transferable_clause();
  EXPECT_THAT(BadFields(rules), IsEmpty());
}

}  // namespace
}  // namespace voucher
