#include "ledger/machine/application_states.h"

#include "ledger/base/proto_enum.h"

namespace voucher {

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

uint64_t GatedBy(const Context& context, uint64_t application_id,
                 const rows::ApplicationRow& application) {
  const CompiledRules* rules =
      context.view.Find<tables::Revisions>({application.program(), application.revision()});
  const bool gated = rules->rules().acceptance().gates_settlement() &&
                     application.state() != v1::APPLICATION_STATE_ACCEPTED &&
                     application.state() != v1::APPLICATION_STATE_SETTLED &&
                     application.state() != v1::APPLICATION_STATE_SUPERSEDED;
  return gated ? application_id : 0;
}

}  // namespace voucher
