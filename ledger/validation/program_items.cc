#include "ledger/validation/program_items.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/money.h"
#include "ledger/base/proto_enum.h"

namespace voucher {
namespace {

void ValidateRegion(const v1::RegionRule& region, FieldChecker* check) {
  FieldChecker below = check->Under("region");
  below.Count("divisions", region.divisions_size(), 1, kMaxDivisions);
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < region.divisions_size(); ++i) {
    const std::string element = absl::StrCat("divisions[", i, "]");
    below.Division(element, region.divisions(i));
    below.Require(seen.insert(region.divisions(i)).second, element, "occurs twice");
  }
  below.Clause(region.clause());
}

void ValidateIncidentRule(const v1::IncidentRule& rule, FieldChecker* check) {
  check->Enums("kinds", rule.kinds(), v1::IncidentKind_IsValid, 1);
  check->Enum("minimum_severity", v1::IncidentSeverity_IsValid(rule.minimum_severity()),
              rule.minimum_severity());
  check->Range("years", rule.years(), 1, kMaxYears);
  check->Clause(rule.clause());
}

void ValidateAmount(const v1::Item& item, FieldChecker* check) {
  switch (item.amount_case()) {
    case v1::Item::kRateBps:
      check->Range("rate_bps", item.rate_bps(), 1, kMaxRateBps);
      break;
    case v1::Item::kFixedFen:
      check->Amount("fixed_fen", item.fixed_fen());
      break;
    case v1::Item::AMOUNT_NOT_SET:
      check->Fail("amount", "is required: rate_bps or fixed_fen");
      break;
  }
}

// Tiers of one minimum may differ in industry; a higher minimum after a lower one would never be
// reached.
void ValidateTiers(const v1::Item& item, FieldChecker* check) {
  check->Count("revenue_tiers", item.revenue_tiers_size(), 0, kMaxRevenueTiers);
  for (int i = 0; i < item.revenue_tiers_size(); ++i) {
    const v1::RevenueTier& tier = item.revenue_tiers(i);
    FieldChecker below = check->Under("revenue_tiers", i);
    below.Range("minimum_revenue_fen", tier.minimum_revenue_fen(), 0, kMaxAmountFen);
    if (i > 0 && tier.minimum_revenue_fen() >= item.revenue_tiers(i - 1).minimum_revenue_fen()) {
      below.Fail("minimum_revenue_fen", "must be below that of the tier before: highest first");
    }
    below.Amount("cap_fen", tier.cap_fen());
    below.Enums("industries", tier.industries(), v1::Industry_IsValid, 0);
  }
}

// ENTERPRISE_YEAR would count over all items: that is a cap of the program.
void ValidateCapScope(const v1::Item& item, FieldChecker* check) {
  switch (item.cap_scope()) {
    case v1::CAP_SCOPE_UNSPECIFIED:
      return;
    case v1::CAP_SCOPE_ENTERPRISE_ITEM_YEAR:
    case v1::CAP_SCOPE_PROJECT:
      if (item.cap_fen() == 0 && item.revenue_tiers().empty()) {
        check->Fail("cap_scope", "counts nothing: the item has neither cap_fen nor revenue_tiers");
      }
      return;
    case v1::CAP_SCOPE_ENTERPRISE_YEAR:
      VOUCHER_PROTO_SENTINELS(v1::CapScope)
      break;
  }
  check->Fail("cap_scope", "must be ENTERPRISE_ITEM_YEAR or PROJECT");
}

// What an application for the item may choose.
const google::protobuf::RepeatedField<int>& ModesOf(const v1::Item& item,
                                                    const v1::ProgramRules& program) {
  return item.delivery_modes().empty() ? program.delivery_modes() : item.delivery_modes();
}

void ValidateSpendable(const v1::Item& item, const v1::ProgramRules& program, FieldChecker* check) {
  if (item.has_own_products_only()) {
    check->Under("own_products_only").Clause(item.own_products_only().clause());
  }
  check->Categories("spendable_categories", item.spendable_categories(), 0);
  if (item.spendable_categories().empty()) {
    if (!item.spendable_clause().empty()) {
      check->Fail("spendable_clause", "goes with spendable_categories, and there are none");
    }
    return;
  }
  const auto& modes = ModesOf(item, program);
  if (modes.size() != 1 || modes.Get(0) != v1::DELIVERY_MODE_CLOUD_CREDIT) {
    check->Fail("spendable_categories",
                "restrict vouchers: the item needs delivery mode CLOUD_CREDIT alone");
  }
  check->Text("spendable_clause", item.spendable_clause(), 1, kMaxTextBytes);
}

void ValidateItemDelivery(const v1::Item& item, const v1::ProgramRules& program,
                          FieldChecker* check) {
  check->Enums("delivery_modes", item.delivery_modes(), v1::DeliveryMode_IsValid, 0);
  const auto& modes = program.delivery_modes();
  for (int i = 0; i < item.delivery_modes_size(); ++i) {
    const int mode = item.delivery_modes(i);
    if (mode == 0 || std::find(modes.begin(), modes.end(), mode) != modes.end()) continue;
    check->Fail(absl::StrCat("delivery_modes[", i, "]"), "is none of the program");
  }
}

void ValidateItem(const v1::Item& item, const v1::ProgramRules& program, FieldChecker* check) {
  check->Slug("item_id", item.item_id(), kMaxSlugSize);
  check->Range("number", item.number(), 1, kMaxItemNumber);
  check->Text("title_zh", item.title_zh(), 1, kMaxTextBytes);
  ValidateAmount(item, check);
  check->Range("cap_fen", item.cap_fen(), 0, kMaxAmountFen);
  ValidateTiers(item, check);
  ValidateEligibility(item.eligibility(), program, check);
  check->Enums("evidence", item.evidence(), v1::DocumentKind_IsValid, 0);
  check->Clause(item.clause());
  ValidateCapScope(item, check);
  if (item.has_once()) {
    FieldChecker below = check->Under("once");
    below.Enum("scope", v1::OnceScope_IsValid(item.once().scope()), item.once().scope());
    below.Clause(item.once().clause());
  }
  if (item.has_not_applied_for()) {
    FieldChecker below = check->Under("not_applied_for");
    below.Text("note_en", item.not_applied_for().note_en(), 1, kMaxNoteBytes);
    below.Text("note_zh", item.not_applied_for().note_zh(), 1, kMaxNoteBytes);
    below.Clause(item.not_applied_for().clause());
  }
  ValidateSpendable(item, program, check);
  ValidateItemDelivery(item, program, check);
}

}  // namespace

