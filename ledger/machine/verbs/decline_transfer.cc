#include "ledger/machine/postings.h"
#include "ledger/machine/transfers.h"
#include "ledger/machine/verbs.h"
#include "ledger/machine/vouchers.h"

namespace voucher {

Decision Decide(Context* context, const v1::DeclineTransferRequest& request) {
  OpenTransfer open;
  if (auto refusal = FindOpenTransfer(context, request.transfer_id(), &open)) return *refusal;

  const int64_t amount_fen = open.transfer->amount_fen();
  const v1::AccountRef voucher = VoucherAccount(open.transfer->voucher());
  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  Post(Transit(request.transfer_id()), voucher, amount_fen, &event);
  if (IsDead(*open.voucher, context->received_at)) {
    ReleaseUnspent(voucher, *open.program, context->received_at, amount_fen, &event);
    event.mutable_transfer_declined()->set_released_fen(amount_fen);
  } else {
    event.mutable_transfer_declined()->set_returned_fen(amount_fen);
  }
  return event;
}

void Evolve(const v1::Entry& entry, const v1::DeclineTransferRequest& request,
            const v1::TransferDeclined&, EditableRows* rows) {
  AnswerTransfer(entry, request.transfer_id(), v1::TRANSFER_STATE_DECLINED, rows)
      .set_decline_reason(request.reason());
}

}  // namespace voucher
