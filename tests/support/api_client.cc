#include "tests/support/api_client.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/rpc_method.h>

#include "ledger/base/check.h"
#include "server/access/principals.h"

namespace voucher::testing {
namespace {

// While a server is down its clients ask again this often.
constexpr std::chrono::milliseconds kRetryPause{20};

template <class Message>
std::optional<Message> FindDetail(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return std::nullopt;
  for (const google::protobuf::Any& detail : details.details()) {
    Message message;
    if (detail.UnpackTo(&message)) return message;
  }
  return std::nullopt;
}

}  // namespace

void Endpoint::Publish(std::string address) {
  MutexLock lock(mutex_);
  place_.address = std::move(address);
  ++place_.generation;
  changed_.NotifyAll();
}

Endpoint::Place Endpoint::Get() const {
  MutexLock lock(mutex_);
  return place_;
}

Endpoint::Place Endpoint::WaitForNewer(uint64_t known, std::chrono::milliseconds timeout) const {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  MutexLock lock(mutex_);
  while (place_.generation <= known && changed_.WaitUntil(mutex_, deadline)) {
  }
  return place_;
}

std::optional<RefusedCall> ReadRefusal(const grpc::Status& status) {
  const auto info = FindDetail<google::rpc::ErrorInfo>(status);
  const auto refusal = FindDetail<v1::Refusal>(status);
  if (!info.has_value() || !refusal.has_value()) return std::nullopt;
  return RefusedCall{info->reason(), *refusal, FindDetail<v1::Receipt>(status)};
}

std::string ReadFieldViolations(const grpc::Status& status) {
  const auto bad = FindDetail<google::rpc::BadRequest>(status);
  if (!bad.has_value()) return "";
  std::vector<std::string> lines;
  for (const auto& violation : bad->field_violations()) {
    lines.push_back(absl::StrCat(violation.field(), ": ", violation.description()));
  }
  return absl::StrJoin(lines, "; ");
}

absl::string_view CodeName(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::OK:
      return "OK";
    case grpc::StatusCode::CANCELLED:
      return "CANCELLED";
    case grpc::StatusCode::INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return "DEADLINE_EXCEEDED";
    case grpc::StatusCode::NOT_FOUND:
      return "NOT_FOUND";
    case grpc::StatusCode::ALREADY_EXISTS:
      return "ALREADY_EXISTS";
    case grpc::StatusCode::PERMISSION_DENIED:
      return "PERMISSION_DENIED";
    case grpc::StatusCode::UNAUTHENTICATED:
      return "UNAUTHENTICATED";
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case grpc::StatusCode::FAILED_PRECONDITION:
      return "FAILED_PRECONDITION";
    case grpc::StatusCode::UNIMPLEMENTED:
      return "UNIMPLEMENTED";
    case grpc::StatusCode::INTERNAL:
      return "INTERNAL";
    case grpc::StatusCode::UNAVAILABLE:
      return "UNAVAILABLE";
    default:
      return "UNKNOWN";
  }
}

std::string Describe(const grpc::Status& status) {
  const std::string violations = ReadFieldViolations(status);
  return absl::StrCat(CodeName(status.error_code()), ": ", status.error_message(),
                      violations.empty() ? "" : absl::StrCat(" [", violations, "]"));
}

std::string RpcPath(const google::protobuf::Descriptor* request,
                    const google::protobuf::Descriptor* response) {
  const google::protobuf::FileDescriptor* const file = request->file();
  for (int i = 0; i < file->service_count(); ++i) {
    for (int j = 0; j < file->service(i)->method_count(); ++j) {
      const google::protobuf::MethodDescriptor* const method = file->service(i)->method(j);
      if (method->input_type() == request && method->output_type() == response) {
        return absl::StrCat("/", file->service(i)->full_name(), "/", method->name());
      }
    }
  }
  VOUCHER_CHECK(false) << "no RPC takes " << request->full_name() << " and answers with "
                       << response->full_name();
  return "";
}

void ApiClient::Connect() {
  Endpoint::Place place = endpoint_->Get();
  if (place.generation == generation_) return;
  generation_ = place.generation;
  grpc::ChannelArguments arguments;
  // Without it all channels of a process to one address share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(64 << 20);
  channel_ =
      grpc::CreateCustomChannel(place.address, grpc::InsecureChannelCredentials(), arguments);
}

void ApiClient::Disconnect() {
  channel_.reset();
  generation_ = 0;
}

grpc::Status ApiClient::CallOnce(const std::string& path,
                                 const google::protobuf::MessageLite& request,
                                 google::protobuf::MessageLite* response) {
  grpc::ClientContext context;
  Prepare(&context);
  const grpc::internal::RpcMethod method(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC);
  return grpc::internal::BlockingUnaryCall(channel_.get(), method, &context, request, response);
}

void ApiClient::Prepare(grpc::ClientContext* context) const {
  context->AddMetadata(kPrincipalHeader, principal_);
  context->set_deadline(std::chrono::system_clock::now() + options_.attempt_timeout);
}

bool ApiClient::MayTryAgain(const grpc::Status& status,
                            std::chrono::steady_clock::time_point give_up) {
  const grpc::StatusCode code = status.error_code();
  if (code != grpc::StatusCode::UNAVAILABLE && code != grpc::StatusCode::DEADLINE_EXCEEDED) {
    return false;
  }
  if (std::chrono::steady_clock::now() >= give_up) return false;
  endpoint_->WaitForNewer(generation_, kRetryPause);
  return true;
}

}  // namespace voucher::testing