bool IssuesVouchers(const v1::ProgramRules& rules) {
  const auto& modes = rules.delivery_modes();
  return std::find(modes.begin(), modes.end(), v1::DELIVERY_MODE_CLOUD_CREDIT) != modes.end();
}

void ValidateEligibility(const v1::Eligibility& rules, const v1::ProgramRules& program,
                         FieldChecker* check) {
  FieldChecker eligibility = check->Under("eligibility");
  if (rules.has_region()) ValidateRegion(rules.region(), &eligibility);
  if (rules.has_exclude_cloud_providers()) {
    eligibility.Under("exclude_cloud_providers").Clause(rules.exclude_cloud_providers().clause());
  }
  if (rules.has_industry()) {
    FieldChecker below = eligibility.Under("industry");
    below.Enums("industries", rules.industry().industries(), v1::Industry_IsValid, 1);
    below.Clause(rules.industry().clause());
  }
  if (rules.has_size()) {
    FieldChecker below = eligibility.Under("size");
    below.Enums("sizes", rules.size().sizes(), v1::EnterpriseSize_IsValid, 1);
    below.Clause(rules.size().clause());
  }
  if (rules.has_age()) {
    FieldChecker below = eligibility.Under("age");
    below.Range("full_years", rules.age().full_years(), 1, kMaxYears);
    below.Clause(rules.age().clause());
  }
  if (rules.has_no_other_funding()) {
    eligibility.Under("no_other_funding").Clause(rules.no_other_funding().clause());
  }
  eligibility.Count("incidents", rules.incidents_size(), 0, kMaxIncidentRules);
  for (int i = 0; i < rules.incidents_size(); ++i) {
    FieldChecker below = eligibility.Under("incidents", i);
    ValidateIncidentRule(rules.incidents(i), &below);
  }
  if (rules.has_listing()) {
    FieldChecker below = eligibility.Under("listing");
    below.Enums("kinds", rules.listing().kinds(), v1::ListingKind_IsValid, 1);
    below.Range("years", rules.listing().years(), 0, kMaxYears);
    below.Clause(rules.listing().clause());
  }
  if (rules.has_prior_year_project()) {
    eligibility.Under("prior_year_project").Clause(rules.prior_year_project().clause());
  }
  if (rules.has_registered_on_platform()) {
    FieldChecker below = eligibility.Under("registered_on_platform");
    below.Range("updated_within_months", rules.registered_on_platform().updated_within_months(), 1,
                kMaxUpdateMonths);
    below.Clause(rules.registered_on_platform().clause());
  }
  if (rules.has_cluster_member()) {
    eligibility.Under("cluster_member").Clause(rules.cluster_member().clause());
    if (!program.has_clusters()) {
      eligibility.Fail("cluster_member", "can never be met: the program has no rules.clusters");
    }
  }
}

void ValidateItems(const v1::ProgramRules& rules, FieldChecker* check) {
  check->Count("items", rules.items_size(), 1, kMaxItems);
  absl::flat_hash_set<absl::string_view> ids;
  absl::flat_hash_set<uint32_t> numbers;
  for (int i = 0; i < rules.items_size(); ++i) {
    const v1::Item& item = rules.items(i);
    FieldChecker below = check->Under("items", i);
    ValidateItem(item, rules, &below);
    if (!ids.insert(item.item_id()).second) below.Fail("item_id", "occurs twice");
    if (!numbers.insert(item.number()).second) below.Fail("number", "occurs twice");
  }
}

}  // namespace voucher
