#include "ledger/machine/postings.h"
#include "ledger/machine/verbs.h"

namespace voucher {
namespace {

Decision DecideCutoff(Context* context, const v1::TimerDue& timer) {
  const auto program = context->FindProgram(static_cast<uint32_t>(timer.id()));
  v1::Event event;
  event.mutable_program_cutoff_reached()->set_from(program->row->state());
  return event;
}

Decision DecideTransferAnswer(Context* context, const v1::TimerDue& timer) {
  const rows::TransferRow* transfer = context->view.Find<tables::Transfers>({timer.id()});
  context->FindProgram(transfer->program());
  v1::Event event;
  event.mutable_transfer_became_overdue();
  return event;
}

Decision DecideVoucherLapse(Context* context, const v1::TimerDue& timer) {
  const rows::VoucherRow* voucher = context->view.Find<tables::Vouchers>({timer.id()});
  const auto program = context->FindProgram(voucher->program());
  const rows::ApplicationRow* application =
      context->view.Find<tables::Applications>({voucher->application()});
  v1::Event event;
  if (voucher->available_fen() > 0) {
    ReleaseUnspent(VoucherAccount(timer.id()), *program->row, *application,
                   voucher->available_fen(), &event);
  }
  for (const uint64_t account : voucher->accounts()) {
    const v1::AccountRef credit = Credit(account, timer.id());
    if (const int64_t fen = BalanceOf(context->view, program->number, credit); fen > 0) {
      ReleaseUnspent(credit, *program->row, *application, fen, &event);
    }
  }
  event.mutable_voucher_expired()->set_released_fen(voucher->available_fen() +
                                                    voucher->credit_fen());
  return event;
}

}  // namespace

Decision Decide(Context* context, const v1::TimerDue& timer) {
  switch (timer.kind()) {
    case v1::TIMER_KIND_PROGRAM_CUTOFF:
      return DecideCutoff(context, timer);
    case v1::TIMER_KIND_TRANSFER_ANSWER:
      return DecideTransferAnswer(context, timer);
    case v1::TIMER_KIND_VOUCHER_LAPSE:
      return DecideVoucherLapse(context, timer);
    default:
      VOUCHER_CHECK(false) << "timer of kind " << timer.kind();
      return MakeRefusal(v1::REASON_UNSPECIFIED);
  }
}

void EvolveTimer(const v1::Entry& entry, Overlay* rows) {
  const v1::TimerDue& timer = entry.command().timer_due();
  rows->Erase<tables::Timers>(
      {timer.due_unix_ns(), static_cast<uint8_t>(timer.kind()), timer.id()});
  const v1::Event& event = entry.event();
  if (event.has_program_cutoff_reached()) {
    // A draft never took applications: it stays one, for a revision with a later cutoff.
    if (event.program_cutoff_reached().from() != v1::PROGRAM_STATE_DRAFT) {
      rows->Edit<tables::Programs>({entry.program()}).set_state(v1::PROGRAM_STATE_CLOSED);
    }
  } else if (event.has_transfer_became_overdue()) {
    rows->Edit<tables::Transfers>({timer.id()}).set_state(v1::TRANSFER_STATE_OVERDUE);
  } else if (event.has_voucher_expired()) {
    rows->Edit<tables::Vouchers>({timer.id()}).set_state(v1::VOUCHER_STATE_EXPIRED);
  }
}

}  // namespace voucher
