#include "ledger/policy/eligibility.h"

#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/policy/refusal_text.h"
#include "tests/policy/synthetic_program.h"

namespace voucher {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr CivilDay kDay(2023, 9, 1);

std::vector<std::string> Violated(const std::string& item, const v1::Enterprise& enterprise,
                                  const v1::Project& project, CivilDay applied_on = kDay) {
  const CompiledRules rules(SyntheticProgram());
  std::vector<std::string> names;
  for (const Violation& violation :
       ViolatedRules(rules, *rules.FindItem(item), ApplicantOf(enterprise), project, applied_on)) {
    names.push_back(RuleName(violation.rule));
  }
  return names;
}

std::vector<std::string> Violated(const v1::Enterprise& enterprise, CivilDay applied_on = kDay) {
  return Violated("starter", enterprise, EligibleProject(), applied_on);
}

v1::Enterprise WithIncident(v1::IncidentKind kind, v1::IncidentSeverity severity,
                            const v1::CivilDate& date) {
  v1::Enterprise enterprise = EligibleEnterprise();
  v1::Incident* incident = enterprise.add_records()->mutable_incident();
  incident->set_kind(kind);
  incident->set_severity(severity);
  *incident->mutable_date() = date;
  return enterprise;
}

v1::EnterpriseRecord* AddListing(v1::ListingKind kind, const v1::CivilDate& from,
                                 v1::Enterprise* enterprise) {
  v1::EnterpriseRecord* record = enterprise->add_records();
  record->mutable_listing()->set_kind(kind);
  *record->mutable_listing()->mutable_from() = from;
  return record;
}

TEST(EligibilityTest, ApplicantThatMeetsEveryRuleViolatesNone) {
  for (const char* item : {"new", "renewal", "starter"}) {
    EXPECT_THAT(Violated(item, EligibleEnterprise(), EligibleProject()), IsEmpty()) << item;
  }
}

TEST(EligibilityTest, NamesEveryViolatedRuleInTheDocumentedOrder) {
  v1::Enterprise enterprise =
      WithIncident(v1::INCIDENT_KIND_SAFETY, v1::INCIDENT_SEVERITY_MAJOR, Date(2023, 1, 1));
  v1::EnterpriseFacts* facts = enterprise.mutable_facts();
  facts->set_division("420116");
  facts->set_is_cloud_provider(true);
  facts->set_industry(v1::INDUSTRY_OTHER);
  facts->set_size(v1::ENTERPRISE_SIZE_LARGE);
  *facts->mutable_registered_on() = Date(2023, 1, 1);
  facts->set_prior_year_revenue_fen(0);
  AddListing(v1::LISTING_KIND_ABNORMAL_OPERATION, Date(2023, 1, 1), &enterprise);
  v1::Project project;
  project.set_other_funding(true);

  EXPECT_THAT(Violated("renewal", enterprise, project),
              ElementsAre("region", "cloud_provider", "industry", "size", "age", "other_funding",
                          "incident", "listing", "prior_year_project"));
  EXPECT_THAT(Violated("new", enterprise, project),
              ElementsAre("region", "cloud_provider", "industry", "age", "other_funding",
                          "incident", "listing", "revenue"));
}

TEST(EligibilityTest, RulesOfAnItemBindThatItemOnly) {
  v1::Enterprise enterprise = EligibleEnterprise();
  enterprise.mutable_facts()->set_size(v1::ENTERPRISE_SIZE_LARGE);
  v1::Project project;
  EXPECT_THAT(Violated("renewal", enterprise, project), ElementsAre("size", "prior_year_project"));
  EXPECT_THAT(Violated("new", enterprise, project), IsEmpty());
}

TEST(EligibilityTest, FullYearEndsOnTheSameCivilDay) {
  v1::Enterprise enterprise = EligibleEnterprise();
  *enterprise.mutable_facts()->mutable_registered_on() = Date(2022, 9, 1);
  EXPECT_THAT(Violated(enterprise, CivilDay(2023, 8, 31)), ElementsAre("age"));
  EXPECT_THAT(Violated(enterprise, CivilDay(2023, 9, 1)), IsEmpty());
}

TEST(EligibilityTest, RegistrationOnFebruary29CountsAsMarch1InACommonYear) {
  v1::Enterprise enterprise = EligibleEnterprise();
  *enterprise.mutable_facts()->mutable_registered_on() = Date(2020, 2, 29);
  EXPECT_THAT(Violated(enterprise, CivilDay(2021, 2, 28)), ElementsAre("age"));
  EXPECT_THAT(Violated(enterprise, CivilDay(2021, 3, 1)), IsEmpty());
}

TEST(EligibilityTest, IncidentBlocksFromItsDateUntilTheDayBeforeItIsThreeYearsOld) {
  const v1::Enterprise enterprise =
      WithIncident(v1::INCIDENT_KIND_SAFETY, v1::INCIDENT_SEVERITY_MAJOR, Date(2022, 6, 1));
  EXPECT_THAT(Violated(enterprise, CivilDay(2022, 5, 31)), IsEmpty());
  EXPECT_THAT(Violated(enterprise, CivilDay(2022, 6, 1)), ElementsAre("incident"));
  EXPECT_THAT(Violated(enterprise, CivilDay(2025, 5, 31)), ElementsAre("incident"));
  EXPECT_THAT(Violated(enterprise, CivilDay(2025, 6, 1)), IsEmpty());
}

TEST(EligibilityTest, IncidentOfFebruary29BlocksThroughFebruary28) {
  const v1::Enterprise enterprise =
      WithIncident(v1::INCIDENT_KIND_SAFETY, v1::INCIDENT_SEVERITY_MAJOR, Date(2020, 2, 29));
  EXPECT_THAT(Violated(enterprise, CivilDay(2023, 2, 28)), ElementsAre("incident"));
  EXPECT_THAT(Violated(enterprise, CivilDay(2023, 3, 1)), IsEmpty());
}

TEST(EligibilityTest, IncidentBlocksAtItsRulesSeverityAndAbove) {
  const auto violated = [](v1::IncidentKind kind, v1::IncidentSeverity severity) {
    return Violated(WithIncident(kind, severity, Date(2023, 1, 1)));
  };
  EXPECT_THAT(violated(v1::INCIDENT_KIND_SAFETY, v1::INCIDENT_SEVERITY_GENERAL), IsEmpty());
  EXPECT_THAT(violated(v1::INCIDENT_KIND_SAFETY, v1::INCIDENT_SEVERITY_LARGER),
              ElementsAre("incident"));
  EXPECT_THAT(violated(v1::INCIDENT_KIND_SAFETY, v1::INCIDENT_SEVERITY_ESPECIALLY_MAJOR),
              ElementsAre("incident"));
  EXPECT_THAT(violated(v1::INCIDENT_KIND_ADMIN_SANCTION, v1::INCIDENT_SEVERITY_GENERAL),
              ElementsAre("incident"));
  EXPECT_THAT(violated(v1::INCIDENT_KIND_QUALITY, v1::INCIDENT_SEVERITY_ESPECIALLY_MAJOR),
              IsEmpty());
}

TEST(EligibilityTest, IncidentWithoutSeverityCountsAsMajor) {
  const v1::Enterprise enterprise =
      WithIncident(v1::INCIDENT_KIND_SAFETY, v1::INCIDENT_SEVERITY_UNSPECIFIED, Date(2023, 1, 1));
  v1::ProgramRules program = SyntheticProgram();
  v1::IncidentRule* rule = program.mutable_eligibility()->mutable_incidents(0);
  const auto violations = [&](v1::IncidentSeverity minimum) {
    rule->set_minimum_severity(minimum);
    const CompiledRules rules(program);
    return ViolatedRules(rules, *rules.FindItem("starter"), ApplicantOf(enterprise), {}, kDay)
        .size();
  };
  EXPECT_EQ(violations(v1::INCIDENT_SEVERITY_MAJOR), 1U);
  EXPECT_EQ(violations(v1::INCIDENT_SEVERITY_ESPECIALLY_MAJOR), 0U);
}

TEST(EligibilityTest, OnlyListsOfTheRuleBlock) {
  v1::Enterprise enterprise = EligibleEnterprise();
  AddListing(v1::LISTING_KIND_JOINT_PUNISHMENT, Date(2023, 1, 1), &enterprise);
  EXPECT_THAT(Violated(enterprise), IsEmpty());
  AddListing(v1::LISTING_KIND_ABNORMAL_OPERATION, Date(2023, 1, 1), &enterprise);
  EXPECT_THAT(Violated(enterprise), ElementsAre("listing"));
}

// Whether a listing of 2020-03-01 to 2020-06-01 blocks where the rule looks back so many years.
std::vector<bool> BlocksAfter(int years, const std::vector<CivilDay>& days,
                              const std::optional<v1::CivilDate>& ended_on = std::nullopt) {
  v1::ProgramRules program = SyntheticProgram();
  program.mutable_eligibility()->mutable_listing()->set_years(years);
  const CompiledRules rules(program);
  v1::Enterprise enterprise = EligibleEnterprise();
  *enterprise.mutable_facts()->mutable_registered_on() = Date(2000, 1, 1);
  v1::EnterpriseRecord* record =
      AddListing(v1::LISTING_KIND_ABNORMAL_OPERATION, Date(2020, 3, 1), &enterprise);
  *record->mutable_listing()->mutable_until() = Date(2020, 6, 1);
  if (ended_on) *record->mutable_ended_on() = *ended_on;
  std::vector<bool> blocks;
  blocks.reserve(days.size());
  for (const CivilDay day : days) {
    blocks.push_back(
        !ViolatedRules(rules, *rules.FindItem("starter"), ApplicantOf(enterprise), {}, day)
             .empty());
  }
  return blocks;
}

TEST(EligibilityTest, ListingBlocksFromItsFirstThroughItsLastDay) {
  EXPECT_THAT(BlocksAfter(0, {CivilDay(2020, 2, 29), CivilDay(2020, 3, 1), CivilDay(2020, 6, 1),
                              CivilDay(2020, 6, 2)}),
              ElementsAre(false, true, true, false));
}

TEST(EligibilityTest, ListingBlocksUntilItsLastDayIsThreeYearsOld) {
  EXPECT_THAT(BlocksAfter(3, {CivilDay(2020, 2, 29), CivilDay(2020, 3, 1), CivilDay(2023, 5, 31),
                              CivilDay(2023, 6, 1)}),
              ElementsAre(false, true, true, false));
  // Ended earlier than it said; an end that is later than its own changes nothing.
  const std::vector<CivilDay> days = {CivilDay(2023, 4, 29), CivilDay(2023, 4, 30),
                                      CivilDay(2023, 5, 31), CivilDay(2023, 6, 1)};
  EXPECT_THAT(BlocksAfter(3, days, Date(2020, 4, 30)), ElementsAre(true, false, false, false));
  EXPECT_THAT(BlocksAfter(3, days, Date(2021, 1, 1)), ElementsAre(true, true, true, false));
}

TEST(EligibilityTest, ListingThatWasEndedBeforeItBeganNeverBlocks) {
  EXPECT_THAT(BlocksAfter(3, {CivilDay(2020, 2, 29), CivilDay(2020, 3, 1), CivilDay(2022, 1, 1)},
                          Date(2020, 2, 29)),
              ElementsAre(false, false, false));
}

TEST(EligibilityTest, RecordsOfTheOtherWorldAndWithdrawnOnesNeverBlock) {
  v1::Enterprise enterprise =
      WithIncident(v1::INCIDENT_KIND_SAFETY, v1::INCIDENT_SEVERITY_MAJOR, Date(2023, 1, 1));
  AddListing(v1::LISTING_KIND_ABNORMAL_OPERATION, Date(2023, 1, 1), &enterprise);
  EXPECT_THAT(Violated(enterprise), ElementsAre("incident", "listing"));
  enterprise.mutable_records(0)->set_withdrawn(true);
  enterprise.mutable_records(1)->set_sandbox(true);
  EXPECT_THAT(Violated(enterprise), IsEmpty());
  const CompiledRules rules(SyntheticProgram());
  const Applicant in_sandbox{enterprise.facts(), enterprise.records(), true, false};
  const auto violations =
      ViolatedRules(rules, *rules.FindItem("starter"), in_sandbox, EligibleProject(), kDay);
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].rule, v1::ELIGIBILITY_RULE_LISTING);
}

