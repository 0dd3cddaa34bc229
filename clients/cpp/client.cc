#include "clients/cpp/client.h"

#include <algorithm>
#include <future>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/time/clock.h"
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>  // how gRPC serialises Message

#include "clients/cpp/attempt.h"

namespace voucher::client {
namespace {

using google::protobuf::Message;

constexpr int kMaxReplyBytes = 64 << 20;

bool IsPrintable(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isprint(static_cast<unsigned char>(c)); });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Client::Connect(absl::string_view target, Options options) {
  if (target.empty()) return absl::InvalidArgumentError("no server to connect to");
  if (!IsPrintable(options.principal)) {
    return absl::InvalidArgumentError("the principal must be printable ASCII");
  }
  // gRPC takes the first of two arguments of the same name: only add what the caller left open.
  grpc::ChannelArguments arguments = options.channel;
  const grpc_channel_args given = options.channel.c_channel_args();
  const auto set_unless_given = [&](const char* name, int value) {
    const bool is_given =
        std::any_of(given.args, given.args + given.num_args,
                    [&](const grpc_arg& arg) { return absl::string_view(arg.key) == name; });
    if (!is_given) arguments.SetInt(name, value);
  };
  set_unless_given(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // The minimum stays gRPC's own: it also bounds how long connecting may take, and a short one
  // spends a busy machine's retries on connections that were about to succeed.
  set_unless_given(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  set_unless_given(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  set_unless_given(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, kMaxReplyBytes);

  std::shared_ptr<grpc::ChannelCredentials> credentials = options.credentials;
  if (credentials == nullptr) credentials = grpc::InsecureChannelCredentials();
  std::shared_ptr<grpc::Channel> channel =
      grpc::CreateCustomChannel(std::string(target), credentials, arguments);
  return std::unique_ptr<Client>(new Client(std::move(options), std::move(channel)));
}

Client::Client(Options options, std::shared_ptr<grpc::Channel> channel)
    : options_(std::move(options)), channel_(std::move(channel)) {}

absl::Status Client::Call(absl::string_view path, const Message& request, Message* response,
                          const CallOptions& call) const {
  const RetryPolicy& policy = call.retry ? *call.retry : options_.retry;
  const absl::Time deadline = absl::Now() + call.deadline.value_or(options_.deadline);
  grpc::TemplatedGenericStub<Message, Message> stub(channel_);
  return RunWithRetries(
      path, policy, deadline, policy.attempt_timeout, [&](absl::Time attempt_deadline, bool*) {
        response->Clear();
        grpc::ClientContext context;
        Prepare(options_, attempt_deadline, &context);
        std::promise<grpc::Status> done;
        stub.UnaryCall(&context, std::string(path), grpc::StubOptions(), &request, response,
                       [&done](grpc::Status status) { done.set_value(std::move(status)); });
        return FromGrpc(done.get_future().get());
      });
}

}  // namespace voucher::client
