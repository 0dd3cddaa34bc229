#include <string>

#include "ledger/base/calendar.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::ReturnApplicationRequest& request) {
  const rows::ApplicationRow* row =
      context->view.Find<tables::Applications>({request.application_id()});
  if (row == nullptr) return ApplicationNotFound(request.application_id());
  const CompiledRules& rules = JudgingRules(context, *row);
  const v1::ReviewStage* next = NextStage(rules, *row);
  const std::string stage = next != nullptr ? next->stage_id() : "";
  if (!context->MayReview(stage, {row->enterprise()})) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, stage);
  }
  if (auto refusal = RefuseIfArchived(*context->view.Find<tables::Programs>({row->program()}))) {
    return *refusal;
  }
  const v1::ApplicationState state = row->state();
  if (state != v1::APPLICATION_STATE_HELD) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(state));
  }
  if (!rules.rules().has_correction()) {
    return IllegalState(state, "the program has no corrections", "本项目不设退回补正");
  }

  const CivilDay returned_on = DayOf(context->received_at, rules.zone());
  const CivilDay last_day =
      CalendarDayNoticeLastDay(returned_on, rules.rules().correction().days());
  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  event.mutable_application_returned()->set_due_unix_ns(NoticeEnd(last_day, rules.zone()));
  return event;
}

void Evolve(const v1::Entry&, const v1::ReturnApplicationRequest& request,
            const v1::ApplicationReturned& event, EditableRows* rows) {
  MoveApplication(request.application_id(), v1::APPLICATION_STATE_RETURNED, rows);
  rows->Edit<tables::Applications>({request.application_id()})
      .set_correction_due_unix_ns(event.due_unix_ns());
  rows->Put<tables::Timers>({event.due_unix_ns(), static_cast<uint8_t>(v1::TIMER_KIND_CORRECTION),
                             request.application_id()},
                            {});
}

}  // namespace voucher
