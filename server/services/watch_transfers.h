#pragma once

#include "server/rpc/watch.h"

namespace voucher {

// Sends every change of a provider's transfers from the request's from_sequence on, in ledger
// order, each once; an entry's changes come in one message. Ends with PERMISSION_DENIED if a
// PROVIDER asks for another's, NOT_FOUND and INVALID_ARGUMENT as query::WatchTransfers.
WatchBeginning BeginWatchTransfers(const CallContext& call_context, const v1::Authority& who,
                                   const grpc::ByteBuffer& request);

}  // namespace voucher
