#include "ledger/policy/window.h"

#include "ledger/policy/refusal.h"

namespace voucher {

std::optional<v1::Refusal> RefuseIfOutsideWindow(const CompiledRules& rules,
                                                 UnixNanos received_at) {
  const absl::string_view clause = rules.rules().window().clause();
  if (received_at < rules.opens_at()) {
    return MakeRefusal(v1::REASON_WINDOW_NOT_OPEN, clause, {},
                       {{"received_unix_ns", received_at}, {"opens_unix_ns", rules.opens_at()}});
  }
  if (received_at >= rules.cutoff_at()) {
    return MakeRefusal(v1::REASON_WINDOW_CLOSED, clause, {},
                       {{"received_unix_ns", received_at}, {"cutoff_unix_ns", rules.cutoff_at()}});
  }
  return std::nullopt;
}

}  // namespace voucher
