#include "tests/simulation/rule_reading.h"

#include <algorithm>
#include <set>

#include "tests/simulation/wrongs.h"

namespace voucher::simulation {
namespace {

bool Blocks(const v1::IncidentRule& rule, const v1::Incident& incident, int64_t day) {
  const int severity = incident.severity() != 0 ? incident.severity() : v1::INCIDENT_SEVERITY_MAJOR;
  return Has(rule.kinds(), incident.kind()) && severity >= rule.minimum_severity() &&
         DayNumber(incident.date()) <= day &&
         day < DayNumber(AddMonths(incident.date(), 12 * rule.years()));
}

void Add(const v1::Eligibility& rules, const Enterprise& applicant, const v1::Project& project,
         bool in_cluster, int64_t day, std::set<int>* violated) {
  const v1::EnterpriseFacts& facts = applicant.facts;
  const auto if_wrong = [violated](bool wrong, v1::EligibilityRule rule) {
    if (wrong) violated->insert(rule);
  };
  const auto& areas = rules.region().divisions();
  if_wrong(rules.has_region() &&
               std::none_of(areas.begin(), areas.end(),
                            [&](const auto& area) { return Covers(area, facts.division()); }),
           v1::ELIGIBILITY_RULE_REGION);
  if_wrong(rules.has_exclude_cloud_providers() && facts.is_cloud_provider(),
           v1::ELIGIBILITY_RULE_CLOUD_PROVIDER);
  if_wrong(rules.has_industry() && !Has(rules.industry().industries(), facts.industry()),
           v1::ELIGIBILITY_RULE_INDUSTRY);
  if_wrong(rules.has_size() && !Has(rules.size().sizes(), facts.size()), v1::ELIGIBILITY_RULE_SIZE);
  if_wrong(rules.has_age() &&
               day < DayNumber(AddMonths(facts.registered_on(), 12 * rules.age().full_years())),
           v1::ELIGIBILITY_RULE_AGE);
  if_wrong(rules.has_no_other_funding() && project.other_funding(),
           v1::ELIGIBILITY_RULE_OTHER_FUNDING);
  for (const v1::IncidentRule& rule : rules.incidents()) {
    for (const v1::Incident& incident : applicant.incidents) {
      if_wrong(Blocks(rule, incident, day), v1::ELIGIBILITY_RULE_INCIDENT);
    }
  }
  for (const int listing : applicant.listings) {
    if_wrong(Has(rules.listing().kinds(), listing), v1::ELIGIBILITY_RULE_LISTING);
  }
  if_wrong(rules.has_prior_year_project() && !project.completed_prior_year(),
           v1::ELIGIBILITY_RULE_PRIOR_YEAR_PROJECT);
  const int months = rules.registered_on_platform().updated_within_months();
  if_wrong(rules.has_registered_on_platform() &&
               (!facts.has_platform_updated_on() ||
                day > DayNumber(AddMonths(facts.platform_updated_on(), months))),
           v1::ELIGIBILITY_RULE_REGISTERED_ON_PLATFORM);
  if_wrong(rules.has_cluster_member() && !in_cluster, v1::ELIGIBILITY_RULE_CLUSTER_MEMBER);
}

// The highest tier whose revenue and industry the enterprise has.
const v1::RevenueTier* TierOf(const v1::Item& item, const v1::EnterpriseFacts& facts) {
  const v1::RevenueTier* best = nullptr;
  for (const v1::RevenueTier& tier : item.revenue_tiers()) {
    if (!tier.industries().empty() && !Has(tier.industries(), facts.industry())) continue;
    if (facts.prior_year_revenue_fen() < tier.minimum_revenue_fen()) continue;
    if (best == nullptr || best->minimum_revenue_fen() < tier.minimum_revenue_fen()) best = &tier;
  }
  return best;
}

}  // namespace

v1::CivilDate AddMonths(const v1::CivilDate& date, int months) {
  v1::CivilDate later = date;
  const int month = date.year() * 12 + date.month() - 1 + months;
  later.set_year(month / 12);
  later.set_month(month % 12 + 1);
  // The day before the first of the month after is the last that exists.
  v1::CivilDate next;
  next.set_year((month + 1) / 12);
  next.set_month((month + 1) % 12 + 1);
  next.set_day(1);
  later.set_day(std::min(date.day(), DateOf(DayNumber(next) - 1).day()));
  return later;
}

std::vector<int> ViolatedRules(const v1::ProgramRules& rules, const v1::Item& item,
                               const Enterprise& applicant, const v1::Project& project,
                               bool in_cluster, int64_t day) {
  std::set<int> violated;
  Add(rules.eligibility(), applicant, project, in_cluster, day, &violated);
  Add(item.eligibility(), applicant, project, in_cluster, day, &violated);
  if (!item.revenue_tiers().empty() && TierOf(item, applicant.facts) == nullptr) {
    violated.insert(v1::ELIGIBILITY_RULE_REVENUE);
  }
  return {violated.begin(), violated.end()};
}

bool EvidenceIsComplete(const v1::ProgramRules& rules, const v1::Item& item,
                        const v1::Evidence& evidence, int64_t spend_fen) {
  int64_t invoiced_fen = 0;
  bool in_year = true;
  for (const v1::Invoice& invoice : evidence.invoices()) {
    invoiced_fen += invoice.amount_fen();
    in_year = in_year && invoice.issued_on().year() == rules.fiscal_year();
  }
  return (in_year || !rules.invoices_in_fiscal_year()) &&
         (!item.invoices_required() || (invoiced_fen > 0 && invoiced_fen >= spend_fen)) &&
         HasKinds(item.evidence(), evidence.documents());
}

int64_t BaseFen(const v1::Item& item, int64_t spend_fen) {
  if (item.fixed_fen() > 0) return item.fixed_fen();
  return spend_fen / 10'000 * item.rate_bps() + spend_fen % 10'000 * item.rate_bps() / 10'000;
}

std::map<int, int64_t> CapsOf(const v1::ProgramRules& rules, const v1::Item& item,
                              const v1::EnterpriseFacts& facts) {
  std::map<int, int64_t> caps;
  const auto lower = [&caps](int scope, int64_t fen) {
    const int kind = scope == v1::CAP_SCOPE_ENTERPRISE_YEAR ? v1::LIMIT_KIND_ENTERPRISE_YEAR
                     : scope == v1::CAP_SCOPE_PROJECT       ? v1::LIMIT_KIND_PROJECT
                                                            : v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR;
    const auto cap = caps.emplace(kind, fen).first;
    cap->second = std::min(cap->second, fen);
  };
  for (const v1::Cap& cap : rules.caps()) lower(cap.scope(), cap.amount_fen());
  if (item.cap_fen() > 0) lower(item.cap_scope(), item.cap_fen());
  const v1::RevenueTier* tier = TierOf(item, facts);
  if (tier != nullptr) lower(item.cap_scope(), tier->cap_fen());
  return caps;
}

bool Delivers(const v1::ProgramRules& rules, const v1::Item& item, int mode) {
  return item.delivery_modes().empty() ? Has(rules.delivery_modes(), mode)
                                       : Has(item.delivery_modes(), mode);
}

bool CountsProjects(const v1::ProgramRules& rules) {
  bool counts = rules.has_highest_only();
  for (const v1::Cap& cap : rules.caps()) counts |= cap.scope() == v1::CAP_SCOPE_PROJECT;
  for (const v1::Item& item : rules.items()) {
    counts |= item.cap_scope() == v1::CAP_SCOPE_PROJECT;
    counts |= item.once().scope() == v1::ONCE_SCOPE_PROJECT;
  }
  return counts;
}

std::string KeyOf(const v1::Invoice& invoice) {
  return invoice.code().empty() ? invoice.number() : invoice.code() + "-" + invoice.number();
}

}  // namespace voucher::simulation
