#include "ledger/base/civil.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::ExtendProjectRequest& request) {
  const rows::ApplicationRow* row =
      context->view.Find<tables::Applications>({request.application_id()});
  if (row == nullptr) return ApplicationNotFound(request.application_id());
  const CompiledRules& rules = JudgingRules(context, *row);
  if (auto refusal = RefuseIfArchived(*context->view.Find<tables::Programs>({row->program()}))) {
    return *refusal;
  }
  const v1::ApplicationState state = row->state();
  if (state != v1::APPLICATION_STATE_APPROVED) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(state));
  }
  const int32_t most_months = rules.rules().project().extension_months();
  if (most_months == 0) {
    return IllegalState(row->state(), "the program has no extension", "本项目不设延期");
  }
  if (row->extended()) {
    return IllegalState(row->state(), "the project was extended before", "项目已延期一次",
                        {{"due_unix_ns", row->project_due_unix_ns()}});
  }
  if (request.months() > most_months) {
    return IllegalState(row->state(), "longer than the program allows", "超过允许的延期",
                        {{"months", request.months()}, {"most_months", most_months}});
  }
  const CivilDay last_day = DayOf(row->project_due_unix_ns(), rules.zone()) - 1;
  const UnixNanos due = StartOfDay(AddMonths(last_day, request.months()) + 1, rules.zone());
  if (context->received_at >= due) {
    return IllegalState(row->state(), "the extension would be over already", "延期后仍已逾期",
                        {{"due_unix_ns", due}});
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  event.mutable_project_extended()->set_due_unix_ns(due);
  return event;
}

void Evolve(const v1::Entry&, const v1::ExtendProjectRequest& request,
            const v1::ProjectExtended& event, EditableRows* rows) {
  rows::ApplicationRow& row = rows->Edit<tables::Applications>({request.application_id()});
  row.set_project_due_unix_ns(event.due_unix_ns());
  row.set_extended(true);
  rows->Put<tables::Timers>(
      {event.due_unix_ns(), static_cast<uint8_t>(v1::TIMER_KIND_PROJECT), request.application_id()},
      {});
}

}  // namespace voucher
