// What the watches share: a call that looks at the ledger, sends what it saw, and sleeps until
// there is more to see.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/status.h"

#include "ledger/ledger.h"
#include "ledger/validation/reads.h"
#include "server/rpc/call_context.h"
#include "server/rpc/grpc_status.h"
#include "server/rpc/rpc_service.h"
#include "server/rpc/unary_call.h"

namespace voucher {

// Least time between two looks of a feed that has sent all there is: a message gathers what is
// recorded meanwhile.
inline constexpr std::chrono::milliseconds kGatherFor{20};

// What one look at the ledger gave.
struct WatchLook {
  // What to send; nothing if there is no news.
  std::optional<grpc::ByteBuffer> message;
  // Look again as soon as the ledger has this sequence, but not before `not_before`.
  uint64_t sequence = 0;
  ProgressWaits::TimePoint not_before;
};

// What a watch looks at; holds how far it has come. Used by one thread at a time.
class Watched {
 public:
  virtual ~Watched() = default;

  // Looks at the newest state. A message that it returns is sent before the next look. An error
  // ends the call.
  virtual absl::StatusOr<WatchLook> LookAt(const ReadSnapshot& snapshot) = 0;
};

// How a watch begins, or why it does not.
struct WatchBeginning {
  // Not OK ends the call with it; the rest is then unset.
  grpc::Status status;
  std::unique_ptr<Watched> watched;
  // The first look waits for this sequence, not longer than until `deadline`.
  uint64_t sequence = 0;
  ProgressWaits::TimePoint deadline = ProgressWaits::TimePoint::max();
};

// Reads the request of a watch. INVALID_ARGUMENT, naming every bad field, unless it is well-formed
// (ValidateRead).
template <class Request>
grpc::Status ParseWatch(const grpc::ByteBuffer& bytes, Request* request) {
  const absl::Status parsed = ParseMessage(bytes, request);
  if (!parsed.ok()) return OperatingStatus(parsed);
  const std::vector<FieldProblem> problems = ValidateRead(*request);
  return problems.empty() ? grpc::Status::OK : BadRequestStatus(problems);
}

// A handler for RpcService::ServerStream. One message of a call is on its way at a time, and the
// next look comes after it has left: a slow reader costs one message of memory and misses nothing.
// Between looks a call sleeps in ProgressWaits. It ends with what a look says, DEADLINE_EXCEEDED if
// the first look waited too long, UNAVAILABLE when the server drains, CANCELLED with the caller.
RpcService::WriteHandler Watch(WatchBeginning (*begin)(const CallContext& call_context,
                                                       const v1::Authority& who,
                                                       const grpc::ByteBuffer& request));

}  // namespace voucher
