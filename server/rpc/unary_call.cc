#include "server/rpc/unary_call.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "grpcpp/support/proto_buffer_reader.h"
#include "grpcpp/support/proto_buffer_writer.h"

#include "server/rpc/grpc_status.h"

namespace voucher {

absl::Status ParseMessage(const grpc::ByteBuffer& bytes, google::protobuf::Message* message) {
  grpc::ByteBuffer shared(bytes);  // the reader wants one that it may change; the slices are shared
  grpc::ProtoBufferReader reader(&shared);
  if (reader.status().ok() && message->ParseFromZeroCopyStream(&reader)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the bytes are no ", message->GetTypeName(),
                   ": truncated, of another type, or with text that is not UTF-8"));
}

grpc::ByteBuffer SerializeMessage(const google::protobuf::Message& message) {
  grpc::ByteBuffer bytes;
  const size_t size = message.ByteSizeLong();
  grpc::ProtoBufferWriter writer(&bytes, grpc::kProtoBufferWriterMaxBufferLength,
                                 static_cast<int>(size));
  message.SerializeToZeroCopyStream(&writer);
  return bytes;
}

Admitted Admit(const CallContext& call_context, const Rpc& rpc,
               const grpc::CallbackServerContext& context, size_t request_bytes) {
  const auto& metadata = context.client_metadata();
  const auto header = metadata.find(kPrincipalHeader);
  const std::string name = header == metadata.end()
                               ? std::string()
                               : std::string(header->second.data(), header->second.size());
  const v1::Authority* who = call_context.principals->Find(name);
  if (who == nullptr) {
    call_context.log->Denied(rpc.path, name, context.peer(), "UNKNOWN_PRINCIPAL");
    return {DeniedStatus(grpc::StatusCode::UNAUTHENTICATED, "UNKNOWN_PRINCIPAL",
                         absl::StrCat("name a configured principal in the metadata header ",
                                      kPrincipalHeader)),
            nullptr};
  }
  if (!MayCall(*who, rpc)) {
    call_context.log->Denied(rpc.path, name, context.peer(), "ROLE_DENIED");
    return {DeniedStatus(grpc::StatusCode::PERMISSION_DENIED, "ROLE_DENIED",
                         absl::StrCat("no role of ", name, " may call ", rpc.path)),
            nullptr};
  }
  if (const absl::Status fits = CheckRequestBytes(rpc, request_bytes); !fits.ok()) {
    return {OperatingStatus(fits), nullptr};
  }
  return {grpc::Status::OK, who};
}

std::chrono::steady_clock::time_point UnaryCall::DeadlineWithin(
    std::chrono::nanoseconds most) const {
  const auto left = context_->deadline() - std::chrono::system_clock::now();
  return std::chrono::steady_clock::now() +
         std::clamp<std::chrono::nanoseconds>(left, std::chrono::nanoseconds(0), most);
}

bool UnaryCall::Parse(google::protobuf::Message* message) const {
  const absl::Status status = ParseMessage(*request_, message);
  if (!status.ok()) Fail(OperatingStatus(status));
  return status.ok();
}

void UnaryCall::Reply(const google::protobuf::Message& message) const {
  *response_ = SerializeMessage(message);
  End(grpc::Status::OK);
}

void UnaryCall::Fail(const grpc::Status& status) const {
  End(status);
}

void UnaryCall::End(const grpc::Status& status) const {
  const auto duration = std::chrono::steady_clock::now() - begun_;
  call_context_->metrics->OnRpc(*rpc_, status.error_code(),
                                std::chrono::nanoseconds(duration).count());
  reactor_->Finish(status);
}

}  // namespace voucher
