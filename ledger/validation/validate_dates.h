// What of a command's form depends on the clock.
#pragma once

#include <vector>

#include "ledger/base/clock.h"
#include "ledger/base/field_problem.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// The dates and instants of a command that lie on the wrong side of `received_at`: an invoice from
// tomorrow, money that is to open yesterday. Days are those of Asia/Shanghai. What ValidateCommand
// names is passed over here. A command that was answered before is never asked again, since its
// answer stands however much time has passed. Thread-safe.
std::vector<FieldProblem> ValidateDates(const v1::Command& command, UnixNanos received_at);

}  // namespace voucher
