#include <functional>
#include <optional>

#include "absl/strings/str_cat.h"

#include "ledger/base/clock.h"
#include "ledger/base/status_macros.h"
#include "ledger/machine/grants.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/postings.h"
#include "ledger/query/as_of.h"
#include "ledger/query/lookup.h"
#include "ledger/query/program_queries.h"
#include "ledger/query/resources.h"

namespace voucher::query {
namespace {

int64_t ClassFen(const rows::TotalsRow& totals, v1::AccountKind kind) {
  return kind < totals.class_fen_size() ? totals.class_fen(kind) : 0;
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
  budget->set_due_fen(ClassFen(totals, v1::ACCOUNT_KIND_DUE));
  budget->set_paid_fen(ClassFen(totals, v1::ACCOUNT_KIND_PAID));
  budget->set_returned_fen(ClassFen(totals, v1::ACCOUNT_KIND_RETURNED));
  budget->set_receivable_fen(ClassFen(totals, v1::ACCOUNT_KIND_RECEIVABLE));
}

// Every state, those without applications too, so that a watcher sees a count return to 0.
void FillApplications(const rows::TotalsRow& totals, v1::Budget* budget) {
  for (int state = 1; state < v1::ApplicationState_ARRAYSIZE; ++state) {
    v1::ApplicationCount* count = budget->add_applications();
    count->set_state(static_cast<v1::ApplicationState>(state));
    if (state < totals.applications_size()) count->set_count(totals.applications(state));
  }
}

void FillProgram(const rows::ProgramRow& program, v1::Budget* budget) {
  budget->set_program_id(program.program_id());
  budget->set_state(program.state());
  budget->set_refused_submissions(program.refused_submissions());
  budget->set_last_queue_number(program.queue_number());
  *budget->mutable_cutoff_at() = ToTimestamp(program.cutoff_unix_ns());
  budget->set_unopened_fen(program.unopened_fen());
}

// The pools of a revision, with what stands of the grants that they count.
void FillPools(const View& view, uint32_t number, uint32_t revision,
               const rows::ProgramGrantsRow& grants, v1::Budget* budget) {
  const Context context(view, v1::Authority::default_instance(), 0);
  const CompiledRules& rules = MustFind<tables::Revisions>(view, {number, revision});
  for (const v1::Pool& pool : rules.rules().pools()) {
    v1::PoolBudget* use = budget->add_pools();
    use->set_scope(pool.scope());
    use->set_key(pool.key());
    use->set_amount_fen(pool.amount_fen());
    const std::optional<LimitId> id = PoolId(context, rules, pool);
    use->set_used_fen(id ? StandingInPool(grants, *id) : 0);
  }
}

absl::Status FillPastBudget(const View& view, const std::string& program_id, uint64_t sequence,
                            const EntryReader& entries, v1::Budget* budget) {
  VOUCHER_ASSIGN_OR_RETURN(const uint32_t number, FindProgram(view, program_id));
  VOUCHER_ASSIGN_OR_RETURN(const PastTotals past, TotalsAsOf(view, sequence, entries));
  const auto found = past.programs.find(number);
  if (found == past.programs.end()) {
    return absl::NotFoundError(
        absl::StrCat("There was no program ", program_id, " at entry ", sequence, "."));
  }
  const rows::TotalsHistoryRow& then = found->second;
  FillProgram(then.program(), budget);
  FillClasses(then.totals(), budget);
  FillPools(view, number, then.program().revision(), then.grants(), budget);
  *budget->mutable_as_of() = ToTimestamp(past.recorded_at);
  return absl::OkStatus();
}

}  // namespace

absl::Status FillBudget(const View& view, const std::string& program_id, v1::Budget* budget) {
  VOUCHER_ASSIGN_OR_RETURN(const uint32_t number, FindProgram(view, program_id));
  const rows::ProgramRow& program = MustFind<tables::Programs>(view, {number});
  const rows::TotalsRow* totals = view.Find<tables::Totals>({number});
  FillProgram(program, budget);
  FillClasses(totals != nullptr ? *totals : rows::TotalsRow::default_instance(), budget);
  FillApplications(totals != nullptr ? *totals : rows::TotalsRow::default_instance(), budget);
  const auto* grants = view.Find<tables::ProgramGrants>({number});
  FillPools(view, number, program.revision(),
            grants != nullptr ? *grants : rows::ProgramGrantsRow::default_instance(), budget);
  *budget->mutable_as_of() = ToTimestamp(MustFind<tables::Counters>(view, {}).recorded_unix_ns());
  return absl::OkStatus();
}

absl::Status GetBudget(const View& view, const v1::GetBudgetRequest& request,
                       OpenAnswer<v1::GetBudgetResponse> answer, EntryReader entries) {
  v1::GetBudgetResponse* const response = answer.ForEveryone();
  VOUCHER_ASSIGN_OR_RETURN(const uint64_t sequence, SequenceAsOf(view, request, entries));
  VOUCHER_RETURN_IF_ERROR(sequence == AsOf(view)
                              ? FillBudget(view, request.program_id(), response->mutable_budget())
                              : FillPastBudget(view, request.program_id(), sequence, entries,
                                               response->mutable_budget()));
  response->set_as_of_sequence(sequence);
  return absl::OkStatus();
}

}  // namespace voucher::query
