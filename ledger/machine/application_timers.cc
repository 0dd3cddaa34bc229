#include "ledger/machine/application_timers.h"

#include "ledger/machine/applications.h"
#include "ledger/machine/approved_projects.h"
#include "ledger/machine/postings.h"

namespace voucher {

Decision DecideCorrectionDeadline(Context* context, const v1::TimerDue& timer) {
  const rows::ApplicationRow& row = *context->view.Find<tables::Applications>({timer.id()});
  JudgingRules(context, row);
  v1::Event& event = context->NewEvent();
  event.mutable_correction_lapsed()->set_released_fen(row.granted_fen());
  ReleaseHold(timer.id(), row, row.granted_fen(), &event);
  return event;
}

Decision DecideProjectDeadline(Context* context, const v1::TimerDue& timer) {
  const rows::ApplicationRow& row = *context->view.Find<tables::Applications>({timer.id()});
  JudgingRules(context, row);
  v1::Event& event = context->NewEvent();
  *event.mutable_project_lapsed() = ReleaseProject(*context, timer.id(), row, &event);
  return event;
}

void EvolveApplicationDeadline(const v1::Entry& entry, EditableRows* rows) {
  const uint64_t application_id = entry.command().timer_due().id();
  if (entry.event().has_correction_lapsed()) {
    MoveApplication(application_id, v1::APPLICATION_STATE_LAPSED, rows);
  } else {
    EndProject(application_id, v1::APPLICATION_STATE_TERMINATED, rows);
  }
}

}  // namespace voucher
