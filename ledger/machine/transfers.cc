#include "ledger/machine/transfers.h"

#include "absl/strings/str_cat.h"

namespace voucher {

std::optional<v1::Refusal> FindOpenTransfer(Context* context, uint64_t transfer_id,
                                            OpenTransfer* open) {
  const rows::TransferRow* transfer = context->view.Find<tables::Transfers>({transfer_id});
  if (transfer != nullptr) {
    const rows::AccountRow* account = context->view.Find<tables::Accounts>({transfer->account()});
    if (!context->SpeaksForProvider(account->provider())) {
      return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, account->account_number());
    }
  } else {
    return MakeRefusal(v1::REASON_TRANSFER_NOT_FOUND, {}, absl::StrCat(transfer_id));
  }
  const auto program = context->FindProgram(transfer->program());
  if (transfer->state() != v1::TRANSFER_STATE_ORDERED &&
      transfer->state() != v1::TRANSFER_STATE_OVERDUE) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(transfer->state()));
  }
  open->transfer = transfer;
  open->voucher = context->view.Find<tables::Vouchers>({transfer->voucher()});
  open->application = context->view.Find<tables::Applications>({open->voucher->application()});
  open->program = program->row;
  return std::nullopt;
}

rows::TransferRow& AnswerTransfer(uint64_t transfer_id, v1::TransferState state, Overlay* rows) {
  rows::TransferRow& transfer = rows->Edit<tables::Transfers>({transfer_id});
  if (transfer.state() == v1::TRANSFER_STATE_ORDERED) {
    rows->Erase<tables::Timers>({transfer.answer_due_unix_ns(),
                                 static_cast<uint8_t>(v1::TIMER_KIND_TRANSFER_ANSWER),
                                 transfer_id});
  }
  transfer.set_state(state);
  return transfer;
}

}  // namespace voucher
