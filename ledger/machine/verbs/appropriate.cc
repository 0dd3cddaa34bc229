#include "ledger/base/money.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/verbs.h"

namespace voucher {

namespace {

// Sum of all appropriations of a program: leaves room for every sum of balances in int64.
constexpr int64_t kMaxAppropriatedFen = 100 * kMaxAmountFen;

}  // namespace

Decision Decide(Context* context, const v1::AppropriateRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  const int64_t appropriated_fen = -BalanceOf(context->view, program->number, Treasury());
  if (request.amount_fen() > kMaxAppropriatedFen - appropriated_fen) {
    return MakeRefusal(
        v1::REASON_ILLEGAL_STATE, {}, "appropriation limit",
        {{"appropriated_fen", appropriated_fen}, {"limit_fen", kMaxAppropriatedFen}});
  }
  const int64_t budget_fen = BalanceOf(context->view, program->number, BudgetAccount());
  if (budget_fen + request.amount_fen() < 0) {
    return MakeRefusal(v1::REASON_POOL_EXHAUSTED, program->rules->rules().budget_clause(), "BUDGET",
                       {{"available_fen", budget_fen}, {"cut_fen", -request.amount_fen()}});
  }

  v1::Event event;
  if (request.amount_fen() > 0) {
    Post(Treasury(), BudgetAccount(), request.amount_fen(), &event);
  } else {
    Post(BudgetAccount(), Treasury(), -request.amount_fen(), &event);
  }
  event.mutable_appropriated()->set_budget_fen(budget_fen + request.amount_fen());
  return event;
}

void Evolve(const v1::Entry&, const v1::AppropriateRequest&, const v1::Appropriated&, Overlay*) {
  // The postings say all.
}

}  // namespace voucher
