#include "ledger/machine/applications.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::ResolveObjectionRequest& request) {
  const rows::ApplicationRow* row =
      context->view.Find<tables::Applications>({request.application_id()});
  if (row == nullptr) return ApplicationNotFound(request.application_id());
  JudgingRules(context, *row);
  if (auto refusal = RefuseIfArchived(*context->view.Find<tables::Programs>({row->program()}))) {
    return *refusal;
  }
  const v1::ApplicationState state = row->state();
  if (state != v1::APPLICATION_STATE_OBJECTED) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(state));
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::ObjectionResolved* resolved = event.mutable_objection_resolved();
  if (request.upheld()) {
    resolved->set_state(v1::APPLICATION_STATE_REJECTED);
    resolved->set_released_fen(row->granted_fen());
    ReleaseHold(request.application_id(), row->granted_fen(), &event);
  } else {
    resolved->set_state(v1::APPLICATION_STATE_ON_NOTICE);
  }
  return event;
}

void Evolve(const v1::Entry&, const v1::ResolveObjectionRequest& request,
            const v1::ObjectionResolved& event, EditableRows* rows) {
  MoveApplication(request.application_id(), event.state(), rows);
}

}  // namespace voucher
