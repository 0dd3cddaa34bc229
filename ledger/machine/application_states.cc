#include "ledger/machine/application_states.h"

#include "ledger/base/proto_enum.h"

namespace voucher {

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

bool HoldsEvidence(const rows::ApplicationRow& application) {
  return HoldsInvoices(application.state()) &&
         (application.state() != v1::APPLICATION_STATE_SUPERSEDED ||
          application.approved_unix_ns() != 0);
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
