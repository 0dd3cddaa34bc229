#include "ledger/machine/applications.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::ReviewApplicationRequest& request) {
  const rows::ApplicationRow* row =
      context->view.Find<tables::Applications>({request.application_id()});
  if (row != nullptr && !MayReview(*context, *row, request.stage_id())) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, request.stage_id());
  }
  if (row == nullptr) return ApplicationNotFound(request.application_id());
  context->FindProgram(row->program());
  const CompiledRules* rules =
      context->view.Find<tables::Revisions>({row->program(), row->revision()});
  context->revision = row->revision();
  if (row->state() != v1::APPLICATION_STATE_HELD) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(row->state()));
  }
  const auto& stages = rules->rules().review_stages();
  const v1::ReviewStage& next = stages.Get(static_cast<int>(row->stages_passed()));
  if (next.stage_id() != request.stage_id()) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, next.clause(),
                       "HELD, next stage " + next.stage_id());
  }

  v1::Event event;
  v1::ApplicationReviewed* reviewed = event.mutable_application_reviewed();
  reviewed->set_stages_passed(row->stages_passed());
  if (request.verdict() == v1::REVIEW_VERDICT_REJECT) {
    reviewed->set_state(v1::APPLICATION_STATE_REJECTED);
    reviewed->set_released_fen(row->granted_fen());
    ReleaseHold(request.application_id(), *row, row->granted_fen(), &event);
    return event;
  }
  reviewed->set_stages_passed(row->stages_passed() + 1);
  reviewed->set_state(static_cast<int>(reviewed->stages_passed()) == stages.size()
                          ? v1::APPLICATION_STATE_LISTED
                          : v1::APPLICATION_STATE_HELD);
  return event;
}

void Evolve(const v1::Entry&, const v1::ReviewApplicationRequest& request,
            const v1::ApplicationReviewed& event, Overlay* rows) {
  rows->Edit<tables::Applications>({request.application_id()})
      .set_stages_passed(event.stages_passed());
  MoveApplication(request.application_id(), event.state(), rows);
}

}  // namespace voucher
