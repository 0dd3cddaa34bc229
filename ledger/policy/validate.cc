#include "ledger/policy/validate.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/civil.h"
#include "ledger/base/money.h"
#include "ledger/base/text.h"
#include "ledger/policy/division.h"
#include "ledger/policy/field_problems.h"

namespace voucher {
namespace {

constexpr size_t kMaxProgramIdSize = 48;
constexpr size_t kMaxIdSize = 32;
constexpr int64_t kMaxYears = 100;
constexpr int64_t kMaxHours = 2'160;

void CheckClause(const FieldProblems& problems, const std::string& clause) {
  problems.Text("clause", clause, kMaxTextBytes);
}

std::optional<CivilDay> CheckWindow(const FieldProblems& problems, const v1::Window& window) {
  const std::optional<CivilDay> first =
      problems.Date("first_day", window.has_first_day(), window.first_day());
  const std::optional<CivilDay> last =
      problems.Date("last_day", window.has_last_day(), window.last_day());
  if (first && last && *last < *first) problems.Add("last_day", "lies before first_day");
  CheckClause(problems, window.clause());
  return last;
}

void CheckRegion(const FieldProblems& problems, const v1::RegionRule& region) {
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
  CheckClause(problems, region.clause());
}

void CheckIncidentRule(const FieldProblems& problems, const v1::IncidentRule& rule) {
  problems.EnumValues("kinds", rule.kinds(), v1::IncidentKind_IsValid, 1);
  problems.EnumValue("minimum_severity", rule.minimum_severity(), v1::IncidentSeverity_IsValid);
  problems.InRange("years", rule.years(), 1, kMaxYears);
  CheckClause(problems, rule.clause());
}

void CheckEligibility(const FieldProblems& problems, const v1::Eligibility& rules) {
  if (rules.has_region()) CheckRegion(problems.Under("region"), rules.region());
  if (rules.has_exclude_cloud_providers()) {
    CheckClause(problems.Under("exclude_cloud_providers"),
                rules.exclude_cloud_providers().clause());
  }
  if (rules.has_industry()) {
    const FieldProblems below = problems.Under("industry");
    below.EnumValues("industries", rules.industry().industries(), v1::Industry_IsValid, 1);
    CheckClause(below, rules.industry().clause());
  }
  if (rules.has_size()) {
    const FieldProblems below = problems.Under("size");
    below.EnumValues("sizes", rules.size().sizes(), v1::EnterpriseSize_IsValid, 1);
    CheckClause(below, rules.size().clause());
  }
  if (rules.has_age()) {
    const FieldProblems below = problems.Under("age");
    below.InRange("full_years", rules.age().full_years(), 1, kMaxYears);
    CheckClause(below, rules.age().clause());
  }
  if (rules.has_no_other_funding()) {
    CheckClause(problems.Under("no_other_funding"), rules.no_other_funding().clause());
  }
  problems.Count("incidents", rules.incidents_size(), 0, kMaxIncidentRules);
  for (int i = 0; i < rules.incidents_size(); ++i) {
    CheckIncidentRule(problems.Under("incidents", i), rules.incidents(i));
  }
  if (rules.has_listing()) {
    const FieldProblems below = problems.Under("listing");
    below.EnumValues("kinds", rules.listing().kinds(), v1::ListingKind_IsValid, 1);
    CheckClause(below, rules.listing().clause());
  }
  if (rules.has_prior_year_project()) {
    CheckClause(problems.Under("prior_year_project"), rules.prior_year_project().clause());
  }
}

void CheckAmount(const FieldProblems& problems, const v1::Item& item) {
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
void CheckTiers(const FieldProblems& problems, const v1::Item& item) {
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

void CheckItem(const FieldProblems& problems, const v1::Item& item) {
  problems.Slug("item_id", item.item_id(), kMaxIdSize);
  problems.InRange("number", item.number(), 1, 65'535);
  problems.Text("title_zh", item.title_zh(), kMaxTextBytes);
  CheckAmount(problems, item);
  problems.AmountFen("cap_fen", item.cap_fen(), 0);
  CheckTiers(problems, item);
  CheckEligibility(problems.Under("eligibility"), item.eligibility());
  problems.EnumValues("evidence", item.evidence(), v1::DocumentKind_IsValid, 0);
  CheckClause(problems, item.clause());
}

void CheckItems(const FieldProblems& problems, const v1::ProgramRules& rules) {
  problems.Count("items", rules.items_size(), 1, kMaxItems);
  absl::flat_hash_set<absl::string_view> ids;
  absl::flat_hash_set<uint32_t> numbers;
  for (int i = 0; i < rules.items_size(); ++i) {
    const v1::Item& item = rules.items(i);
    const FieldProblems below = problems.Under("items", i);
    CheckItem(below, item);
    if (!ids.insert(item.item_id()).second) below.Add("item_id", "occurs twice");
    if (!numbers.insert(item.number()).second) below.Add("number", "occurs twice");
  }
}

void CheckCaps(const FieldProblems& problems, const v1::ProgramRules& rules) {
  absl::flat_hash_set<int> scopes;
  for (int i = 0; i < rules.caps_size(); ++i) {
    const v1::Cap& cap = rules.caps(i);
    const FieldProblems below = problems.Under("caps", i);
    below.EnumValue("scope", cap.scope(), v1::CapScope_IsValid);
    if (!scopes.insert(cap.scope()).second) below.Add("scope", "occurs twice");
    below.AmountFen("amount_fen", cap.amount_fen(), 1);
    CheckClause(below, cap.clause());
  }
}

void CheckPoolKey(const FieldProblems& problems, const v1::Pool& pool,
                  const v1::ProgramRules& rules) {
  if (pool.scope() == v1::POOL_SCOPE_DIVISION) {
    if (!IsDivisionCode(pool.key())) {
      problems.Add("key", "is no division code of six digits (GB/T 2260)");
    }
  } else if (pool.scope() == v1::POOL_SCOPE_PROVIDER) {
    problems.Slug("key", pool.key(), kMaxIdSize);
  } else if (pool.scope() == v1::POOL_SCOPE_ITEM) {
    const bool known =
        std::any_of(rules.items().begin(), rules.items().end(),
                    [&pool](const v1::Item& item) { return item.item_id() == pool.key(); });
    if (!known) problems.Add("key", "names no item of the program");
  }
}

void CheckPools(const FieldProblems& problems, const v1::ProgramRules& rules) {
  problems.Count("pools", rules.pools_size(), 0, kMaxPools);
  absl::flat_hash_set<std::tuple<int, absl::string_view>> seen;
  for (int i = 0; i < rules.pools_size(); ++i) {
    const v1::Pool& pool = rules.pools(i);
    const FieldProblems below = problems.Under("pools", i);
    below.EnumValue("scope", pool.scope(), v1::PoolScope_IsValid);
    CheckPoolKey(below, pool, rules);
    if (!seen.insert({pool.scope(), pool.key()}).second) {
      below.Add("key", "occurs twice in this scope");
    }
    below.AmountFen("amount_fen", pool.amount_fen(), 0);
    below.EnumValue("on_exhausted", pool.on_exhausted(), v1::OnExhausted_IsValid);
    CheckClause(below, pool.clause());
  }
}

bool IsStageId(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxIdSize &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

void CheckStages(const FieldProblems& problems, const v1::ProgramRules& rules) {
  problems.Count("review_stages", rules.review_stages_size(), 0, kMaxReviewStages);
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < rules.review_stages_size(); ++i) {
    const v1::ReviewStage& stage = rules.review_stages(i);
    const FieldProblems below = problems.Under("review_stages", i);
    if (!IsStageId(stage.stage_id())) {
      below.Add("stage_id", "must be 1 to 32 characters of A-Z, 0-9 and '_'");
    } else if (!seen.insert(stage.stage_id()).second) {
      below.Add("stage_id", "occurs twice");
    }
    below.Text("title_zh", stage.title_zh(), kMaxTextBytes);
    CheckClause(below, stage.clause());
  }
}

bool IssuesVouchers(const v1::ProgramRules& rules) {
  const auto& modes = rules.delivery_modes();
  return std::find(modes.begin(), modes.end(), v1::DELIVERY_MODE_CLOUD_CREDIT) != modes.end();
}

void CheckVoucherTerms(const FieldProblems& problems, const v1::ProgramRules& rules,
                       const std::optional<CivilDay>& window_last_day) {
  if (!rules.has_voucher_terms()) {
    if (IssuesVouchers(rules)) {
      problems.Add("voucher_terms", "is required with delivery mode CLOUD_CREDIT");
    }
    return;
  }
  const v1::VoucherTerms& terms = rules.voucher_terms();
  const FieldProblems below = problems.Under("voucher_terms");
  const std::optional<CivilDay> expires_on =
      below.Date("expires_on", terms.has_expires_on(), terms.expires_on());
  if (expires_on && window_last_day && *expires_on < *window_last_day) {
    below.Add("expires_on", "lies before the last day of the application window");
  }
  below.InRange("redemption_grace_hours", terms.redemption_grace_hours(), 0, kMaxHours);
  below.InRange("transfer_answer_hours", terms.transfer_answer_hours(), 1, kMaxHours);
  CheckClause(below, terms.clause());
}

// Only programs with vouchers have something that could be transferred.
void CheckNonTransferable(const FieldProblems& problems, const v1::ProgramRules& rules) {
  if (IssuesVouchers(rules) || !rules.non_transferable_clause().empty()) {
    problems.Text("non_transferable_clause", rules.non_transferable_clause(), kMaxTextBytes);
  }
}

}  // namespace

std::vector<FieldProblem> ValidateRules(const v1::ProgramRules& rules) {
  std::vector<FieldProblem> list;
  if (rules.ByteSizeLong() > kMaxRulesBytes) {
    list.push_back({"rules", absl::StrCat("has ", rules.ByteSizeLong(), " bytes; at most ",
                                          kMaxRulesBytes, " are allowed")});
    return list;
  }
  const FieldProblems problems("rules", &list);
  problems.Slug("program_id", rules.program_id(), kMaxProgramIdSize);
  problems.Text("title_zh", rules.title_zh(), kMaxTextBytes);
  problems.Text("title_en", rules.title_en(), kMaxTextBytes);
  problems.Text("document", rules.document(), kMaxTextBytes);
  const absl::StatusOr<Zone> zone = Zone::Find(rules.time_zone());
  if (!zone.ok()) problems.Add("time_zone", zone.status().message());
  problems.InRange("fiscal_year", rules.fiscal_year(), 2000, 2100);
  const std::optional<CivilDay> window_last_day =
      CheckWindow(problems.Under("window"), rules.window());
  CheckEligibility(problems.Under("eligibility"), rules.eligibility());
  CheckItems(problems, rules);
  CheckCaps(problems, rules);
  problems.EnumValue("on_exhausted", rules.on_exhausted(), v1::OnExhausted_IsValid);
  problems.Text("budget_clause", rules.budget_clause(), kMaxTextBytes);
  CheckPools(problems, rules);
  CheckStages(problems, rules);
  problems.EnumValues("delivery_modes", rules.delivery_modes(), v1::DeliveryMode_IsValid, 1);
  CheckVoucherTerms(problems, rules, window_last_day);
  CheckNonTransferable(problems, rules);
  return list;
}

}  // namespace voucher
