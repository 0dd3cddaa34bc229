#include <optional>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

#include "ledger/machine/acts.h"
#include "ledger/machine/application_states.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/transfers.h"
#include "ledger/machine/verbs.h"
#include "ledger/machine/vouchers.h"
#include "ledger/machine/worlds.h"

namespace voucher {

namespace {

std::string KeyOf(const v1::OrderTransferRequest& request) {
  return ActKey({static_cast<int64_t>(request.voucher_id()),
                 static_cast<int64_t>(request.account_id()), request.amount_fen()},
                {request.reference()});
}

// The entry of the newest order of the same transfer, to an account of `provider`, that stands: it
// was not declined. 0 if there is none.
uint64_t StandingOrder(const View& view, const v1::OrderTransferRequest& request,
                       uint64_t provider) {
  const rows::NumberRow* newest =
      view.Find<tables::Acts>({static_cast<uint8_t>(Act::kTransferOrder), KeyOf(request)});
  return newest != nullptr ? NotDeclined(view, provider, newest->number()) : 0;
}

// ALREADY_BOOKED if the same transfer was ordered before and stands, and the request does not name
// that order, the newest of them. What was declined came to nothing, so that another order repeats
// nothing of it.
std::optional<v1::Refusal> RefuseIfOrdered(const Context& context,
                                           const v1::OrderTransferRequest& request,
                                           uint64_t provider) {
  return RefuseIfRepeats(StandingOrder(context.view, request, provider), request.repeats());
}

// PROVIDER_NOT_CHOSEN if the provider has a quota and the application did not choose it: its grant
// does not count there. An award chooses no provider, so that it counts under no quota and may go
// to any. Pools are always the newest.
std::optional<v1::Refusal> RefuseIfNotChosen(const View& view, const v1::ProgramRules& newest,
                                             uint64_t application, uint64_t provider,
                                             const std::string& provider_id) {
  const auto quota = absl::c_find_if(newest.pools(), [&](const v1::Pool& pool) {
    return pool.scope() == v1::POOL_SCOPE_PROVIDER && pool.key() == provider_id;
  });
  if (quota == newest.pools().end()) return std::nullopt;
  const rows::ApplicationRow& row = *view.Find<tables::Applications>({application});
  if (row.awarded() && row.providers().empty()) return std::nullopt;
  if (absl::c_linear_search(row.providers(), provider)) return std::nullopt;
  return MakeRefusal(v1::REASON_PROVIDER_NOT_CHOSEN, quota->clause(), provider_id);
}

}  // namespace

Decision Decide(Context* context, const v1::OrderTransferRequest& request) {
  const View& view = context->view;
  const rows::VoucherRow* voucher = view.Find<tables::Vouchers>({request.voucher_id()});
  const auto program = voucher != nullptr ? context->FindProgram(voucher->program()) : std::nullopt;
  if (program && !context->MayIssue(program->row->program_id())) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, program->row->program_id());
  }
  const rows::AccountRow* account = view.Find<tables::CloudAccounts>({request.account_id()});
  if (account == nullptr || (program && WorldOf(*account) != WorldOf(*program))) {
    return MakeRefusal(v1::REASON_ACCOUNT_NOT_FOUND, {}, absl::StrCat(request.account_id()));
  }
  if (voucher == nullptr) {
    return MakeRefusal(v1::REASON_VOUCHER_NOT_FOUND, {}, absl::StrCat(request.voucher_id()));
  }
  // The voucher keeps the terms of the revision that judged its application.
  context->revision = voucher->revision();
  const CompiledRules& terms =
      *view.Find<tables::Revisions>({voucher->program(), voucher->revision()});
  if (auto refusal = RefuseIfOrdered(*context, request, account->provider())) return *refusal;
  if (auto refusal = RefuseIfArchived(*program->row)) return *refusal;
  const rows::EnterpriseRow* owner = view.Find<tables::Enterprises>({voucher->enterprise()});
  if (auto refusal = RefuseIfBlacklisted(*owner, *program->row, context->received_at)) {
    return *refusal;
  }
  const rows::ProviderRow* provider = view.Find<tables::Providers>({account->provider()});
  if (provider->state() == v1::PROVIDER_STATE_SUSPENDED) {
    return MakeRefusal(v1::REASON_PROVIDER_SUSPENDED, {}, provider->provider_id());
  }
  if (auto refusal = RefuseIfNotChosen(view, program->rules->rules(), voucher->application(),
                                       account->provider(), provider->provider_id())) {
    return *refusal;
  }
  if (account->enterprise() != voucher->enterprise()) {
    return MakeRefusal(v1::REASON_ACCOUNT_NOT_OWNED, terms.rules().non_transferable_clause(),
                       account->account_number());
  }
  if (context->received_at >= voucher->expires_unix_ns()) {
    return MakeRefusal(v1::REASON_VOUCHER_EXPIRED, terms.rules().voucher_terms().clause(), {},
                       {{"expires_unix_ns", voucher->expires_unix_ns()}});
  }
  const int64_t available_fen = voucher->available_fen();
  if (available_fen < request.amount_fen()) {
    return MakeRefusal(v1::REASON_INSUFFICIENT_CREDIT, {}, {},
                       {{"available_fen", available_fen}, {"amount_fen", request.amount_fen()}});
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::TransferOrdered* ordered = event.mutable_transfer_ordered();
  ordered->set_transfer_id(NextNumber(*context, WorldOf(*program), &rows::DenseNumbers::transfer));
  ordered->set_answer_due_unix_ns(context->received_at + terms.transfer_answer_nanos());
  Post(VoucherAccount(request.voucher_id()), Transit(ordered->transfer_id()), request.amount_fen(),
       &event);
  return event;
}

void Evolve(const v1::Entry& entry, const v1::OrderTransferRequest& request,
            const v1::TransferOrdered& event, EditableRows* rows) {
  const uint64_t id = event.transfer_id();
  KeepNumber(id, &rows::DenseNumbers::set_transfer, rows);
  rows::TransferRow& transfer = rows->Edit<tables::Transfers>({id});
  transfer.set_program(entry.program());
  transfer.set_voucher(request.voucher_id());
  transfer.set_account(request.account_id());
  transfer.set_amount_fen(request.amount_fen());
  transfer.set_state(v1::TRANSFER_STATE_ORDERED);
  transfer.set_answer_due_unix_ns(event.answer_due_unix_ns());
  transfer.set_ordered_sequence(entry.sequence());
  const uint64_t provider = rows->Find<tables::CloudAccounts>({request.account_id()})->provider();
  transfer.set_repeated_sequence(StandingOrder(*rows, request, provider));
  rows->Put<tables::TransfersByProvider>({provider, id}, {});
  BookAct(entry, Act::kTransferOrder, KeyOf(request), rows);
  CountTransfer(entry.program(), v1::TRANSFER_STATE_UNSPECIFIED, v1::TRANSFER_STATE_ORDERED, rows);
  NoteTransferChange(entry, id, transfer, rows);
  rows->Put<tables::Timers>(
      {event.answer_due_unix_ns(), static_cast<uint8_t>(v1::TIMER_KIND_TRANSFER_ANSWER), id}, {});
}

}  // namespace voucher
