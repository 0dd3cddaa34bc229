#include <optional>

#include "absl/strings/numbers.h"

#include "ledger/base/clock.h"
#include "ledger/base/status_macros.h"
#include "ledger/query/lookup.h"
#include "ledger/query/program_queries.h"
#include "ledger/query/resources.h"

namespace voucher::query {
namespace {

int64_t ClassFen(const rows::TotalsRow& totals, v1::AccountKind kind) {
  return kind < totals.class_fen_size() ? totals.class_fen(kind) : 0;
}

// The id under which the ledger counts the use of a pool, or nullopt if nothing of its kind exists
// yet.
std::optional<tables::Limits::Key> LimitKeyOf(const View& view, uint32_t program,
                                              const CompiledRules& rules, const v1::Pool& pool) {
  v1::LimitKind kind = v1::LIMIT_KIND_UNSPECIFIED;
  uint64_t id = 0;
  if (pool.scope() == v1::POOL_SCOPE_DIVISION) {
    kind = v1::LIMIT_KIND_DIVISION;
    if (!absl::SimpleAtoi(pool.key(), &id)) return std::nullopt;
  } else if (pool.scope() == v1::POOL_SCOPE_PROVIDER) {
    kind = v1::LIMIT_KIND_PROVIDER;
    id = NumberOf<tables::ProviderNumbers>(view, {pool.key()});
  } else if (const v1::Item* item = rules.FindItem(pool.key()); item != nullptr) {
    kind = v1::LIMIT_KIND_ITEM;
    id = item->number();
  }
  if (id == 0) return std::nullopt;
  return tables::Limits::Key{program, static_cast<uint8_t>(kind), id, 0};
}

int64_t UsedFen(const View& view, uint32_t program, const CompiledRules& rules,
                const v1::Pool& pool) {
  const std::optional<tables::Limits::Key> key = LimitKeyOf(view, program, rules, pool);
  const rows::LimitRow* row = key ? view.Find<tables::Limits>(*key) : nullptr;
  return row == nullptr ? 0 : row->used_fen();
}

void FillClasses(const rows::TotalsRow& totals, v1::Budget* budget) {
  budget->set_appropriated_fen(-ClassFen(totals, v1::ACCOUNT_KIND_TREASURY));
  budget->set_remaining_fen(ClassFen(totals, v1::ACCOUNT_KIND_BUDGET));
  budget->set_held_fen(ClassFen(totals, v1::ACCOUNT_KIND_HELD));
  budget->set_voucher_fen(ClassFen(totals, v1::ACCOUNT_KIND_VOUCHER));
  budget->set_transit_fen(ClassFen(totals, v1::ACCOUNT_KIND_TRANSIT));
  budget->set_credit_fen(ClassFen(totals, v1::ACCOUNT_KIND_CREDIT));
  budget->set_payable_fen(ClassFen(totals, v1::ACCOUNT_KIND_PAYABLE_PROVIDER) +
                          ClassFen(totals, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE));
  budget->set_returned_fen(ClassFen(totals, v1::ACCOUNT_KIND_RETURNED));
}

// Every state, those without applications too, so that a watcher sees a count return to 0.
void FillApplications(const rows::TotalsRow& totals, v1::Budget* budget) {
  for (int state = 1; state < v1::ApplicationState_ARRAYSIZE; ++state) {
    v1::ApplicationCount* count = budget->add_applications();
    count->set_state(static_cast<v1::ApplicationState>(state));
    if (state < totals.applications_size()) count->set_count(totals.applications(state));
  }
}

}  // namespace

absl::Status FillBudget(const View& view, const std::string& program_id, v1::Budget* budget) {
  VOUCHER_ASSIGN_OR_RETURN(const uint32_t number, FindProgram(view, program_id));
  const rows::ProgramRow& program = MustFind<tables::Programs>(view, {number});
  const CompiledRules& rules = MustFind<tables::Revisions>(view, {number, program.revision()});
  const rows::TotalsRow* totals = view.Find<tables::Totals>({number});
  const rows::CountersRow& counters = MustFind<tables::Counters>(view, {});

  budget->set_program_id(program_id);
  budget->set_state(program.state());
  FillClasses(totals != nullptr ? *totals : rows::TotalsRow::default_instance(), budget);
  FillApplications(totals != nullptr ? *totals : rows::TotalsRow::default_instance(), budget);
  for (const v1::Pool& pool : rules.rules().pools()) {
    v1::PoolBudget* use = budget->add_pools();
    use->set_scope(pool.scope());
    use->set_key(pool.key());
    use->set_amount_fen(pool.amount_fen());
    use->set_used_fen(UsedFen(view, number, rules, pool));
  }
  budget->set_refused_submissions(program.refused_submissions());
  budget->set_last_queue_number(program.queue_number());
  *budget->mutable_cutoff_at() = ToTimestamp(program.cutoff_unix_ns());
  *budget->mutable_as_of() = ToTimestamp(counters.recorded_unix_ns());
  return absl::OkStatus();
}

}  // namespace voucher::query
