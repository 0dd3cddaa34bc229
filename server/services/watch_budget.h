#pragma once

#include "server/rpc/watch.h"

namespace voucher {

// Sends the budget of a program, then sends it again whenever it changed, at most once an interval.
// Ends with NOT_FOUND (no such program) and INVALID_ARGUMENT; waits for min_sequence as reads do.
WatchBeginning BeginWatchBudget(const CallContext& call_context, const v1::Authority& who,
                                const grpc::ByteBuffer& request);

}  // namespace voucher
