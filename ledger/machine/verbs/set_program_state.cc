#include "ledger/base/proto_enum.h"
#include "ledger/machine/application_states.h"
#include "ledger/machine/verbs.h"

namespace voucher {

namespace {

bool MayMove(v1::ProgramState from, v1::ProgramState to) {
  switch (to) {
    case v1::PROGRAM_STATE_OPEN:
      return from == v1::PROGRAM_STATE_DRAFT || from == v1::PROGRAM_STATE_SUSPENDED;
    case v1::PROGRAM_STATE_SUSPENDED:
      return from == v1::PROGRAM_STATE_OPEN;
    case v1::PROGRAM_STATE_CLOSED:
      return from == v1::PROGRAM_STATE_OPEN || from == v1::PROGRAM_STATE_SUSPENDED;
    case v1::PROGRAM_STATE_UNSPECIFIED:
    case v1::PROGRAM_STATE_DRAFT:
    case v1::PROGRAM_STATE_ARCHIVED:
      VOUCHER_PROTO_SENTINELS(v1::ProgramState)
      break;
  }
  return false;
}

}  // namespace

Decision Decide(Context* context, const v1::SetProgramStateRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  const v1::ProgramState from = program->row->state();
  if (request.state() == v1::PROGRAM_STATE_OPEN &&
      context->received_at >= program->row->cutoff_unix_ns()) {
    return MakeRefusal(v1::REASON_WINDOW_CLOSED, program->rules->rules().window().clause(), {},
                       {{"cutoff_unix_ns", program->row->cutoff_unix_ns()}});
  }
  if (!MayMove(from, request.state())) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(from));
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  event.mutable_program_state_set()->set_from(from);
  return event;
}

void Evolve(const v1::Entry& entry, const v1::SetProgramStateRequest& request,
            const v1::ProgramStateSet&, EditableRows* rows) {
  rows::ProgramRow& program = rows->Edit<tables::Programs>({entry.program()});
  program.set_state(request.state());
  if (request.state() == v1::PROGRAM_STATE_CLOSED) {
    rows->Erase<tables::Timers>({program.cutoff_unix_ns(),
                                 static_cast<uint8_t>(v1::TIMER_KIND_PROGRAM_CUTOFF),
                                 entry.program()});
  }
}

}  // namespace voucher
