#include "ledger/machine/applications.h"
#include "ledger/machine/notices.h"
#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::FileObjectionRequest& request) {
  const rows::ApplicationRow* row =
      context->view.Find<tables::Applications>({request.application_id()});
  if (row == nullptr) return ApplicationNotFound(request.application_id());
  JudgingRules(context, *row);
  if (auto refusal = RefuseIfArchived(*context->view.Find<tables::Programs>({row->program()}))) {
    return *refusal;
  }
  const v1::ApplicationState state = row->state();
  if (state != v1::APPLICATION_STATE_ON_NOTICE) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(state));
  }
  const UnixNanos notice_ends = NoticeEndOf(context->view, *row);
  if (context->received_at >= notice_ends) {
    return IllegalState(state, "the notice is over", "公示期已结束",
                        {{"ends_unix_ns", notice_ends}});
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  event.mutable_objection_filed()->set_notice_id(row->notice());
  return event;
}

void Evolve(const v1::Entry&, const v1::FileObjectionRequest& request, const v1::ObjectionFiled&,
            EditableRows* rows) {
  MoveApplication(request.application_id(), v1::APPLICATION_STATE_OBJECTED, rows);
}

}  // namespace voucher
