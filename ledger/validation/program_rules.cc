#include "ledger/validation/program_rules.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/civil.h"
#include "ledger/base/money.h"
#include "ledger/validation/field_checker.h"
#include "ledger/validation/program_items.h"
#include "ledger/validation/program_process.h"

namespace voucher {
namespace {

std::optional<CivilDay> ValidateWindow(const v1::Window& window, FieldChecker* check) {
  FieldChecker below = check->Under("window");
  const std::optional<CivilDay> first =
      below.Date("first_day", window.has_first_day(), window.first_day());
  const std::optional<CivilDay> last =
      below.Date("last_day", window.has_last_day(), window.last_day());
  if (first && last && *last < *first) below.Fail("last_day", "lies before first_day");
  below.Clause(window.clause());
  return last;
}

void ValidateCaps(const v1::ProgramRules& rules, FieldChecker* check) {
  absl::flat_hash_set<int> scopes;
  for (int i = 0; i < rules.caps_size(); ++i) {
    const v1::Cap& cap = rules.caps(i);
    FieldChecker below = check->Under("caps", i);
    below.Enum("scope", v1::CapScope_IsValid(cap.scope()), cap.scope());
    if (!scopes.insert(cap.scope()).second) below.Fail("scope", "occurs twice");
    below.Amount("amount_fen", cap.amount_fen());
    below.Clause(cap.clause());
  }
}

void ValidatePoolKey(const v1::Pool& pool, const v1::ProgramRules& rules, FieldChecker* check) {
  if (pool.scope() == v1::POOL_SCOPE_DIVISION) {
    check->Division("key", pool.key());
  } else if (pool.scope() == v1::POOL_SCOPE_PROVIDER) {
    check->Slug("key", pool.key(), kMaxSlugSize);
  } else if (pool.scope() == v1::POOL_SCOPE_ITEM) {
    const bool known =
        std::any_of(rules.items().begin(), rules.items().end(),
                    [&pool](const v1::Item& item) { return item.item_id() == pool.key(); });
    if (!known) check->Fail("key", "names no item of the program");
  }
}

void ValidatePools(const v1::ProgramRules& rules, FieldChecker* check) {
  check->Count("pools", rules.pools_size(), 0, kMaxPools);
  absl::flat_hash_set<std::tuple<int, absl::string_view>> seen;
  for (int i = 0; i < rules.pools_size(); ++i) {
    const v1::Pool& pool = rules.pools(i);
    FieldChecker below = check->Under("pools", i);
    below.Enum("scope", v1::PoolScope_IsValid(pool.scope()), pool.scope());
    ValidatePoolKey(pool, rules, &below);
    if (!seen.insert({pool.scope(), pool.key()}).second) {
      below.Fail("key", "occurs twice in this scope");
    }
    below.Range("amount_fen", pool.amount_fen(), 0, kMaxAmountFen);
    below.Enum("on_exhausted", v1::OnExhausted_IsValid(pool.on_exhausted()), pool.on_exhausted());
    below.Clause(pool.clause());
  }
}

void ValidateStages(const v1::ProgramRules& rules, FieldChecker* check) {
  check->Count("review_stages", rules.review_stages_size(), 0, kMaxReviewStages);
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < rules.review_stages_size(); ++i) {
    const v1::ReviewStage& stage = rules.review_stages(i);
    FieldChecker below = check->Under("review_stages", i);
    below.StageId("stage_id", stage.stage_id());
    below.Require(seen.insert(stage.stage_id()).second, "stage_id", "occurs twice");
    below.Text("title_zh", stage.title_zh(), 1, kMaxTextBytes);
    below.Clause(stage.clause());
  }
}

void ValidateVoucherTerms(const v1::ProgramRules& rules,
                          const std::optional<CivilDay>& window_last_day, FieldChecker* check) {
  if (!rules.has_voucher_terms()) {
    if (IssuesVouchers(rules)) {
      check->Fail("voucher_terms", "is required with delivery mode CLOUD_CREDIT");
    }
    return;
  }
  const v1::VoucherTerms& terms = rules.voucher_terms();
  FieldChecker below = check->Under("voucher_terms");
  const std::optional<CivilDay> expires_on =
      below.Date("expires_on", terms.has_expires_on(), terms.expires_on());
  if (expires_on && window_last_day && *expires_on < *window_last_day) {
    below.Fail("expires_on", "lies before the last day of the application window");
  }
  below.Range("redemption_grace_hours", terms.redemption_grace_hours(), 0, kMaxHours);
  below.Range("transfer_answer_hours", terms.transfer_answer_hours(), 1, kMaxHours);
  below.Clause(terms.clause());
  if (terms.has_earlier_usage())
    below.Under("earlier_usage").Clause(terms.earlier_usage().clause());
}

// Only programs with vouchers have something that could be transferred.
void ValidateNonTransferable(const v1::ProgramRules& rules, FieldChecker* check) {
  if (IssuesVouchers(rules) || !rules.non_transferable_clause().empty()) {
    check->Text("non_transferable_clause", rules.non_transferable_clause(), 1, kMaxTextBytes);
  }
}

}  // namespace

void Validate(const v1::ProgramRules& rules, FieldChecker* check) {
  if (rules.ByteSizeLong() > kMaxRulesBytes) {
    check->Fail("rules", absl::StrCat("has ", rules.ByteSizeLong(), " bytes; at most ",
                                      kMaxRulesBytes, " are allowed"));
    return;
  }
  FieldChecker below = check->Under("rules");
  below.Slug("program_id", rules.program_id(), kMaxProgramIdSize);
  below.Text("title_zh", rules.title_zh(), 1, kMaxTextBytes);
  below.Text("title_en", rules.title_en(), 1, kMaxTextBytes);
  below.Text("document", rules.document(), 1, kMaxTextBytes);
  const absl::StatusOr<Zone> zone = Zone::Find(rules.time_zone());
  if (!zone.ok()) below.Fail("time_zone", zone.status().message());
  below.Range("fiscal_year", rules.fiscal_year(), kFirstFiscalYear, kLastFiscalYear);
  const std::optional<CivilDay> window_last_day = ValidateWindow(rules.window(), &below);
  ValidateEligibility(rules.eligibility(), rules, &below);
  ValidateItems(rules, &below);
  ValidateCaps(rules, &below);
  below.Enum("on_exhausted", v1::OnExhausted_IsValid(rules.on_exhausted()), rules.on_exhausted());
  below.Text("budget_clause", rules.budget_clause(), 1, kMaxTextBytes);
  ValidatePools(rules, &below);
  ValidateStages(rules, &below);
  below.Enums("delivery_modes", rules.delivery_modes(), v1::DeliveryMode_IsValid, 1);
  ValidateVoucherTerms(rules, window_last_day, &below);
  ValidateNonTransferable(rules, &below);
  ValidateProcess(rules, &below);
}

std::vector<FieldProblem> ValidateRules(const v1::ProgramRules& rules) {
  FieldChecker checker;
  Validate(rules, &checker);
  return std::move(checker).TakeProblems();
}

}  // namespace voucher