TEST(EligibilityTest, IncidentThatWasEndedBlocksThroughItsLastDay) {
  v1::Enterprise enterprise =
      WithIncident(v1::INCIDENT_KIND_SAFETY, v1::INCIDENT_SEVERITY_MAJOR, Date(2022, 6, 1));
  *enterprise.mutable_records(0)->mutable_ended_on() = Date(2023, 8, 31);
  EXPECT_THAT(Violated(enterprise, CivilDay(2023, 8, 31)), ElementsAre("incident"));
  EXPECT_THAT(Violated(enterprise, CivilDay(2023, 9, 1)), IsEmpty());
}

TEST(EligibilityTest, RevenueBetweenTiersNeedsTheirIndustry) {
  v1::Enterprise enterprise = EligibleEnterprise();
  v1::EnterpriseFacts* facts = enterprise.mutable_facts();
  facts->set_prior_year_revenue_fen(1'999'999'999);
  EXPECT_THAT(Violated("new", enterprise, EligibleProject()), IsEmpty());
  facts->set_industry(v1::INDUSTRY_SOFTWARE_IT);
  EXPECT_THAT(Violated("new", enterprise, EligibleProject()), ElementsAre("revenue"));
  facts->set_prior_year_revenue_fen(2'000'000'000);
  EXPECT_THAT(Violated("new", enterprise, EligibleProject()), IsEmpty());
  facts->set_industry(v1::INDUSTRY_INDUSTRIAL);
  facts->set_prior_year_revenue_fen(1'199'999'999);
  EXPECT_THAT(Violated("new", enterprise, EligibleProject()), ElementsAre("revenue"));
}

// The synthetic program with a registration rule of one month, and clusters.
v1::ProgramRules WithRegistrationAndClusters() {
  v1::ProgramRules program = SyntheticProgram();
  v1::Eligibility* rules = program.mutable_items(2)->mutable_eligibility();
  rules->mutable_registered_on_platform()->set_updated_within_months(1);
  rules->mutable_registered_on_platform()->set_clause("Art. platform");
  program.mutable_eligibility()->mutable_cluster_member()->set_clause("Art. cluster");
  return program;
}

TEST(EligibilityTest, UpdateOnThePlatformHoldsToTheSameDayOfTheNextMonth) {
  const CompiledRules rules(WithRegistrationAndClusters());
  v1::Enterprise enterprise = EligibleEnterprise();
  const auto violations = [&](absl::string_view item, CivilDay applied_on) {
    const Applicant applicant{enterprise.facts(), enterprise.records(), false, true};
    return ViolatedRules(rules, *rules.FindItem(item), applicant, {}, applied_on);
  };
  const CivilDay day(2023, 9, 30);
  ASSERT_EQ(violations("starter", day).size(), 1U) << "not registered there";
  EXPECT_EQ(violations("starter", day)[0].rule, v1::ELIGIBILITY_RULE_REGISTERED_ON_PLATFORM);
  EXPECT_EQ(violations("starter", day)[0].clause, "Art. platform");
  EXPECT_THAT(violations("new", day), IsEmpty()) << "the rule of another item";
  *enterprise.mutable_facts()->mutable_platform_updated_on() = Date(2023, 8, 31);
  EXPECT_THAT(violations("starter", day), IsEmpty()) << "September has 30 days";
  EXPECT_EQ(violations("starter", CivilDay(2023, 10, 1)).size(), 1U);
}

TEST(EligibilityTest, MembersOfAnApprovedClusterOnlyAndThatRuleIsNamedLast) {
  const CompiledRules rules(WithRegistrationAndClusters());
  const v1::Enterprise enterprise = EligibleEnterprise();
  const auto violations = [&](bool in_approved_cluster) {
    const Applicant applicant{enterprise.facts(), enterprise.records(), false, in_approved_cluster};
    return ViolatedRules(rules, *rules.FindItem("starter"), applicant, {}, kDay);
  };
  EXPECT_EQ(violations(true).size(), 1U);
  ASSERT_EQ(violations(false).size(), 2U);
  EXPECT_EQ(violations(false)[0].rule, v1::ELIGIBILITY_RULE_REGISTERED_ON_PLATFORM);
  EXPECT_EQ(violations(false)[1].rule, v1::ELIGIBILITY_RULE_CLUSTER_MEMBER);
  EXPECT_EQ(violations(false)[1].clause, "Art. cluster");
}

TEST(CheckEligibilityTest, RefusalListsRulesOnceAndTheirArticles) {
  v1::Enterprise enterprise =
      WithIncident(v1::INCIDENT_KIND_SAFETY, v1::INCIDENT_SEVERITY_MAJOR, Date(2023, 1, 1));
  v1::Incident* sanction = enterprise.add_records()->mutable_incident();
  sanction->set_kind(v1::INCIDENT_KIND_ADMIN_SANCTION);
  *sanction->mutable_date() = Date(2023, 1, 1);
  enterprise.mutable_facts()->set_division("420100");
  const CompiledRules rules(SyntheticProgram());
  const std::optional<v1::Refusal> refusal =
      RefuseIfIneligible(rules, *rules.FindItem("starter"), ApplicantOf(enterprise), {},
                         ParseRfc3339("2023-09-01T00:00:00+08:00").value());
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->reason(), v1::REASON_NOT_ELIGIBLE);
  EXPECT_THAT(refusal->rules(),
              ElementsAre(v1::ELIGIBILITY_RULE_REGION, v1::ELIGIBILITY_RULE_INCIDENT));
  EXPECT_EQ(refusal->clause(), "Art. region; Art. accidents; Art. sanctions");
}

TEST(CheckEligibilityTest, ApplicationDateIsTheShanghaiDayOfReceipt) {
  v1::Enterprise enterprise = EligibleEnterprise();
  *enterprise.mutable_facts()->mutable_registered_on() = Date(2022, 9, 1);
  const CompiledRules rules(SyntheticProgram());
  const auto eligible_at = [&](absl::string_view instant) {
    return !RefuseIfIneligible(rules, *rules.FindItem("starter"), ApplicantOf(enterprise), {},
                               ParseRfc3339(instant).value())
                .has_value();
  };
  EXPECT_FALSE(eligible_at("2023-08-31T15:59:59.999999999Z"));
  EXPECT_TRUE(eligible_at("2023-08-31T16:00:00Z"));
}

}  // namespace
}  // namespace voucher
