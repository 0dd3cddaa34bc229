#include <algorithm>
#include <limits>

#include "ledger/machine/application_states.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/verbs.h"

namespace voucher {

namespace {

// What must be nil before a year is closed.
constexpr std::pair<v1::AccountKind, const char*> kOpenClasses[] = {
    {v1::ACCOUNT_KIND_HELD, "HELD"},
    {v1::ACCOUNT_KIND_VOUCHER, "VOUCHER"},
    {v1::ACCOUNT_KIND_TRANSIT, "TRANSIT"},
    {v1::ACCOUNT_KIND_CREDIT, "CREDIT"},
    {v1::ACCOUNT_KIND_PAYABLE_PROVIDER, "PAYABLE_PROVIDER"},
    {v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, "PAYABLE_ENTERPRISE"},
    {v1::ACCOUNT_KIND_DUE, "DUE"},
};

// The first balance of a class that is not 0, since what one provider owes us does not pay another;
// 0 if there is none.
int64_t FirstOpenFen(const View& view, uint32_t program, v1::AccountKind kind) {
  int64_t fen = 0;
  const auto k = static_cast<uint8_t>(kind);
  view.Scan<tables::Balances>({program, k, 0, 0}, {program, static_cast<uint8_t>(k + 1), 0, 0},
                              [&](const tables::Balances::Key&, const rows::BalanceRow& row) {
                                fen = row.fen();
                                return fen == 0;
                              });
  return fen;
}

// Applications without money that nobody has decided, which would claim their evidence for ever.
// Who still waits leaves the waitlist with the program.
int64_t Undecided(const rows::TotalsRow* totals) {
  uint64_t undecided = 0;
  for (int state = 0; totals != nullptr && state < totals->applications_size(); ++state) {
    if (state == v1::APPLICATION_STATE_WAITLISTED) continue;
    if (!IsPending(static_cast<v1::ApplicationState>(state))) continue;
    undecided += totals->applications(state);
  }
  return static_cast<int64_t>(undecided);
}

}  // namespace

Decision Decide(Context* context, const v1::ArchiveProgramRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  const v1::ProgramState state = program->row->state();
  if (state != v1::PROGRAM_STATE_CLOSED) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(state));
  }
  const rows::TotalsRow* totals = context->view.Find<tables::Totals>({program->number});
  for (const auto& [kind, name] : kOpenClasses) {
    const int64_t total_fen =
        totals != nullptr && kind < totals->class_fen_size() ? totals->class_fen(kind) : 0;
    const int64_t open_fen =
        total_fen != 0 ? total_fen : FirstOpenFen(context->view, program->number, kind);
    if (open_fen != 0) {
      return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, name, {{"open_fen", open_fen}});
    }
  }
  if (const int64_t undecided = Undecided(totals); undecided > 0) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, "UNDECIDED", {{"applications", undecided}});
  }
  if (program->row->unopened_fen() != 0) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, "UNOPENED",
                       {{"open_fen", program->row->unopened_fen()}});
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  const int64_t left_fen = BalanceOf(context->view, program->number, BudgetAccount());
  event.mutable_program_archived()->set_returned_fen(left_fen);
  if (left_fen > 0) Post(BudgetAccount(), Returned(), left_fen, &event);
  return event;
}

void Evolve(const v1::Entry& entry, const v1::ArchiveProgramRequest&, const v1::ProgramArchived&,
            EditableRows* rows) {
  rows::ProgramRow& program = rows->Edit<tables::Programs>({entry.program()});
  program.set_state(v1::PROGRAM_STATE_ARCHIVED);
}

}  // namespace voucher
