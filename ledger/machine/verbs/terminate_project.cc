#include "ledger/machine/applications.h"
#include "ledger/machine/approved_projects.h"
#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::TerminateProjectRequest& request) {
  const rows::ApplicationRow* row =
      context->view.Find<tables::Applications>({request.application_id()});
  if (row == nullptr) return ApplicationNotFound(request.application_id());
  JudgingRules(context, *row);
  if (auto refusal = RefuseIfArchivedAndNothingWaits(*context, *row)) return *refusal;
  const v1::ApplicationState state = row->state();
  if (state != v1::APPLICATION_STATE_APPROVED) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(state));
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::ProjectTerminated* const terminated = event.mutable_project_terminated();
  *terminated = ReleaseProject(*context, request.application_id(), *row, &event);
  EndWaitOfReplaced(*context, *row, WaitEnd::kTerminated, terminated->mutable_replaced(), &event);
  return event;
}

void Evolve(const v1::Entry&, const v1::TerminateProjectRequest& request,
            const v1::ProjectTerminated& event, EditableRows* rows) {
  LowerReplaced(event.replaced(), rows);
  EndProject(request.application_id(), v1::APPLICATION_STATE_TERMINATED, rows);
}

}  // namespace voucher
