#pragma once

#include <vector>

#include "ledger/base/clock.h"
#include "ledger/base/field_problem.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// Everything that is malformed in a command at any time, in field order: unknown fields at any
// depth, missing or oversized values, invalid UTF-8, amounts out of range, dates that do not exist.
// Empty means well-formed: the command may be submitted. Whether its dates lie on the right side of
// the clock is asked only of a command that was not answered before (ValidateDates). Reads no
// ledger state; thread-safe. TimerDue is always a problem: only the sequencer makes it.
std::vector<FieldProblem> ValidateCommand(const v1::Command& command);

// Those, and then those of ValidateDates at `now`: everything that the ledger would find malformed
// in a command that it never saw, as for who looks at a file before sending it.
std::vector<FieldProblem> ValidateCommand(const v1::Command& command, UnixNanos now);

}  // namespace voucher
