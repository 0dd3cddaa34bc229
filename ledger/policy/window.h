// The application window.
#pragma once

#include <optional>

#include "ledger/base/clock.h"
#include "ledger/validation/compiled_rules.h"
#include "voucher/v1/reasons.pb.h"

namespace voucher {

// WINDOW_NOT_OPEN before the first instant of the window, WINDOW_CLOSED from the cutoff on, judged
// by when the complete request was there; nullopt within the window.
std::optional<v1::Refusal> RefuseIfOutsideWindow(const CompiledRules& rules, UnixNanos received_at);

}  // namespace voucher
