#include "absl/strings/str_cat.h"

#include "ledger/machine/postings.h"
#include "ledger/machine/transfers.h"
#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::OrderTransferRequest& request) {
  const rows::VoucherRow* voucher = context->view.Find<tables::Vouchers>({request.voucher_id()});
  const auto program = voucher != nullptr ? context->FindProgram(voucher->program()) : std::nullopt;
  if (program && !context->MayIssue(program->row->program_id())) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, program->row->program_id());
  }
  const rows::AccountRow* account =
      context->view.Find<tables::CloudAccounts>({request.account_id()});
  if (account == nullptr) {
    return MakeRefusal(v1::REASON_ACCOUNT_NOT_FOUND, {}, absl::StrCat(request.account_id()));
  }
  if (voucher == nullptr) {
    return MakeRefusal(v1::REASON_VOUCHER_NOT_FOUND, {}, absl::StrCat(request.voucher_id()));
  }
  const rows::EnterpriseRow* owner =
      context->view.Find<tables::Enterprises>({voucher->enterprise()});
  if (auto refusal =
          RefuseIfBlacklisted(*owner, program->row->program_id(), context->received_at)) {
    return *refusal;
  }
  const rows::ProviderRow* provider = context->view.Find<tables::Providers>({account->provider()});
  if (provider->state() == v1::PROVIDER_STATE_SUSPENDED) {
    return MakeRefusal(v1::REASON_PROVIDER_SUSPENDED, {}, provider->provider_id());
  }
  if (account->enterprise() != voucher->enterprise()) {
    return MakeRefusal(v1::REASON_ACCOUNT_NOT_OWNED,
                       program->rules->rules().non_transferable_clause(),
                       account->account_number());
  }
  if (context->received_at >= voucher->expires_unix_ns()) {
    return MakeRefusal(v1::REASON_VOUCHER_EXPIRED, program->rules->rules().voucher_terms().clause(),
                       {}, {{"expires_unix_ns", voucher->expires_unix_ns()}});
  }
  if (voucher->available_fen() < request.amount_fen()) {
    return MakeRefusal(
        v1::REASON_INSUFFICIENT_CREDIT, {}, {},
        {{"available_fen", voucher->available_fen()}, {"amount_fen", request.amount_fen()}});
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::TransferOrdered* ordered = event.mutable_transfer_ordered();
  ordered->set_transfer_id(context->counters().transfer() + 1);
  ordered->set_answer_due_unix_ns(context->received_at + program->rules->transfer_answer_nanos());
  Post(VoucherAccount(request.voucher_id()), Transit(ordered->transfer_id()), request.amount_fen(),
       &event);
  return event;
}

void Evolve(const v1::Entry& entry, const v1::OrderTransferRequest& request,
            const v1::TransferOrdered& event, EditableRows* rows) {
  const uint64_t id = event.transfer_id();
  rows->Edit<tables::Counters>({}).set_transfer(id);
  rows::TransferRow& transfer = rows->Edit<tables::Transfers>({id});
  transfer.set_program(entry.program());
  transfer.set_voucher(request.voucher_id());
  transfer.set_account(request.account_id());
  transfer.set_amount_fen(request.amount_fen());
  transfer.set_state(v1::TRANSFER_STATE_ORDERED);
  transfer.set_answer_due_unix_ns(event.answer_due_unix_ns());
  transfer.set_ordered_sequence(entry.sequence());
  const uint64_t provider = rows->Find<tables::CloudAccounts>({request.account_id()})->provider();
  rows->Put<tables::TransfersByProvider>({provider, id}, {});
  CountTransfer(entry.program(), v1::TRANSFER_STATE_UNSPECIFIED, v1::TRANSFER_STATE_ORDERED, rows);
  NoteTransferChange(entry, id, transfer, rows);
  rows->Put<tables::Timers>(
      {event.answer_due_unix_ns(), static_cast<uint8_t>(v1::TIMER_KIND_TRANSFER_ANSWER), id}, {});
}

}  // namespace voucher
