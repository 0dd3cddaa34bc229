#pragma once

#include "server/rpc/watch.h"

namespace voucher {

// Sends every entry from the request's from_sequence on, in ledger order, each once; a message is a
// page of recorded_entries.h. A from_sequence that the ledger has not reached is waited for.
WatchBeginning BeginWatchEntries(const CallContext& call_context, const v1::Authority& who,
                                 const grpc::ByteBuffer& request);

}  // namespace voucher
