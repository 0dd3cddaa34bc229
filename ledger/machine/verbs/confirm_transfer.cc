#include "ledger/machine/transfers.h"
#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::ConfirmTransferRequest& request) {
  OpenTransfer open;
  if (auto refusal = FindOpenTransfer(context, request.transfer_id(), &open)) return *refusal;

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::TransferConfirmed* confirmed = event.mutable_transfer_confirmed();
  if (PostConfirmation(*context, request.transfer_id(), open, &event)) {
    confirmed->set_credited_fen(open.transfer->amount_fen());
  } else {
    confirmed->set_released_fen(open.transfer->amount_fen());
  }
  return event;
}

void Evolve(const v1::Entry& entry, const v1::ConfirmTransferRequest& request,
            const v1::TransferConfirmed&, EditableRows* rows) {
  AnswerTransfer(entry, request.transfer_id(), v1::TRANSFER_STATE_CONFIRMED, rows)
      .set_provider_reference(request.provider_reference());
}

}  // namespace voucher
