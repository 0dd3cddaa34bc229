// One unary call from the bytes of its request to the bytes of its reply.
#pragma once

#include <chrono>
#include <functional>

#include "google/protobuf/message.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"

#include "server/access/rpc_table.h"
#include "server/rpc/call_context.h"

namespace voucher {

// Reads a message from bytes. Fails, with a sentence for the caller, on truncated bytes, wrong wire
// types and text that is not UTF-8.
absl::Status ParseMessage(const grpc::ByteBuffer& bytes, google::protobuf::Message* message);

// The bytes of a message.
grpc::ByteBuffer SerializeMessage(const google::protobuf::Message& message);

// Finds who calls, from the metadata, whether he may, and whether the request is not too large.
// UNAUTHENTICATED or PERMISSION_DENIED otherwise, which is logged and leaves no other trace, or
// RESOURCE_EXHAUSTED.
struct Admitted {
  grpc::Status status;
  const v1::Authority* who = nullptr;
};
Admitted Admit(const CallContext& call_context, const Rpc& rpc,
               const grpc::CallbackServerContext& context, size_t request_bytes);

// A call in progress; a value to pass along. Exactly one of Reply and Fail ends it, on any thread;
// after that nothing that it points to may be touched. A cancelled call is ended in the same way.
class UnaryCall {
 public:
  UnaryCall(const CallContext* call_context, const Rpc* rpc, grpc::CallbackServerContext* context,
            const grpc::ByteBuffer* request, grpc::ByteBuffer* response)
      : call_context_(call_context),
        rpc_(rpc),
        context_(context),
        reactor_(context->DefaultReactor()),
        request_(request),
        response_(response),
        begun_(std::chrono::steady_clock::now()) {}

  const CallContext& call_context() const { return *call_context_; }
  const v1::Authority& who() const { return *who_; }
  void set_who(const v1::Authority* who) { who_ = who; }
  grpc::ServerUnaryReactor* reactor() const { return reactor_; }

  // When the caller stops waiting, but not later than `most` from now.
  std::chrono::steady_clock::time_point DeadlineWithin(std::chrono::nanoseconds most) const;

  // Reads the request. On failure ends the call with INVALID_ARGUMENT and returns false.
  bool Parse(google::protobuf::Message* message) const;

  void Reply(const google::protobuf::Message& message) const;
  void Fail(const grpc::Status& status) const;

 private:
  void End(const grpc::Status& status) const;

  const CallContext* call_context_;
  const Rpc* rpc_;
  grpc::CallbackServerContext* context_;
  grpc::ServerUnaryReactor* reactor_;
  const grpc::ByteBuffer* request_;
  grpc::ByteBuffer* response_;
  const v1::Authority* who_ = nullptr;
  std::chrono::steady_clock::time_point begun_;
};

using UnaryHandler = std::function<void(const UnaryCall&)>;

// A handler that shows a caller only what lies in this scope of it.
struct ScopedHandler {
  v1::ScopeKind scope;
  UnaryHandler handler;
};

}  // namespace voucher
