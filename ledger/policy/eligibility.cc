#include "ledger/policy/eligibility.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_join.h"

#include "ledger/base/check.h"
#include "ledger/base/division.h"
#include "ledger/policy/refusal.h"
#include "ledger/policy/subsidy.h"

namespace voucher {
namespace {

template <typename Values>
bool Contains(const Values& values, int value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool InRegion(const v1::RegionRule& rule, absl::string_view division) {
  return std::any_of(
      rule.divisions().begin(), rule.divisions().end(),
      [division](const std::string& area) { return DivisionCovers(area, division); });
}

bool OldEnough(const v1::AgeRule& rule, const v1::EnterpriseFacts& facts, CivilDay applied_on) {
  const std::optional<CivilDay> registered_on = FromCivilDate(facts.registered_on());
  VOUCHER_CHECK(registered_on.has_value()) << facts.uscc();
  return AddYears(*registered_on, rule.full_years()) <= applied_on;
}

bool IsRegistered(const v1::RegistrationRule& rule, const v1::EnterpriseFacts& facts,
                  CivilDay applied_on) {
  if (!facts.has_platform_updated_on()) return false;
  const std::optional<CivilDay> updated_on = FromCivilDate(facts.platform_updated_on());
  VOUCHER_CHECK(updated_on.has_value()) << facts.uscc();
  return applied_on <= AddMonths(*updated_on, rule.updated_within_months());
}

bool Blocks(const v1::IncidentRule& rule, const v1::EnterpriseRecord& record, CivilDay applied_on) {
  const v1::Incident& incident = record.incident();
  if (!record.has_incident() || !Contains(rule.kinds(), incident.kind())) return false;
  const v1::IncidentSeverity severity = incident.severity() == v1::INCIDENT_SEVERITY_UNSPECIFIED
                                            ? v1::INCIDENT_SEVERITY_MAJOR
                                            : incident.severity();
  if (severity < rule.minimum_severity()) return false;
  return HoldsOn(record, applied_on) && applied_on < AddYears(FirstDayOf(record), rule.years());
}

bool Blocks(const v1::ListingRule& rule, const v1::EnterpriseRecord& record, CivilDay applied_on) {
  if (!record.has_listing() || !Contains(rule.kinds(), record.listing().kind())) return false;
  if (HoldsOn(record, applied_on)) return true;
  const CivilDay first_day = FirstDayOf(record);
  // One without an end holds from its first day on.
  const CivilDay last_day = LastDayOf(record).value_or(first_day);
  return first_day <= last_day && last_day < applied_on &&
         applied_on < AddYears(last_day, rule.years());
}

// Whether a record of the applicant in the world of the program blocks it by the rule.
template <typename Rule>
bool AnyBlocks(const Rule& rule, const Applicant& applicant, CivilDay applied_on) {
  return std::any_of(applicant.records.begin(), applicant.records.end(),
                     [&](const v1::EnterpriseRecord& record) {
                       return IsOf(record, applicant.sandbox) && Blocks(rule, record, applied_on);
                     });
}

// Adds what `rules` (those of the program or of the item) find wrong.
void AddViolations(const v1::Eligibility& rules, const Applicant& applicant,
                   const v1::Project& project, CivilDay applied_on,
                   std::vector<Violation>* violations) {
  const v1::EnterpriseFacts& facts = applicant.facts;
  const auto add = [violations](v1::EligibilityRule rule, absl::string_view clause) {
    violations->push_back({rule, clause});
  };
  if (rules.has_region() && !InRegion(rules.region(), facts.division())) {
    add(v1::ELIGIBILITY_RULE_REGION, rules.region().clause());
  }
  if (rules.has_exclude_cloud_providers() && facts.is_cloud_provider()) {
    add(v1::ELIGIBILITY_RULE_CLOUD_PROVIDER, rules.exclude_cloud_providers().clause());
  }
  if (rules.has_industry() && !Contains(rules.industry().industries(), facts.industry())) {
    add(v1::ELIGIBILITY_RULE_INDUSTRY, rules.industry().clause());
  }
  if (rules.has_size() && !Contains(rules.size().sizes(), facts.size())) {
    add(v1::ELIGIBILITY_RULE_SIZE, rules.size().clause());
  }
  if (rules.has_age() && !OldEnough(rules.age(), facts, applied_on)) {
    add(v1::ELIGIBILITY_RULE_AGE, rules.age().clause());
  }
  if (rules.has_no_other_funding() && project.other_funding()) {
    add(v1::ELIGIBILITY_RULE_OTHER_FUNDING, rules.no_other_funding().clause());
  }
  for (const v1::IncidentRule& rule : rules.incidents()) {
    if (AnyBlocks(rule, applicant, applied_on)) {
      add(v1::ELIGIBILITY_RULE_INCIDENT, rule.clause());
    }
  }
  if (rules.has_listing() && AnyBlocks(rules.listing(), applicant, applied_on)) {
    add(v1::ELIGIBILITY_RULE_LISTING, rules.listing().clause());
  }
  if (rules.has_prior_year_project() && !project.completed_prior_year()) {
    add(v1::ELIGIBILITY_RULE_PRIOR_YEAR_PROJECT, rules.prior_year_project().clause());
  }
  if (rules.has_registered_on_platform() &&
      !IsRegistered(rules.registered_on_platform(), facts, applied_on)) {
    add(v1::ELIGIBILITY_RULE_REGISTERED_ON_PLATFORM, rules.registered_on_platform().clause());
  }
  if (rules.has_cluster_member() && !applicant.in_approved_cluster) {
    add(v1::ELIGIBILITY_RULE_CLUSTER_MEMBER, rules.cluster_member().clause());
  }
}

}  // namespace

std::vector<Violation> ViolatedRules(const CompiledRules& rules, const v1::Item& item,
                                     const Applicant& applicant, const v1::Project& project,
                                     CivilDay applied_on) {
  std::vector<Violation> violations;
  AddViolations(rules.rules().eligibility(), applicant, project, applied_on, &violations);
  AddViolations(item.eligibility(), applicant, project, applied_on, &violations);
  if (!item.revenue_tiers().empty() && ReachedTier(item, applicant.facts) == nullptr) {
    violations.push_back({v1::ELIGIBILITY_RULE_REVENUE, item.clause()});
  }
  std::stable_sort(violations.begin(), violations.end(),
                   [](const Violation& a, const Violation& b) { return a.rule < b.rule; });
  const auto same = [](const Violation& a, const Violation& b) {
    return a.rule == b.rule && a.clause == b.clause;
  };
  violations.erase(std::unique(violations.begin(), violations.end(), same), violations.end());
  return violations;
}

std::optional<v1::Refusal> RefuseIfIneligible(const CompiledRules& rules, const v1::Item& item,
                                              const Applicant& applicant,
                                              const v1::Project& project, UnixNanos received_at) {
  const std::vector<Violation> violations =
      ViolatedRules(rules, item, applicant, project, DayOf(received_at, rules.zone()));
  if (violations.empty()) return std::nullopt;
  v1::Refusal refusal;
  refusal.set_reason(v1::REASON_NOT_ELIGIBLE);
  std::vector<absl::string_view> clauses;
  for (const Violation& violation : violations) {
    if (refusal.rules().empty() || *refusal.rules().rbegin() != violation.rule) {
      refusal.add_rules(violation.rule);
    }
    if (std::find(clauses.begin(), clauses.end(), violation.clause) == clauses.end()) {
      clauses.push_back(violation.clause);
    }
  }
  refusal.set_clause(absl::StrJoin(clauses, "; "));
  return refusal;
}

}  // namespace voucher
