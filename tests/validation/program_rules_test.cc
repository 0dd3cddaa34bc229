// What validation says of a program's head, of who may apply and of what is granted.
#include "ledger/validation/program_rules.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/policy/synthetic_program.h"
#include "tests/validation/validate_cases.h"

namespace voucher {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_P(OneBadFieldTest, IsNamedAlone) {
  v1::ProgramRules rules = SyntheticProgram();
  GetParam().change(&rules);
  EXPECT_THAT(BadFields(rules), ElementsAre(GetParam().field));
}

v1::Eligibility* Rules(v1::ProgramRules* r) {
  return r->mutable_eligibility();
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

INSTANTIATE_TEST_SUITE_P(Identity, OneBadFieldTest, ::testing::ValuesIn(IdentityCases()));
INSTANTIATE_TEST_SUITE_P(Eligibility, OneBadFieldTest, ::testing::ValuesIn(EligibilityCases()));
INSTANTIATE_TEST_SUITE_P(Membership, OneBadFieldTest, ::testing::ValuesIn(MembershipCases()));
INSTANTIATE_TEST_SUITE_P(Items, OneBadFieldTest, ::testing::ValuesIn(ItemCases()));
INSTANTIATE_TEST_SUITE_P(Claims, OneBadFieldTest, ::testing::ValuesIn(ClaimCases()));

TEST(ValidateRulesTest, FindsNothingInGoodRules) {
  EXPECT_THAT(BadFields(SyntheticProgram()), IsEmpty());
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
  EXPECT_EQ(ValidateRules(rules).front().description, "must be 1 to 10000; is 10001");
}

}  // namespace
}  // namespace voucher
