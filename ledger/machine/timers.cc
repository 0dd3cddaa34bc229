#include "ledger/base/proto_enum.h"
#include "ledger/machine/application_timers.h"
#include "ledger/machine/approved_projects.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/settlement.h"
#include "ledger/machine/transfers.h"
#include "ledger/machine/verbs.h"
#include "ledger/machine/vouchers.h"

namespace voucher {
namespace {

Decision DecideCutoff(Context* context, const v1::TimerDue& timer) {
  const auto program = context->FindProgram(static_cast<uint32_t>(timer.id()));
  v1::Event& event = context->NewEvent();
  event.mutable_program_cutoff_reached()->set_from(program->row->state());
  return event;
}

Decision DecideTransferAnswer(Context* context, const v1::TimerDue& timer) {
  const rows::TransferRow* transfer = context->view.Find<tables::Transfers>({timer.id()});
  context->FindProgram(transfer->program());
  v1::Event& event = context->NewEvent();
  event.mutable_transfer_became_overdue();
  return event;
}

Decision DecideVoucherLapse(Context* context, const v1::TimerDue& timer) {
  const rows::VoucherRow* voucher = context->view.Find<tables::Vouchers>({timer.id()});
  context->FindProgram(voucher->program());
  v1::Event& event = context->NewEvent();
  const int64_t released_fen = ReleaseVoucher(*context, timer.id(), &event);
  event.mutable_voucher_expired()->set_released_fen(released_fen);
  event.mutable_voucher_expired()->set_settles_application(
      IsSettledByExpiry(context->view, timer.id()));
  return event;
}

Decision DecideTranche(Context* context, const v1::TimerDue& timer) {
  const rows::TrancheRow* tranche = context->view.Find<tables::Tranches>({timer.id()});
  const auto program = context->FindProgram(tranche->program());
  v1::Event& event = context->NewEvent();
  Post(Treasury(), BudgetAccount(), tranche->amount_fen(), &event);
  event.mutable_tranche_opened()->set_budget_fen(
      BalanceOf(context->view, program->number, BudgetAccount()) + tranche->amount_fen());
  return event;
}

// What it does is decided for every entry (StepWaitlist).
Decision DecideWaitlist(Context* context, const v1::TimerDue& timer) {
  const auto program = context->FindProgram(static_cast<uint32_t>(timer.id()));
  v1::Event& event = context->NewEvent();
  event.mutable_waitlist_continued()->set_as_of_unix_ns(program->row->waitlist_as_of_unix_ns());
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
    case v1::TIMER_KIND_CORRECTION:
      return DecideCorrectionDeadline(context, timer);
    case v1::TIMER_KIND_PROJECT:
      return DecideProjectDeadline(context, timer);
    case v1::TIMER_KIND_TRANCHE:
      return DecideTranche(context, timer);
    case v1::TIMER_KIND_WAITLIST:
      return DecideWaitlist(context, timer);
    case v1::TIMER_KIND_PENDING_LAPSE:
      return DecidePendingLapse(context, timer);
    case v1::TIMER_KIND_UNSPECIFIED:
      VOUCHER_PROTO_SENTINELS(v1::TimerKind)
      break;
  }
  VOUCHER_CHECK(false) << "timer of kind " << timer.kind();
  return MakeRefusal(v1::REASON_UNSPECIFIED);
}

void EvolveTimer(const v1::Entry& entry, EditableRows* rows) {
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
    rows::TransferRow& transfer = rows->Edit<tables::Transfers>({timer.id()});
    CountTransfer(transfer.program(), transfer.state(), v1::TRANSFER_STATE_OVERDUE, rows);
    transfer.set_state(v1::TRANSFER_STATE_OVERDUE);
    NoteTransferChange(entry, timer.id(), transfer, rows);
  } else if (event.has_voucher_expired()) {
    EndVoucher(timer.id(), v1::VOUCHER_STATE_EXPIRED, rows);
    if (event.voucher_expired().settles_application()) {
      SettleApplication(rows->Find<tables::Vouchers>({timer.id()})->application(), rows);
    }
  } else if (event.has_correction_lapsed() || event.has_project_lapsed() ||
             event.has_pending_lapsed()) {
    EvolveApplicationDeadline(entry, rows);
  } else if (event.has_tranche_opened()) {
    rows::ProgramRow& program = rows->Edit<tables::Programs>({entry.program()});
    program.set_unopened_fen(program.unopened_fen() -
                             rows->Find<tables::Tranches>({timer.id()})->amount_fen());
    rows->Erase<tables::Tranches>({timer.id()});
  } else if (event.has_waitlist_continued()) {
    rows::ProgramRow& program = rows->Edit<tables::Programs>({entry.program()});
    program.clear_waitlist_continues();
    program.clear_waitlist_as_of_unix_ns();
  }
}

}  // namespace voucher
