#include "ledger/policy/validate.h"

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/policy/synthetic_program.h"

namespace voucher {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Change = std::function<void(v1::ProgramRules*)>;

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

std::vector<std::string> BadFields(const v1::ProgramRules& rules) {
  std::vector<std::string> fields;
  for (const FieldProblem& problem : ValidateRules(rules)) fields.push_back(problem.field);
  return fields;
}

struct Case {
  std::string field;
  Change change;
};

class OneBadFieldTest : public ::testing::TestWithParam<Case> {};

TEST_P(OneBadFieldTest, IsNamedAlone) {
  v1::ProgramRules rules = SyntheticProgram();
  GetParam().change(&rules);
  EXPECT_THAT(BadFields(rules), ElementsAre(GetParam().field));
}

v1::Eligibility* Rules(v1::ProgramRules* r) {
  return r->mutable_eligibility();
}
v1::Item* ItemAt(v1::ProgramRules* r, int i) {
  return r->mutable_items(i);
}
v1::Pool* PoolAt(v1::ProgramRules* r, int i) {
  return r->mutable_pools(i);
}

std::vector<Case> IdentityCases() {
  return {
      {"rules.program_id", [](auto* r) { r->set_program_id(""); }},
      {"rules.program_id", [](auto* r) { r->set_program_id("Hubei"); }},
      {"rules.program_id", [](auto* r) { r->set_program_id(std::string(49, 'a')); }},
      {"rules.title_zh", [](auto* r) { r->set_title_zh(""); }},
      {"rules.title_en", [](auto* r) { r->set_title_en(std::string(513, 'a')); }},
      {"rules.title_en", [](auto* r) { r->set_title_en("two\nlines"); }},
      {"rules.document", [](auto* r) { r->set_document(""); }},
      {"rules.time_zone", [](auto* r) { r->set_time_zone("UTC"); }},
      {"rules.time_zone", [](auto* r) { r->clear_time_zone(); }},
      {"rules.fiscal_year", [](auto* r) { r->set_fiscal_year(1999); }},
      {"rules.fiscal_year", [](auto* r) { r->set_fiscal_year(2101); }},
      {"rules.window.first_day", [](auto* r) { r->mutable_window()->clear_first_day(); }},
      {"rules.window.first_day",
       [](auto* r) { *r->mutable_window()->mutable_first_day() = Date(2023, 2, 29); }},
      {"rules.window.last_day",
       [](auto* r) { *r->mutable_window()->mutable_last_day() = Date(2023, 7, 30); }},
      {"rules.window.clause", [](auto* r) { r->mutable_window()->clear_clause(); }},
      {"rules.on_exhausted", [](auto* r) { r->clear_on_exhausted(); }},
      {"rules.on_exhausted",
       [](auto* r) { r->set_on_exhausted(static_cast<v1::OnExhausted>(99)); }},
      {"rules.budget_clause", [](auto* r) { r->clear_budget_clause(); }},
      {"rules.non_transferable_clause", [](auto* r) { r->clear_non_transferable_clause(); }},
  };
}

std::vector<Case> EligibilityCases() {
  return {
      {"rules.eligibility.region.divisions",
       [](auto* r) { Rules(r)->mutable_region()->clear_divisions(); }},
      {"rules.eligibility.region.divisions[0]",
       [](auto* r) { Rules(r)->mutable_region()->set_divisions(0, "4201"); }},
      {"rules.eligibility.region.divisions[1]",
       [](auto* r) { Rules(r)->mutable_region()->add_divisions("420115"); }},
      {"rules.eligibility.region.clause",
       [](auto* r) { Rules(r)->mutable_region()->clear_clause(); }},
      {"rules.eligibility.exclude_cloud_providers.clause",
       [](auto* r) { Rules(r)->mutable_exclude_cloud_providers()->clear_clause(); }},
      {"rules.eligibility.industry.industries",
       [](auto* r) { Rules(r)->mutable_industry()->clear_industries(); }},
      {"rules.eligibility.industry.industries[2]",
       [](auto* r) { Rules(r)->mutable_industry()->add_industries(v1::INDUSTRY_UNSPECIFIED); }},
      {"rules.eligibility.industry.industries[2]",
       [](auto* r) { Rules(r)->mutable_industry()->add_industries(v1::INDUSTRY_INDUSTRIAL); }},
      {"rules.eligibility.age.full_years",
       [](auto* r) { Rules(r)->mutable_age()->set_full_years(0); }},
      {"rules.eligibility.age.full_years",
       [](auto* r) { Rules(r)->mutable_age()->set_full_years(101); }},
      {"rules.eligibility.no_other_funding.clause",
       [](auto* r) { Rules(r)->mutable_no_other_funding()->clear_clause(); }},
      {"rules.eligibility.incidents[1].kinds",
       [](auto* r) { Rules(r)->mutable_incidents(1)->clear_kinds(); }},
      {"rules.eligibility.incidents[1].minimum_severity",
       [](auto* r) { Rules(r)->mutable_incidents(1)->clear_minimum_severity(); }},
      {"rules.eligibility.incidents[0].years",
       [](auto* r) { Rules(r)->mutable_incidents(0)->set_years(-1); }},
      {"rules.eligibility.listing.kinds",
       [](auto* r) { Rules(r)->mutable_listing()->clear_kinds(); }},
      {"rules.items[1].eligibility.size.sizes",
       [](auto* r) { ItemAt(r, 1)->mutable_eligibility()->mutable_size()->clear_sizes(); }},
      {"rules.items[1].eligibility.prior_year_project.clause",
       [](auto* r) {
         ItemAt(r, 1)->mutable_eligibility()->mutable_prior_year_project()->clear_clause();
       }},
  };
}

std::vector<Case> ItemCases() {
  return {
      {"rules.items[0].item_id", [](auto* r) { ItemAt(r, 0)->set_item_id("New"); }},
      {"rules.items[2].item_id", [](auto* r) { ItemAt(r, 2)->set_item_id("new"); }},
      {"rules.items[0].number", [](auto* r) { ItemAt(r, 0)->set_number(0); }},
      {"rules.items[0].number", [](auto* r) { ItemAt(r, 0)->set_number(65'536); }},
      {"rules.items[1].number", [](auto* r) { ItemAt(r, 1)->set_number(1); }},
      {"rules.items[0].title_zh", [](auto* r) { ItemAt(r, 0)->clear_title_zh(); }},
      {"rules.items[0].amount", [](auto* r) { ItemAt(r, 0)->clear_amount(); }},
      {"rules.items[0].rate_bps", [](auto* r) { ItemAt(r, 0)->set_rate_bps(0); }},
      {"rules.items[0].rate_bps", [](auto* r) { ItemAt(r, 0)->set_rate_bps(10'001); }},
      {"rules.items[2].fixed_fen", [](auto* r) { ItemAt(r, 2)->set_fixed_fen(0); }},
      {"rules.items[2].fixed_fen", [](auto* r) { ItemAt(r, 2)->set_fixed_fen(kMax); }},
      {"rules.items[1].cap_fen", [](auto* r) { ItemAt(r, 1)->set_cap_fen(-1); }},
      {"rules.items[0].revenue_tiers[1].minimum_revenue_fen",
       [](auto* r) {
         ItemAt(r, 0)->mutable_revenue_tiers(1)->set_minimum_revenue_fen(100'000'000'000);
       }},
      {"rules.items[0].revenue_tiers[2].minimum_revenue_fen",
       [](auto* r) { ItemAt(r, 0)->mutable_revenue_tiers(2)->set_minimum_revenue_fen(-1); }},
      {"rules.items[0].revenue_tiers[2].cap_fen",
       [](auto* r) { ItemAt(r, 0)->mutable_revenue_tiers(2)->set_cap_fen(0); }},
      {"rules.items[0].revenue_tiers[2].industries[1]",
       [](auto* r) {
         ItemAt(r, 0)->mutable_revenue_tiers(2)->add_industries(v1::INDUSTRY_INDUSTRIAL);
       }},
      {"rules.items[1].evidence[2]",
       [](auto* r) { ItemAt(r, 1)->add_evidence(v1::DOCUMENT_KIND_CONTRACT); }},
      {"rules.items[1].clause", [](auto* r) { ItemAt(r, 1)->clear_clause(); }},
      {"rules.items[1].clause", [](auto* r) { ItemAt(r, 1)->set_clause(std::string(513, 'a')); }},
  };
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

// Makes it competitive: its one stage scores.
void Compete(v1::ProgramRules* r) {
  r->set_allocation(v1::ALLOCATION_COMPETITIVE);
  r->set_allocation_clause("Art. ranking");
  r->mutable_review_stages(0)->set_scores(true);
}

std::vector<Case> MembershipCases() {
  const auto registration = [](v1::ProgramRules* r, int months) {
    v1::RegistrationRule* rule = Rules(r)->mutable_registered_on_platform();
    rule->set_updated_within_months(months);
    rule->set_clause("Art. platform");
    return rule;
  };
  return {
      {"rules.eligibility.registered_on_platform.updated_within_months",
       [=](auto* r) { registration(r, 0); }},
      {"rules.eligibility.registered_on_platform.updated_within_months",
       [=](auto* r) { registration(r, 25); }},
      {"rules.eligibility.registered_on_platform.clause",
       [=](auto* r) { registration(r, 24)->clear_clause(); }},
      {"rules.items[0].eligibility.cluster_member",
       [](auto* r) {
         ItemAt(r, 0)->mutable_eligibility()->mutable_cluster_member()->set_clause("Art. 1");
       }},
  };
}

std::vector<Case> ClaimCases() {
  const auto once = [](v1::ProgramRules* r) {
    v1::OnceRule* rule = ItemAt(r, 0)->mutable_once();
    rule->set_scope(v1::ONCE_SCOPE_PROJECT);
    rule->set_clause("Art. once");
    return rule;
  };
  const auto not_applied_for = [](v1::ProgramRules* r) {
    v1::NotAppliedFor* note = ItemAt(r, 0)->mutable_not_applied_for();
    note->set_note_en("granted elsewhere");
    note->set_note_zh("另行安排");
    note->set_clause("Art. elsewhere");
    return note;
  };
  const auto spendable = [](v1::ProgramRules* r) {
    ItemAt(r, 0)->add_spendable_categories("云主机");
    ItemAt(r, 0)->set_spendable_clause("Art. spend");
    ItemAt(r, 0)->add_delivery_modes(v1::DELIVERY_MODE_CLOUD_CREDIT);
    return ItemAt(r, 0);
  };
  return {
      {"rules.items[0].cap_scope",
       [](auto* r) { ItemAt(r, 0)->set_cap_scope(v1::CAP_SCOPE_ENTERPRISE_YEAR); }},
      {"rules.items[2].cap_scope",
       [](auto* r) { ItemAt(r, 2)->set_cap_scope(v1::CAP_SCOPE_PROJECT); }},
      {"rules.items[0].once.scope", [=](auto* r) { once(r)->clear_scope(); }},
      {"rules.items[0].once.clause", [=](auto* r) { once(r)->clear_clause(); }},
      {"rules.items[0].not_applied_for.note_en",
       [=](auto* r) { not_applied_for(r)->set_note_en(std::string(257, 'a')); }},
      {"rules.items[0].not_applied_for.note_zh",
       [=](auto* r) { not_applied_for(r)->clear_note_zh(); }},
      {"rules.items[0].not_applied_for.clause",
       [=](auto* r) { not_applied_for(r)->clear_clause(); }},
      {"rules.items[0].spendable_categories[1]",
       [=](auto* r) { spendable(r)->add_spendable_categories("云主机"); }},
      {"rules.items[0].spendable_categories[1]",
       [=](auto* r) { spendable(r)->add_spendable_categories(std::string(65, 'a')); }},
      {"rules.items[0].spendable_clause", [=](auto* r) { spendable(r)->clear_spendable_clause(); }},
      {"rules.items[0].spendable_clause",
       [=](auto* r) { spendable(r)->clear_spendable_categories(); }},
      {"rules.items[0].spendable_categories",
       [=](auto* r) { spendable(r)->add_delivery_modes(v1::DELIVERY_MODE_REIMBURSEMENT); }},
      {"rules.items[0].spendable_categories",
       [=](auto* r) { spendable(r)->clear_delivery_modes(); }},
      {"rules.items[0].delivery_modes[1]",
       [=](auto* r) {
         ItemAt(r, 0)->add_delivery_modes(v1::DELIVERY_MODE_REIMBURSEMENT);
         ItemAt(r, 0)->add_delivery_modes(v1::DELIVERY_MODE_REIMBURSEMENT);
       }},
      {"rules.items[0].delivery_modes[0]",
       [=](auto* r) {
         ItemAt(r, 0)->add_delivery_modes(v1::DELIVERY_MODE_CLOUD_CREDIT);
         r->mutable_delivery_modes()->RemoveLast();
         r->clear_voucher_terms();
       }},
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
  const auto clause = [](v1::ProgramRules* r, v1::Reason reason) {
    v1::ReasonClause* own = r->add_clauses();
    own->set_reason(reason);
    own->set_clause("Art. reason");
    return own;
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
      {"rules.basket.core_categories", [=](auto* r) { basket(r)->clear_core_categories(); }},
      {"rules.basket.core_categories[1]",
       [=](auto* r) { basket(r)->add_core_categories("研发设计"); }},
      {"rules.basket.clause", [=](auto* r) { basket(r)->clear_clause(); }},
      {"rules.basket.core_categories",
       [=](auto* r) {
         basket(r);
         r->mutable_delivery_modes()->RemoveLast();
       }},
      {"rules.cure.months",
       [](auto* r) {
         r->mutable_cure()->set_months(61);
         r->mutable_cure()->set_clause("Art. cure");
       }},
      {"rules.cure.clause", [](auto* r) { r->mutable_cure()->set_months(6); }},
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

INSTANTIATE_TEST_SUITE_P(Membership, OneBadFieldTest, ::testing::ValuesIn(MembershipCases()));
INSTANTIATE_TEST_SUITE_P(Claims, OneBadFieldTest, ::testing::ValuesIn(ClaimCases()));
INSTANTIATE_TEST_SUITE_P(Allocation, OneBadFieldTest, ::testing::ValuesIn(AllocationCases()));
INSTANTIATE_TEST_SUITE_P(Process, OneBadFieldTest, ::testing::ValuesIn(ProcessCases()));
INSTANTIATE_TEST_SUITE_P(Identity, OneBadFieldTest, ::testing::ValuesIn(IdentityCases()));
INSTANTIATE_TEST_SUITE_P(Eligibility, OneBadFieldTest, ::testing::ValuesIn(EligibilityCases()));
INSTANTIATE_TEST_SUITE_P(Items, OneBadFieldTest, ::testing::ValuesIn(ItemCases()));
INSTANTIATE_TEST_SUITE_P(LimitsAndProcess, OneBadFieldTest,
                         ::testing::ValuesIn(LimitAndProcessCases()));

TEST(ValidateRulesTest, FindsNothingInGoodRules) {
  EXPECT_THAT(BadFields(SyntheticProgram()), IsEmpty());
}

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

TEST(ValidateRulesTest, NamesEveryProblemOfEmptyRules) {
  EXPECT_THAT(BadFields(v1::ProgramRules()),
              ElementsAre("rules.program_id", "rules.title_zh", "rules.title_en", "rules.document",
                          "rules.time_zone", "rules.fiscal_year", "rules.window.first_day",
                          "rules.window.last_day", "rules.window.clause", "rules.items",
                          "rules.on_exhausted", "rules.budget_clause", "rules.delivery_modes"));
}

TEST(ValidateRulesTest, BoundsTheNumberOfItems) {
  v1::ProgramRules rules = SyntheticProgram();
  for (int i = rules.items_size(); i < kMaxItems + 1; ++i) {
    v1::Item* item = rules.add_items();
    *item = rules.items(2);
    item->set_item_id(absl::StrCat("item-", i));
    item->set_number(static_cast<uint32_t>(i) + 1);
  }
  EXPECT_THAT(BadFields(rules), ElementsAre("rules.items"));
  rules.mutable_items()->RemoveLast();
  EXPECT_THAT(BadFields(rules), IsEmpty());
}

TEST(ValidateRulesTest, RulesThatAreTooLargeGetOneProblem) {
  v1::ProgramRules rules;
  rules.set_title_en(std::string(kMaxRulesBytes, 'a'));
  EXPECT_THAT(BadFields(rules), ElementsAre("rules"));
}

TEST(ValidateRulesTest, DescribesValueAndRange) {
  v1::ProgramRules rules = SyntheticProgram();
  rules.mutable_items(0)->set_rate_bps(10'001);
  EXPECT_EQ(ValidateRules(rules).front().description, "is 10001; must be 1 to 10000");
}

}  // namespace
}  // namespace voucher
