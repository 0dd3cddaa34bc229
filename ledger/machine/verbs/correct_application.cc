#include <algorithm>

#include "ledger/machine/applications.h"
#include "ledger/machine/invoices.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/projects.h"
#include "ledger/machine/verbs.h"
#include "ledger/machine/worlds.h"
#include "ledger/policy/evidence.h"
#include "ledger/policy/subsidy.h"

namespace voucher {

Decision Decide(Context* context, const v1::CorrectApplicationRequest& request) {
  if (auto refusal = RefuseIfBillerUnknown(*context, request.evidence())) return *refusal;
  const rows::ApplicationRow* row =
      context->view.Find<tables::Applications>({request.application_id()});
  if (row == nullptr) return ApplicationNotFound(request.application_id());
  const CompiledRules& rules = JudgingRules(context, *row);
  const World world = WorldOf(context->view, row->program());
  if (auto refusal =
          RefuseIfOrdersClaimed(*context, world, request.evidence(), request.application_id())) {
    return *refusal;
  }
  if (auto refusal = RefuseIfArchived(*context->view.Find<tables::Programs>({row->program()}))) {
    return *refusal;
  }
  const v1::ApplicationState state = row->state();
  if (state == v1::APPLICATION_STATE_LAPSED && row->correction_due_unix_ns() != 0 &&
      context->received_at >= row->correction_due_unix_ns()) {
    return IllegalState(state, "the correction comes too late", "补正已逾期",
                        {{"due_unix_ns", row->correction_due_unix_ns()}});
  }
  if (state != v1::APPLICATION_STATE_RETURNED) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(state));
  }
  const rows::EnterpriseRow& applicant =
      *context->view.Find<tables::Enterprises>({row->enterprise()});
  if (auto refusal =
          RefuseIfBlacklisted(applicant, *context->view.Find<tables::Programs>({row->program()}),
                              context->received_at)) {
    return *refusal;
  }
  const v1::Item& item = *rules.FindItemByNumber(row->item());
  if (auto refusal = RefuseIfEvidenceMissing(rules, item, request.evidence(), request.spend_fen(),
                                             [&](const v1::BilledOrder& order) {
                                               return CreditPaidFen(context->view, world, order);
                                             })) {
    return *refusal;
  }
  if (auto refusal =
          RefuseIfInvoicesClaimed(*context, world, request.evidence(), request.application_id())) {
    return *refusal;
  }
  const int64_t granted_fen =
      std::min(row->granted_fen(), BaseAmountFen(item, request.spend_fen()));
  if (auto refusal = RefuseIfHigherExists(*context, *row, granted_fen)) return *refusal;
  if (auto refusal = RefuseIfTooSmall(item, request.spend_fen())) return *refusal;

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::ApplicationCorrected* corrected = event.mutable_application_corrected();
  corrected->set_granted_fen(granted_fen);
  corrected->set_state(v1::APPLICATION_STATE_HELD);
  corrected->set_due_unix_ns(row->correction_due_unix_ns());
  if (const int64_t less_fen = row->granted_fen() - corrected->granted_fen(); less_fen > 0) {
    corrected->set_released_fen(less_fen);
    ReleaseHold(request.application_id(), less_fen, &event);
  }
  return event;
}

void Evolve(const v1::Entry&, const v1::CorrectApplicationRequest& request,
            const v1::ApplicationCorrected& event, EditableRows* rows) {
  rows::ApplicationRow& row = rows->Edit<tables::Applications>({request.application_id()});
  row.set_spend_fen(request.spend_fen());
  row.set_granted_fen(event.granted_fen());
  ReplaceEvidence(request.application_id(), request.evidence(), rows);
  MoveApplication(request.application_id(), event.state(), rows);
}

}  // namespace voucher
