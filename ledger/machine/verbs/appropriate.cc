#include <string>

#include "ledger/base/money.h"
#include "ledger/machine/acts.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/verbs.h"
#include "ledger/machine/worlds.h"

namespace voucher {

namespace {

// Sum of all appropriations of a program: leaves room for every sum of balances in int64.
constexpr int64_t kMaxAppropriatedFen = 100 * kMaxAmountFen;

// The same document, program and amount: also if the money is to open on another day.
std::string KeyOf(uint32_t program, const v1::AppropriateRequest& request) {
  return ActKey({program, request.amount_fen()}, {request.fiscal_reference()});
}

// When the money is there: the start of opens_on, or 0 if that is at once.
UnixNanos OpensAt(const Context& context, const Context::Program& program,
                  const v1::AppropriateRequest& request) {
  if (!request.has_opens_on()) return 0;
  const UnixNanos opens_at = StartOfDay(*FromCivilDate(request.opens_on()), program.rules->zone());
  return opens_at > context.received_at ? opens_at : 0;
}

}  // namespace

Decision Decide(Context* context, const v1::AppropriateRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  if (auto refusal = RefuseIfBooked(*context, Act::kAppropriation, KeyOf(program->number, request),
                                    request.repeats())) {
    return *refusal;
  }
  if (program->row->state() == v1::PROGRAM_STATE_ARCHIVED) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(program->row->state()));
  }
  const int64_t appropriated_fen =
      program->row->unopened_fen() - BalanceOf(context->view, program->number, Treasury());
  if (request.amount_fen() > kMaxAppropriatedFen - appropriated_fen) {
    return NotInThisState(
        "appropriation limit", "拨入预算总额上限", {},
        {{"appropriated_fen", appropriated_fen}, {"limit_fen", kMaxAppropriatedFen}});
  }
  const int64_t budget_fen = BalanceOf(context->view, program->number, BudgetAccount());
  if (budget_fen + request.amount_fen() < 0) {
    return MakeRefusal(v1::REASON_BUDGET_EXHAUSTED, program->rules->rules().budget_clause(),
                       "BUDGET",
                       {{"available_fen", budget_fen}, {"cut_fen", -request.amount_fen()}});
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::Appropriated* appropriated = event.mutable_appropriated();
  if (const UnixNanos opens_at = OpensAt(*context, *program, request); opens_at != 0) {
    appropriated->set_budget_fen(budget_fen);
    appropriated->set_tranche_id(
        NextNumber(*context, WorldOf(*program), &rows::DenseNumbers::tranche));
    appropriated->set_opens_unix_ns(opens_at);
    return event;
  }
  if (request.amount_fen() > 0) {
    Post(Treasury(), BudgetAccount(), request.amount_fen(), &event);
  } else {
    Post(BudgetAccount(), Treasury(), -request.amount_fen(), &event);
  }
  appropriated->set_budget_fen(budget_fen + request.amount_fen());
  return event;
}

void Evolve(const v1::Entry& entry, const v1::AppropriateRequest& request,
            const v1::Appropriated& event, EditableRows* rows) {
  BookAct(entry, Act::kAppropriation, KeyOf(entry.program(), request), rows);
  if (event.tranche_id() == 0) return;  // The postings say the rest.
  KeepNumber(event.tranche_id(), &rows::DenseNumbers::set_tranche, rows);
  rows::TrancheRow& tranche = rows->Edit<tables::Tranches>({event.tranche_id()});
  tranche.set_program(entry.program());
  tranche.set_amount_fen(request.amount_fen());
  tranche.set_opens_unix_ns(event.opens_unix_ns());
  rows::ProgramRow& program = rows->Edit<tables::Programs>({entry.program()});
  program.set_unopened_fen(program.unopened_fen() + request.amount_fen());
  rows->Put<tables::Timers>(
      {event.opens_unix_ns(), static_cast<uint8_t>(v1::TIMER_KIND_TRANCHE), event.tranche_id()},
      {});
}

}  // namespace voucher
