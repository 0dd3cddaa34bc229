#pragma once

#include <vector>

#include "ledger/base/clock.h"
#include "ledger/base/field_problem.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// Everything that is malformed in a command, in field order: unknown fields at any depth, missing
// or oversized values, invalid UTF-8, amounts out of range, dates that do not exist or lie after
// `now`. Empty means well-formed: the command may be decided and recorded. Reads no ledger state;
// thread-safe. TimerDue is always a problem: only the sequencer makes it.
std::vector<FieldProblem> ValidateCommand(const v1::Command& command, UnixNanos now);

}  // namespace voucher
