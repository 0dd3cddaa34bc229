#include "ledger/machine/application_timers.h"

#include "ledger/machine/applications.h"
#include "ledger/machine/approved_projects.h"
#include "ledger/machine/postings.h"

namespace voucher {
namespace {

// The queue number up to which a program was looked through for this revision.
uint64_t LookedThrough(const rows::ProgramRow& program, uint32_t revision) {
  for (const rows::PendingLapse& lapse : program.pending_lapses()) {
    if (lapse.revision() == revision) return lapse.through_queue_number();
  }
  return 0;
}

void EvolvePendingLapse(const v1::TimerDue& timer, const v1::PendingLapsed& event, uint32_t program,
                        EditableRows* rows) {
  for (const uint64_t id : event.application_ids()) {
    rows::ApplicationRow& application = rows->Edit<tables::Applications>({id});
    if (application.state() == v1::APPLICATION_STATE_WAITLISTED) {
      *application.mutable_lapse_refusal() = MakeRefusal(
          v1::REASON_VOUCHER_EXPIRED, {}, {}, {{"expires_unix_ns", timer.due_unix_ns()}});
    }
    MoveApplication(id, v1::APPLICATION_STATE_LAPSED, rows);
  }
  for (rows::PendingLapse& lapse :
       *rows->Edit<tables::Programs>({program}).mutable_pending_lapses()) {
    if (lapse.revision() != static_cast<uint32_t>(timer.id())) continue;
    // It goes on while anything is left.
    lapse.set_through_queue_number(lapse.applications() > 0 ? event.through_queue_number() : 0);
    if (lapse.applications() == 0) continue;
    rows->Put<tables::Timers>({timer.due_unix_ns(), static_cast<uint8_t>(timer.kind()), timer.id()},
                              {});
  }
}

}  // namespace

Decision DecideCorrectionDeadline(Context* context, const v1::TimerDue& timer) {
  const rows::ApplicationRow& row = *context->view.Find<tables::Applications>({timer.id()});
  JudgingRules(context, row);
  v1::Event& event = context->NewEvent();
  event.mutable_correction_lapsed()->set_released_fen(row.granted_fen());
  ReleaseHold(timer.id(), row.granted_fen(), &event);
  return event;
}

Decision DecideProjectDeadline(Context* context, const v1::TimerDue& timer) {
  const rows::ApplicationRow& row = *context->view.Find<tables::Applications>({timer.id()});
  JudgingRules(context, row);
  v1::Event& event = context->NewEvent();
  v1::ProjectTerminated* const lapsed = event.mutable_project_lapsed();
  *lapsed = ReleaseProject(*context, timer.id(), row, &event);
  EndWaitOfReplaced(*context, row, WaitEnd::kTerminated, lapsed->mutable_replaced(), &event);
  return event;
}

Decision DecidePendingLapse(Context* context, const v1::TimerDue& timer) {
  const auto number = static_cast<uint32_t>(timer.id() >> 32);
  const auto revision = static_cast<uint32_t>(timer.id());
  const auto program = context->FindProgram(number);
  context->revision = revision;
  const View& view = context->view;
  v1::Event& event = context->NewEvent();
  v1::PendingLapsed& lapsed = *event.mutable_pending_lapsed();
  int looked_at = 0;
  view.Scan<tables::ApplicationsByProgram>(
      {number, LookedThrough(*program->row, revision) + 1}, {number + 1, 0},
      [&](const tables::ApplicationsByProgram::Key& key, const rows::NumberRow& row) {
        if (looked_at == kMaxPendingLooks || lapsed.application_ids_size() == kMaxPendingLapses) {
          lapsed.set_through_queue_number(std::get<1>(key) - 1);
          return false;
        }
        ++looked_at;
        const uint64_t id = row.number();
        const rows::ApplicationRow& application = *view.Find<tables::Applications>({id});
        if (application.revision() != revision ||
            !HasMissedVouchers(view, application, timer.due_unix_ns())) {
          return true;
        }
        lapsed.add_application_ids(id);
        if (HoldsMoney(application.state()) && application.granted_fen() > 0) {
          ReleaseHold(id, application.granted_fen(), &event);
        }
        return true;
      });
  return event;
}

void EvolveApplicationDeadline(const v1::Entry& entry, EditableRows* rows) {
  const uint64_t application_id = entry.command().timer_due().id();
  if (entry.event().has_pending_lapsed()) {
    EvolvePendingLapse(entry.command().timer_due(), entry.event().pending_lapsed(), entry.program(),
                       rows);
  } else if (entry.event().has_correction_lapsed()) {
    MoveApplication(application_id, v1::APPLICATION_STATE_LAPSED, rows);
    // A correction that comes later is told so.
    rows->Edit<tables::Applications>({application_id})
        .set_correction_due_unix_ns(entry.command().timer_due().due_unix_ns());
  } else {
    LowerReplaced(entry.event().project_lapsed().replaced(), rows);
    EndProject(application_id, v1::APPLICATION_STATE_TERMINATED, rows);
  }
}

}  // namespace voucher
