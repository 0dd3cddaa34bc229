#include "ledger/validation/program_rules.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/civil.h"
#include "ledger/base/division.h"
#include "ledger/base/money.h"
#include "ledger/base/text.h"
#include "ledger/validation/field_problems.h"
#include "ledger/validation/program_items.h"
#include "ledger/validation/program_process.h"

namespace voucher {
namespace {

constexpr size_t kMaxProgramIdSize = 48;
constexpr int64_t kMaxHours = 2'160;

std::optional<CivilDay> RefuseIfOutsideWindow(const FieldProblems& problems,
                                              const v1::Window& window) {
  const std::optional<CivilDay> first =
      problems.Date("first_day", window.has_first_day(), window.first_day());
  const std::optional<CivilDay> last =
      problems.Date("last_day", window.has_last_day(), window.last_day());
  if (first && last && *last < *first) problems.Add("last_day", "lies before first_day");
  problems.Clause(window.clause());
  return last;
}

void RefuseIfCapReached(const FieldProblems& problems, const v1::ProgramRules& rules) {
  absl::flat_hash_set<int> scopes;
  for (int i = 0; i < rules.caps_size(); ++i) {
    const v1::Cap& cap = rules.caps(i);
    const FieldProblems below = problems.Under("caps", i);
    below.EnumValue("scope", cap.scope(), v1::CapScope_IsValid);
    if (!scopes.insert(cap.scope()).second) below.Add("scope", "occurs twice");
    below.AmountFen("amount_fen", cap.amount_fen(), 1);
    below.Clause(cap.clause());
  }
}

void ValidatePoolKey(const FieldProblems& problems, const v1::Pool& pool,
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

void ValidatePools(const FieldProblems& problems, const v1::ProgramRules& rules) {
  problems.Count("pools", rules.pools_size(), 0, kMaxPools);
  absl::flat_hash_set<std::tuple<int, absl::string_view>> seen;
  for (int i = 0; i < rules.pools_size(); ++i) {
    const v1::Pool& pool = rules.pools(i);
    const FieldProblems below = problems.Under("pools", i);
    below.EnumValue("scope", pool.scope(), v1::PoolScope_IsValid);
    ValidatePoolKey(below, pool, rules);
    if (!seen.insert({pool.scope(), pool.key()}).second) {
      below.Add("key", "occurs twice in this scope");
    }
    below.AmountFen("amount_fen", pool.amount_fen(), 0);
    below.EnumValue("on_exhausted", pool.on_exhausted(), v1::OnExhausted_IsValid);
    below.Clause(pool.clause());
  }
}

bool IsStageId(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxIdSize &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

void ValidateStages(const FieldProblems& problems, const v1::ProgramRules& rules) {
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
    below.Clause(stage.clause());
  }
}

void ValidateVoucherTerms(const FieldProblems& problems, const v1::ProgramRules& rules,
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
  below.Clause(terms.clause());
}

// Only programs with vouchers have something that could be transferred.
void ValidateNonTransferable(const FieldProblems& problems, const v1::ProgramRules& rules) {
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
      RefuseIfOutsideWindow(problems.Under("window"), rules.window());
  ValidateEligibility(problems.Under("eligibility"), rules.eligibility(), rules);
  ValidateItems(problems, rules);
  RefuseIfCapReached(problems, rules);
  problems.EnumValue("on_exhausted", rules.on_exhausted(), v1::OnExhausted_IsValid);
  problems.Text("budget_clause", rules.budget_clause(), kMaxTextBytes);
  ValidatePools(problems, rules);
  ValidateStages(problems, rules);
  problems.EnumValues("delivery_modes", rules.delivery_modes(), v1::DeliveryMode_IsValid, 1);
  ValidateVoucherTerms(problems, rules, window_last_day);
  ValidateNonTransferable(problems, rules);
  ValidateProcess(problems, rules);
  return list;
}

}  // namespace voucher
