#include "ledger/validation/program_items.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/division.h"
#include "ledger/base/money.h"
#include "ledger/validation/program_rules.h"

namespace voucher {
namespace {

constexpr int64_t kMaxYears = 100;
constexpr int64_t kMaxUpdateMonths = 24;
constexpr size_t kMaxNoteBytes = 256;

void ValidateRegion(const FieldProblems& problems, const v1::RegionRule& region) {
  problems.Count("divisions", region.divisions_size(), 1, kMaxDivisions);
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < region.divisions_size(); ++i) {
    const std::string element = absl::StrCat("divisions[", i, "]");
    if (!IsDivisionCode(region.divisions(i))) {
      problems.Add(element, "is no division code of six digits (GB/T 2260)");
    } else if (!seen.insert(region.divisions(i)).second) {
      problems.Add(element, "occurs twice");
    }
  }
  problems.Clause(region.clause());
}

void ValidateIncidentRule(const FieldProblems& problems, const v1::IncidentRule& rule) {
  problems.EnumValues("kinds", rule.kinds(), v1::IncidentKind_IsValid, 1);
  problems.EnumValue("minimum_severity", rule.minimum_severity(), v1::IncidentSeverity_IsValid);
  problems.InRange("years", rule.years(), 1, kMaxYears);
  problems.Clause(rule.clause());
}

void ValidateAmount(const FieldProblems& problems, const v1::Item& item) {
  switch (item.amount_case()) {
    case v1::Item::kRateBps:
      problems.InRange("rate_bps", item.rate_bps(), 1, kMaxRateBps);
      break;
    case v1::Item::kFixedFen:
      problems.AmountFen("fixed_fen", item.fixed_fen(), 1);
      break;
    case v1::Item::AMOUNT_NOT_SET:
      problems.Add("amount", "is required: rate_bps or fixed_fen");
      break;
  }
}

// Tiers of one minimum may differ in industry; a higher minimum after a lower one would never be
// reached.
void ValidateTiers(const FieldProblems& problems, const v1::Item& item) {
  problems.Count("revenue_tiers", item.revenue_tiers_size(), 0, kMaxRevenueTiers);
  for (int i = 0; i < item.revenue_tiers_size(); ++i) {
    const v1::RevenueTier& tier = item.revenue_tiers(i);
    const FieldProblems below = problems.Under("revenue_tiers", i);
    below.AmountFen("minimum_revenue_fen", tier.minimum_revenue_fen(), 0);
    if (i > 0 && tier.minimum_revenue_fen() >= item.revenue_tiers(i - 1).minimum_revenue_fen()) {
      below.Add("minimum_revenue_fen", "must be below that of the tier before: highest first");
    }
    below.AmountFen("cap_fen", tier.cap_fen(), 1);
    below.EnumValues("industries", tier.industries(), v1::Industry_IsValid, 0);
  }
}

// ENTERPRISE_YEAR would count over all items: that is a cap of the program.
void ValidateCapScope(const FieldProblems& problems, const v1::Item& item) {
  switch (item.cap_scope()) {
    case v1::CAP_SCOPE_UNSPECIFIED:
      return;
    case v1::CAP_SCOPE_ENTERPRISE_ITEM_YEAR:
    case v1::CAP_SCOPE_PROJECT:
      if (item.cap_fen() == 0 && item.revenue_tiers().empty()) {
        problems.Add("cap_scope", "counts nothing: the item has neither cap_fen nor revenue_tiers");
      }
      return;
    default:
      problems.Add("cap_scope", "must be ENTERPRISE_ITEM_YEAR or PROJECT");
  }
}

// What an application for the item may choose.
const google::protobuf::RepeatedField<int>& ModesOf(const v1::Item& item,
                                                    const v1::ProgramRules& program) {
  return item.delivery_modes().empty() ? program.delivery_modes() : item.delivery_modes();
}

void ValidateSpendable(const FieldProblems& problems, const v1::Item& item,
                       const v1::ProgramRules& program) {
  problems.Categories("spendable_categories", item.spendable_categories(), 0);
  if (item.spendable_categories().empty()) {
    if (!item.spendable_clause().empty()) {
      problems.Add("spendable_clause", "goes with spendable_categories, and there are none");
    }
    return;
  }
  const auto& modes = ModesOf(item, program);
  if (modes.size() != 1 || modes.Get(0) != v1::DELIVERY_MODE_CLOUD_CREDIT) {
    problems.Add("spendable_categories",
                 "restrict vouchers: the item needs delivery mode CLOUD_CREDIT alone");
  }
  problems.Text("spendable_clause", item.spendable_clause(), kMaxTextBytes);
}

void ValidateItemDelivery(const FieldProblems& problems, const v1::Item& item,
                          const v1::ProgramRules& program) {
  problems.EnumValues("delivery_modes", item.delivery_modes(), v1::DeliveryMode_IsValid, 0);
  const auto& modes = program.delivery_modes();
  for (int i = 0; i < item.delivery_modes_size(); ++i) {
    const int mode = item.delivery_modes(i);
    if (mode == 0 || std::find(modes.begin(), modes.end(), mode) != modes.end()) continue;
    problems.Add(absl::StrCat("delivery_modes[", i, "]"), "is none of the program");
  }
}

void ValidateItem(const FieldProblems& problems, const v1::Item& item,
                  const v1::ProgramRules& program) {
  problems.Slug("item_id", item.item_id(), kMaxIdSize);
  problems.InRange("number", item.number(), 1, 65'535);
  problems.Text("title_zh", item.title_zh(), kMaxTextBytes);
  ValidateAmount(problems, item);
  problems.AmountFen("cap_fen", item.cap_fen(), 0);
  ValidateTiers(problems, item);
  ValidateEligibility(problems.Under("eligibility"), item.eligibility(), program);
  problems.EnumValues("evidence", item.evidence(), v1::DocumentKind_IsValid, 0);
  problems.Clause(item.clause());
  ValidateCapScope(problems, item);
  if (item.has_once()) {
    const FieldProblems below = problems.Under("once");
    below.EnumValue("scope", item.once().scope(), v1::OnceScope_IsValid);
    below.Clause(item.once().clause());
  }
  if (item.has_not_applied_for()) {
    const FieldProblems below = problems.Under("not_applied_for");
    below.Text("note_en", item.not_applied_for().note_en(), kMaxNoteBytes);
    below.Text("note_zh", item.not_applied_for().note_zh(), kMaxNoteBytes);
    below.Clause(item.not_applied_for().clause());
  }
  ValidateSpendable(problems, item, program);
  ValidateItemDelivery(problems, item, program);
}

}  // namespace

void ValidateEligibility(const FieldProblems& problems, const v1::Eligibility& rules,
                         const v1::ProgramRules& program) {
  if (rules.has_region()) ValidateRegion(problems.Under("region"), rules.region());
  if (rules.has_exclude_cloud_providers()) {
    problems.Under("exclude_cloud_providers").Clause(rules.exclude_cloud_providers().clause());
  }
  if (rules.has_industry()) {
    const FieldProblems below = problems.Under("industry");
    below.EnumValues("industries", rules.industry().industries(), v1::Industry_IsValid, 1);
    below.Clause(rules.industry().clause());
  }
  if (rules.has_size()) {
    const FieldProblems below = problems.Under("size");
    below.EnumValues("sizes", rules.size().sizes(), v1::EnterpriseSize_IsValid, 1);
    below.Clause(rules.size().clause());
  }
  if (rules.has_age()) {
    const FieldProblems below = problems.Under("age");
    below.InRange("full_years", rules.age().full_years(), 1, kMaxYears);
    below.Clause(rules.age().clause());
  }
  if (rules.has_no_other_funding()) {
    problems.Under("no_other_funding").Clause(rules.no_other_funding().clause());
  }
  problems.Count("incidents", rules.incidents_size(), 0, kMaxIncidentRules);
  for (int i = 0; i < rules.incidents_size(); ++i) {
    ValidateIncidentRule(problems.Under("incidents", i), rules.incidents(i));
  }
  if (rules.has_listing()) {
    const FieldProblems below = problems.Under("listing");
    below.EnumValues("kinds", rules.listing().kinds(), v1::ListingKind_IsValid, 1);
    below.Clause(rules.listing().clause());
  }
  if (rules.has_prior_year_project()) {
    problems.Under("prior_year_project").Clause(rules.prior_year_project().clause());
  }
  if (rules.has_registered_on_platform()) {
    const FieldProblems below = problems.Under("registered_on_platform");
    below.InRange("updated_within_months", rules.registered_on_platform().updated_within_months(),
                  1, kMaxUpdateMonths);
    below.Clause(rules.registered_on_platform().clause());
  }
  if (rules.has_cluster_member()) {
    problems.Under("cluster_member").Clause(rules.cluster_member().clause());
    if (!program.has_clusters()) {
      problems.Add("cluster_member", "can never be met: the program has no rules.clusters");
    }
  }
}

void ValidateItems(const FieldProblems& problems, const v1::ProgramRules& rules) {
  problems.Count("items", rules.items_size(), 1, kMaxItems);
  absl::flat_hash_set<absl::string_view> ids;
  absl::flat_hash_set<uint32_t> numbers;
  for (int i = 0; i < rules.items_size(); ++i) {
    const v1::Item& item = rules.items(i);
    const FieldProblems below = problems.Under("items", i);
    ValidateItem(below, item, rules);
    if (!ids.insert(item.item_id()).second) below.Add("item_id", "occurs twice");
    if (!numbers.insert(item.number()).second) below.Add("number", "occurs twice");
  }
}

}  // namespace voucher
