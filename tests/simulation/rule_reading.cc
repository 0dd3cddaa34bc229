#include "tests/simulation/rule_reading.h"

#include <algorithm>
#include <set>

#include "tests/simulation/wrongs.h"

namespace voucher::simulation {
namespace {

bool Blocks(const v1::IncidentRule& rule, const OnRecord& record, int64_t day) {
  if (!record.incident || !record.HoldsOn(day)) return false;
  const v1::Incident& incident = *record.incident;
  const int severity = incident.severity() != 0 ? incident.severity() : v1::INCIDENT_SEVERITY_MAJOR;
  return Has(rule.kinds(), incident.kind()) && severity >= rule.minimum_severity() &&
         day < DayNumber(AddMonths(incident.date(), 12 * rule.years()));
}

// By a list on which it stands, or stood on a day of the years that the rule looks back.
bool Blocks(const v1::ListingRule& rule, const OnRecord& record, int64_t day) {
  if (record.listing == 0 || !Has(rule.kinds(), record.listing) || record.withdrawn) return false;
  if (record.HoldsOn(day)) return true;
  return record.first <= record.last() && record.last() < day &&
         day < DayNumber(AddMonths(DateOf(record.last()), 12 * rule.years()));
}

void Add(const v1::Eligibility& rules, const Enterprise& applicant, bool sandbox,
         const v1::Project& project, bool in_cluster, int64_t day, std::set<int>* violated) {
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
  for (const OnRecord& record : applicant.records) {
    if (record.sandbox != sandbox) continue;
    for (const v1::IncidentRule& rule : rules.incidents()) {
      if_wrong(Blocks(rule, record, day), v1::ELIGIBILITY_RULE_INCIDENT);
    }
    if_wrong(Blocks(rules.listing(), record, day), v1::ELIGIBILITY_RULE_LISTING);
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
  Add(rules.eligibility(), applicant, rules.sandbox(), project, in_cluster, day, &violated);
  Add(item.eligibility(), applicant, rules.sandbox(), project, in_cluster, day, &violated);
  if (!item.revenue_tiers().empty() && TierOf(item, applicant.facts) == nullptr) {
    violated.insert(v1::ELIGIBILITY_RULE_REVENUE);
  }
  return {violated.begin(), violated.end()};
}

bool EvidenceIsComplete(const v1::ProgramRules& rules, const v1::Item& item,
                        const v1::Evidence& evidence, int64_t spend_fen,
                        const std::function<int64_t(const v1::BilledOrder&)>& credit_fen) {
  int64_t invoiced_fen = 0;
  bool in_year = true;
  // Billed and paid by credit, of each order.
  std::map<std::string, std::pair<int64_t, int64_t>> orders;
  for (const v1::Invoice& invoice : evidence.invoices()) {
    invoiced_fen += invoice.amount_fen();
    in_year = in_year && invoice.issued_on().year() == rules.fiscal_year();
    if (!invoice.has_order()) continue;
    auto& order = orders[invoice.order().provider_id() + " " + invoice.order().order_number()];
    order.first += invoice.amount_fen();
    order.second = credit_fen(invoice.order());
  }
  int64_t by_credit_fen = 0;
  for (const auto& [name, order] : orders) by_credit_fen += std::min(order.first, order.second);
  const bool needed = item.invoices_required() || by_credit_fen > 0;
  return (in_year || !rules.invoices_in_fiscal_year()) &&
         (!needed || (invoiced_fen > 0 && invoiced_fen - by_credit_fen >= spend_fen)) &&
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

bool ReachesTier(const v1::Item& item, const v1::EnterpriseFacts& facts) {
  return TierOf(item, facts) != nullptr;
}

std::string OrderClaim(const std::string& provider_id, const std::string& order_number,
                       bool sandbox) {
  return (sandbox ? "trial order " : "order ") + provider_id + " " + order_number;
}

std::vector<std::string> ClaimsOf(const v1::Evidence& evidence, bool sandbox) {
  std::set<std::string> claims;
  for (const v1::Invoice& invoice : evidence.invoices()) {
    const std::string kind = sandbox ? "trial invoice " : "invoice ";
    // Code and number of a digital one, written one after the other, are its twenty digits.
    const bool old = invoice.code().size() == 10;
    claims.insert(kind + invoice.code() + (old ? "-" : "") + invoice.number());
    if (!invoice.digital_number().empty()) claims.insert(kind + invoice.digital_number());
    if (!invoice.has_order()) continue;
    claims.insert(
        OrderClaim(invoice.order().provider_id(), invoice.order().order_number(), sandbox));
  }
  return {claims.begin(), claims.end()};
}

v1::Reason ReasonOf(const std::string& claim) {
  return claim.find("order ") != std::string::npos ? v1::REASON_ORDER_ALREADY_CLAIMED
                                                   : v1::REASON_INVOICE_ALREADY_CLAIMED;
}

}  // namespace voucher::simulation
