#ifndef SERVER_WATCH_BUDGET_H_
#define SERVER_WATCH_BUDGET_H_

#include "server/door.h"
#include "server/rpc_service.h"

namespace voucher {

// The reactor of one WatchBudget call: sends the budget, then sends it again whenever it changed,
// at most once an interval. Sleeps in ProgressWaits between. Ends with NOT_FOUND (no such program),
// INVALID_ARGUMENT, DEADLINE_EXCEEDED (min_sequence not reached within 10 s), UNAVAILABLE when the
// server drains, CANCELLED with the caller. Deletes itself.
RpcService::WriteReactor* NewWatchBudget(const Door* door, const grpc::ByteBuffer& request);

}  // namespace voucher

#endif  // SERVER_WATCH_BUDGET_H_
