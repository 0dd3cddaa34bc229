#pragma once

namespace voucher {

// gRPC locks with absl::Mutex. Debian builds that library with its debugging on: each time a thread
// takes a lock it is looked up in a graph of all locks that any thread ever held, to find cycles.
// Call it first in main, before any other thread is there.
void LeaveGrpcLocksUnchecked();

}  // namespace voucher
