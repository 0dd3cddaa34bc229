#pragma once

#include "server/rpc/call_context.h"
#include "server/rpc/rpc_service.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// Request messages of one StreamRedeem call that may be undecided or unanswered at a time; further
// ones wait in the transport, whose flow control stops the caller.
inline constexpr size_t kStreamMessagesInFlight = 8;

// The reactor of one StreamRedeem call: submits each request message as one unit when it arrives
// and answers in order. It ends with OK after the caller's last message is answered;
// INVALID_ARGUMENT at a malformed message and RESOURCE_EXHAUSTED at one that is too large, once
// those before it are answered; UNAVAILABLE if a message could not be recorded, or when the server
// drains and what was read is answered; CANCELLED with the caller. Deletes itself.
RpcService::BidiReactor* NewStreamRedeem(const CallContext* call_context, const Rpc* rpc,
                                         const v1::Authority& who);

}  // namespace voucher
