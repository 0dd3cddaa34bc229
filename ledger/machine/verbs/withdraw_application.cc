#include "ledger/machine/applications.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::WithdrawApplicationRequest& request) {
  const rows::ApplicationRow* row =
      context->view.Find<tables::Applications>({request.application_id()});
  if (row == nullptr) return ApplicationNotFound(request.application_id());
  context->FindProgram(row->program());
  if (auto refusal = RefuseIfArchived(*context->view.Find<tables::Programs>({row->program()}))) {
    return *refusal;
  }
  const v1::ApplicationState state = row->state();
  if (!IsPending(state)) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(state));
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  event.mutable_application_withdrawn();
  if (HoldsMoney(state)) {
    event.mutable_application_withdrawn()->set_released_fen(row->granted_fen());
    ReleaseHold(request.application_id(), row->granted_fen(), &event);
  }
  return event;
}

void Evolve(const v1::Entry&, const v1::WithdrawApplicationRequest& request,
            const v1::ApplicationWithdrawn&, EditableRows* rows) {
  MoveApplication(request.application_id(), v1::APPLICATION_STATE_WITHDRAWN, rows);
}

}  // namespace voucher
