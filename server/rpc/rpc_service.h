// A gRPC service as a list of handlers by RPC name.
#pragma once

#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/impl/service_type.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"

#include "server/access/rpc_table.h"
#include "server/rpc/call_context.h"
#include "server/rpc/unary_call.h"

namespace voucher {

// Registers RPCs with gRPC's callback API as generated services do, but takes the bytes of requests
// unparsed. With parsed requests gRPC 1.51 answers bytes that do not parse with an empty
// UNIMPLEMENTED, and on a stream takes them for the end of the caller's messages; we owe the caller
// INVALID_ARGUMENT and a sentence (tests/server/malformed_test.cc).
//
// A subclass adds a handler for each RPC in its constructor and ends with CheckComplete().
class RpcService : public grpc::Service {
 public:
  using WriteReactor = grpc::ServerWriteReactor<grpc::ByteBuffer>;
  using BidiReactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;
  // Makes the reactor of one call, which deletes itself when done.
  using WriteHandler =
      std::function<WriteReactor*(const CallContext* call_context, const Rpc* rpc,
                                  const v1::Authority& who, const grpc::ByteBuffer& request)>;
  using BidiHandler = std::function<BidiReactor*(const CallContext* call_context, const Rpc* rpc,
                                                 const v1::Authority& who)>;

  // "voucher.v1.CreditService".
  const std::string& full_name() const { return descriptor_->full_name(); }

 protected:
  // Aborts if no such service is compiled in.
  RpcService(const CallContext& call_context, const std::string& full_name);

  // Each aborts if the service has no such RPC of that kind, or the table of RPCs does not know
  // it. The handler runs only for what the table admits, that of a large unary request on a worker.
  void Unary(absl::string_view method, UnaryHandler handler);
  // Aborts also if the options of the RPC name another scope than the handler's.
  void Unary(absl::string_view method, ScopedHandler read);
  void ServerStream(absl::string_view method, WriteHandler handler);
  void BidiStream(absl::string_view method, BidiHandler handler);

  // Aborts unless every RPC of the service has its handler.
  void CheckComplete() const;

  const CallContext& call_context() const { return call_context_; }

 private:
  const Rpc& Register(absl::string_view method, bool client_streams, bool server_streams);

  const CallContext call_context_;
  const google::protobuf::ServiceDescriptor* const descriptor_;
  int registered_ = 0;
};

}  // namespace voucher
