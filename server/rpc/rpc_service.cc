#include "server/rpc/rpc_service.h"

#include <utility>

#include "grpcpp/impl/codegen/server_callback_handlers.h"
#include "grpcpp/impl/rpc_service_method.h"

#include "ledger/base/check.h"

namespace voucher {

namespace {

using grpc::internal::RpcMethod;
using grpc::internal::RpcServiceMethod;

// Larger requests are handled on a worker: reading a thousand commands takes milliseconds, for
// which other calls would wait on gRPC's few threads.
constexpr size_t kLargeBytes = 16u << 10;

RpcMethod::RpcType TypeOf(bool client_streams, bool server_streams) {
  if (client_streams && server_streams) return RpcMethod::BIDI_STREAMING;
  return server_streams ? RpcMethod::SERVER_STREAMING : RpcMethod::NORMAL_RPC;
}

// Ends a stream at once: its caller was turned away.
class DeniedWrite final : public RpcService::WriteReactor {
 public:
  explicit DeniedWrite(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

class DeniedBidi final : public RpcService::BidiReactor {
 public:
  explicit DeniedBidi(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace

RpcService::RpcService(const CallContext& call_context, const std::string& full_name)
    : call_context_(call_context),
      descriptor_(
          google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(full_name)) {
  VOUCHER_CHECK(descriptor_ != nullptr) << full_name;
}

const Rpc& RpcService::Register(absl::string_view method, bool client_streams,
                                bool server_streams) {
  const auto* descriptor = descriptor_->FindMethodByName(std::string(method));
  VOUCHER_CHECK(descriptor != nullptr && descriptor->client_streaming() == client_streams &&
                descriptor->server_streaming() == server_streams)
      << full_name() << '/' << method;
  const Rpc* rpc = call_context_.rpcs->Find(full_name(), method);
  VOUCHER_CHECK(rpc != nullptr) << full_name() << '/' << method << " is not in the table";
  AddMethod(
      new RpcServiceMethod(rpc->path.c_str(), TypeOf(client_streams, server_streams), nullptr));
  ++registered_;
  return *rpc;
}

void RpcService::Unary(absl::string_view method, UnaryHandler handler) {
  const Rpc* rpc = &Register(method, false, false);
  MarkMethodRawCallback(
      registered_ - 1, new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                           [this, rpc, handler = std::move(handler)](
                               grpc::CallbackServerContext* context,
                               const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
                             UnaryCall call(&call_context_, rpc, context, request, response);
                             grpc::ServerUnaryReactor* const reactor = call.reactor();
                             const Admitted admitted =
                                 Admit(call_context_, *rpc, *context, request->Length());
                             if (admitted.who == nullptr) {
                               call.Fail(admitted.status);
                             } else {
                               call.set_who(admitted.who);
                               if (request->Length() <= kLargeBytes) {
                                 handler(call);
                               } else {
                                 call_context_.pool->Post([call, &handler] { handler(call); });
                               }
                             }
                             return reactor;
                           }));
}

void RpcService::Unary(absl::string_view method, ScopedHandler read) {
  const Rpc* rpc = call_context_.rpcs->Find(full_name(), method);
  VOUCHER_CHECK(rpc != nullptr && rpc->options->scopes_size() == 1 &&
                rpc->options->scopes(0) == read.scope)
      << full_name() << '/' << method << " is not narrowed by " << v1::ScopeKind_Name(read.scope);
  Unary(method, std::move(read.handler));
}

void RpcService::ServerStream(absl::string_view method, WriteHandler handler) {
  const Rpc* rpc = &Register(method, false, true);
  MarkMethodRawCallback(
      registered_ - 1,
      new grpc::internal::CallbackServerStreamingHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
          [this, rpc, handler = std::move(handler)](
              grpc::CallbackServerContext* context,
              const grpc::ByteBuffer* request) -> WriteReactor* {
            const Admitted admitted = Admit(call_context_, *rpc, *context, request->Length());
            if (admitted.who == nullptr) {
              call_context_.metrics->OnRpc(*rpc, admitted.status.error_code(), 0);
              return new DeniedWrite(admitted.status);
            }
            return handler(&call_context_, rpc, *admitted.who, *request);
          }));
}

void RpcService::BidiStream(absl::string_view method, BidiHandler handler) {
  const Rpc* rpc = &Register(method, true, true);
  MarkMethodRawCallback(registered_ - 1,
                        new grpc::internal::CallbackBidiHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                            [this, rpc, handler = std::move(handler)](
                                grpc::CallbackServerContext* context) -> BidiReactor* {
                              const Admitted admitted = Admit(call_context_, *rpc, *context, 0);
                              if (admitted.who == nullptr) {
                                call_context_.metrics->OnRpc(*rpc, admitted.status.error_code(), 0);
                                return new DeniedBidi(admitted.status);
                              }
                              return handler(&call_context_, rpc, *admitted.who);
                            }));
}

void RpcService::CheckComplete() const {
  VOUCHER_CHECK(registered_ == descriptor_->method_count())
      << full_name() << " has " << registered_ << " handlers";
}

}  // namespace voucher
