#include "ledger/machine/application_states.h"

#include "ledger/base/proto_enum.h"
#include "ledger/machine/settlement.h"

namespace voucher {
namespace {

// Nobody waits any more: the program is closed and its rules end the waitlist with that.
bool IsWaitlistOver(const View& view, uint32_t program, UnixNanos at) {
  const rows::ProgramRow& row = *view.Find<tables::Programs>({program});
  const v1::ProgramState state = StateAt(row, at);
  if (state == v1::PROGRAM_STATE_ARCHIVED) return true;
  return state == v1::PROGRAM_STATE_CLOSED &&
         !view.Find<tables::Revisions>({program, row.revision()})->rules().waitlist_after_cutoff();
}

// The state of an approved application whose deadlines, of its voucher and of its extended project,
// are booked in their order.
v1::ApplicationState ApprovedStateAt(const View& view, const rows::ApplicationRow& application,
                                     UnixNanos at) {
  const rows::VoucherRow* voucher =
      application.voucher() != 0 ? view.Find<tables::Vouchers>({application.voucher()}) : nullptr;
  const bool lapsed = voucher != nullptr && voucher->state() == v1::VOUCHER_STATE_ACTIVE &&
                      at >= voucher->lapses_unix_ns();
  const bool late = application.state() == v1::APPLICATION_STATE_APPROVED &&
                    application.extended() && at >= application.project_due_unix_ns();
  if (late && (!lapsed || application.project_due_unix_ns() < voucher->lapses_unix_ns())) {
    return v1::APPLICATION_STATE_TERMINATED;
  }
  if (lapsed && IsSettledByExpiry(view, application.voucher())) {
    return v1::APPLICATION_STATE_SETTLED;
  }
  return late ? v1::APPLICATION_STATE_TERMINATED : application.state();
}

}  // namespace

v1::ApplicationState StateAt(const View& view, const rows::ApplicationRow& application,
                             UnixNanos at) {
  const v1::ApplicationState state = application.state();
  if (AwaitsSettlement(state)) return ApprovedStateAt(view, application, at);
  if (!IsPending(state)) return state;
  const bool lapsed =
      HasMissedVouchers(view, application, at) ||
      (state == v1::APPLICATION_STATE_RETURNED && at >= application.correction_due_unix_ns()) ||
      (state == v1::APPLICATION_STATE_WAITLISTED &&
       IsWaitlistOver(view, application.program(), at));
  return lapsed ? v1::APPLICATION_STATE_LAPSED : state;
}

v1::ProgramState StateAt(const rows::ProgramRow& program, UnixNanos at) {
  const bool runs =
      program.state() == v1::PROGRAM_STATE_OPEN || program.state() == v1::PROGRAM_STATE_SUSPENDED;
  return runs && at >= program.cutoff_unix_ns() ? v1::PROGRAM_STATE_CLOSED : program.state();
}

bool ClaimsEvidenceAt(const View& view, uint64_t application_id, UnixNanos at) {
  return HoldsInvoices(StateAt(view, *view.Find<tables::Applications>({application_id}), at));
}

std::optional<v1::Refusal> RefuseIfArchived(const rows::ProgramRow& program) {
  if (program.state() != v1::PROGRAM_STATE_ARCHIVED) return std::nullopt;
  return MakeRefusal(v1::REASON_PROGRAM_NOT_OPEN, {}, StateName(program.state()));
}

bool IsPastVouchers(const CompiledRules& rules, const rows::ApplicationRow& application,
                    UnixNanos at) {
  return RefuseIfPastVouchers(rules, application.delivery_mode(), at).has_value();
}

std::optional<v1::Refusal> RefuseIfPastVouchers(const CompiledRules& rules, v1::DeliveryMode mode,
                                                UnixNanos at) {
  if (mode != v1::DELIVERY_MODE_CLOUD_CREDIT || !rules.rules().has_voucher_terms() ||
      at < rules.voucher_expires_at()) {
    return std::nullopt;
  }
  return MakeRefusal(v1::REASON_VOUCHER_EXPIRED, rules.rules().voucher_terms().clause(), {},
                     {{"expires_unix_ns", rules.voucher_expires_at()}});
}

bool HasMissedVouchers(const View& view, const rows::ApplicationRow& application, UnixNanos at) {
  return IsPending(application.state()) &&
         IsPastVouchers(
             *view.Find<tables::Revisions>({application.program(), application.revision()}),
             application, at);
}

bool HoldsMoney(v1::ApplicationState state) {
  switch (state) {
    case v1::APPLICATION_STATE_HELD:
    case v1::APPLICATION_STATE_RETURNED:
    case v1::APPLICATION_STATE_LISTED:
    case v1::APPLICATION_STATE_ON_NOTICE:
    case v1::APPLICATION_STATE_OBJECTED:
      return true;
    case v1::APPLICATION_STATE_UNSPECIFIED:
    case v1::APPLICATION_STATE_APPROVED:
    case v1::APPLICATION_STATE_REJECTED:
    case v1::APPLICATION_STATE_WITHDRAWN:
    case v1::APPLICATION_STATE_WAITLISTED:
    case v1::APPLICATION_STATE_COLLECTED:
    case v1::APPLICATION_STATE_SCORED:
    case v1::APPLICATION_STATE_PASSED_OVER:
    case v1::APPLICATION_STATE_ACCEPTED:
    case v1::APPLICATION_STATE_SETTLED:
    case v1::APPLICATION_STATE_LAPSED:
    case v1::APPLICATION_STATE_SUPERSEDED:
    case v1::APPLICATION_STATE_TERMINATED:
      VOUCHER_PROTO_SENTINELS(v1::ApplicationState)
      break;
  }
  return false;
}

bool IsPending(v1::ApplicationState state) {
  return HoldsMoney(state) || state == v1::APPLICATION_STATE_WAITLISTED ||
         state == v1::APPLICATION_STATE_COLLECTED || state == v1::APPLICATION_STATE_SCORED;
}

bool AwaitsSettlement(v1::ApplicationState state) {
  return state == v1::APPLICATION_STATE_APPROVED || state == v1::APPLICATION_STATE_ACCEPTED;
}

bool HoldsInvoices(v1::ApplicationState state) {
  return state != v1::APPLICATION_STATE_REJECTED && state != v1::APPLICATION_STATE_WITHDRAWN &&
         state != v1::APPLICATION_STATE_LAPSED && state != v1::APPLICATION_STATE_PASSED_OVER;
}

bool HoldsItem(v1::ApplicationState state) {
  return HoldsInvoices(state) && state != v1::APPLICATION_STATE_SUPERSEDED;
}

v1::ApplicationState StateAfterHold(const CompiledRules& rules, uint32_t stages_passed) {
  return static_cast<int>(stages_passed) < rules.rules().review_stages_size()
             ? v1::APPLICATION_STATE_HELD
             : v1::APPLICATION_STATE_LISTED;
}

uint64_t GatedBy(const View& view, uint64_t application_id,
                 const rows::ApplicationRow& application) {
  const CompiledRules* rules =
      view.Find<tables::Revisions>({application.program(), application.revision()});
  const bool gated = rules->rules().acceptance().gates_settlement() &&
                     application.state() != v1::APPLICATION_STATE_ACCEPTED &&
                     application.state() != v1::APPLICATION_STATE_SETTLED &&
                     application.state() != v1::APPLICATION_STATE_SUPERSEDED;
  return gated ? application_id : 0;
}

}  // namespace voucher
