#include "ledger/machine/transfers.h"

#include "absl/strings/str_cat.h"

#include "ledger/machine/application_states.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/vouchers.h"

namespace voucher {

namespace {

// The transfer to an account of `provider` that an entry ordered.
const rows::TransferRow& OrderedBy(const View& view, uint64_t provider, uint64_t sequence) {
  const rows::TransferRow* transfer = nullptr;
  view.Scan<tables::TransferChanges>(
      {provider, sequence, 0}, {provider, sequence + 1, 0},
      [&](const tables::TransferChanges::Key& key, const rows::PresentRow&) {
        transfer = view.Find<tables::Transfers>({std::get<2>(key)});
        return false;
      });
  VOUCHER_CHECK(transfer != nullptr) << "entry " << sequence << " ordered no transfer";
  return *transfer;
}

}  // namespace

bool WaitsForAnswer(const rows::TransferRow& transfer) {
  return transfer.state() == v1::TRANSFER_STATE_ORDERED ||
         transfer.state() == v1::TRANSFER_STATE_OVERDUE;
}

OpenTransfer OpenTransferOf(const View& view, const rows::TransferRow& transfer) {
  OpenTransfer open;
  open.transfer = &transfer;
  open.voucher = view.Find<tables::Vouchers>({transfer.voucher()});
  open.program = view.Find<tables::Programs>({transfer.program()});
  return open;
}

std::optional<v1::Refusal> FindOpenTransfer(Context* context, uint64_t transfer_id,
                                            OpenTransfer* open) {
  const rows::TransferRow* transfer = context->view.Find<tables::Transfers>({transfer_id});
  if (transfer != nullptr) {
    const rows::AccountRow* account =
        context->view.Find<tables::CloudAccounts>({transfer->account()});
    if (!context->SpeaksForProvider(account->provider())) {
      return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, account->account_number());
    }
  } else {
    return MakeRefusal(v1::REASON_TRANSFER_NOT_FOUND, {}, absl::StrCat(transfer_id));
  }
  const auto program = context->FindProgram(transfer->program());
  if (auto refusal = RefuseIfArchived(*program->row)) return *refusal;
  if (!WaitsForAnswer(*transfer)) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(transfer->state()));
  }
  *open = OpenTransferOf(context->view, *transfer);
  return std::nullopt;
}

uint64_t NotDeclined(const View& view, uint64_t provider, uint64_t sequence) {
  while (sequence != 0) {
    const rows::TransferRow& transfer = OrderedBy(view, provider, sequence);
    if (transfer.state() != v1::TRANSFER_STATE_DECLINED) break;
    sequence = transfer.repeated_sequence();
  }
  return sequence;
}

bool PostConfirmation(const Context& context, uint64_t transfer_id, const OpenTransfer& open,
                      v1::Event* event, uint32_t other_program) {
  const int64_t amount_fen = open.transfer->amount_fen();
  const v1::AccountRef credit = Credit(open.transfer->account(), open.transfer->voucher());
  Post(Transit(transfer_id), credit, amount_fen, event, other_program);
  if (!IsDead(*open.voucher, context.received_at)) return true;
  ReleaseUnspent(credit, *open.program, context.received_at, amount_fen, event, other_program);
  return false;
}

rows::TransferRow& AnswerTransfer(const v1::Entry& entry, uint64_t transfer_id,
                                  v1::TransferState state, EditableRows* rows) {
  rows::TransferRow& transfer = rows->Edit<tables::Transfers>({transfer_id});
  if (transfer.state() == v1::TRANSFER_STATE_ORDERED) {
    rows->Erase<tables::Timers>({transfer.answer_due_unix_ns(),
                                 static_cast<uint8_t>(v1::TIMER_KIND_TRANSFER_ANSWER),
                                 transfer_id});
  }
  CountTransfer(transfer.program(), transfer.state(), state, rows);
  transfer.set_state(state);
  NoteTransferChange(entry, transfer_id, transfer, rows);
  return transfer;
}

void CountTransfer(uint32_t program, v1::TransferState from, v1::TransferState to,
                   EditableRows* rows) {
  rows::TotalsRow& totals = rows->Edit<tables::Totals>({program});
  while (totals.transfers_size() < v1::TransferState_ARRAYSIZE) totals.add_transfers(0);
  if (from != v1::TRANSFER_STATE_UNSPECIFIED) {
    totals.set_transfers(from, totals.transfers(from) - 1);
  }
  totals.set_transfers(to, totals.transfers(to) + 1);
}

void NoteTransferChange(const v1::Entry& entry, uint64_t transfer_id,
                        const rows::TransferRow& transfer, EditableRows* rows) {
  const uint64_t provider = rows->Find<tables::CloudAccounts>({transfer.account()})->provider();
  rows->Put<tables::TransferChanges>({provider, entry.sequence(), transfer_id}, {});
}

}  // namespace voucher
