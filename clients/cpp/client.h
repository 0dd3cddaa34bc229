// A connection to a voucher ledger.
//
//   client::Options options;
//   options.principal = "huaweicloud";
//   absl::StatusOr<std::unique_ptr<Client>> client = Client::Connect("127.0.0.1:7070", options);
//   if (!client.ok()) return client.status();
//
//   v1::RedeemRequest request;
//   request.set_request_id(client::MakeRequestId());
//   request.set_program_id("hubei-2025");
//   ...
//   absl::StatusOr<v1::RedeemResponse> reply = (*client)->Redeem(request);
//   if (reply.ok()) Book(reply->receipt().sequence(), reply->event().amount_fen());
//   else if (auto refused = client::RefusedOf(reply.status())) Show(refused->refusal.message());
//   else RetryLaterWithTheSameRequestId(reply.status());
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include "clients/cpp/refused.h"
#include "clients/cpp/retry.h"
#include "voucher/v1/admin_service.pb.h"
#include "voucher/v1/application_service.pb.h"
#include "voucher/v1/audit_service.pb.h"
#include "voucher/v1/credit_service.pb.h"
#include "voucher/v1/program_service.pb.h"
#include "voucher/v1/registry_service.pb.h"
#include "voucher/v1/rpcs.pb.h"
#include "voucher/v1/settlement_service.pb.h"

namespace voucher::client {

// The metadata header that names the principal to a server in development mode.
inline constexpr absl::string_view kPrincipalHeader = "x-voucher-principal";

// How to connect and call.
struct Options {
  // Sent as kPrincipalHeader; empty sends none. Only servers in development mode read it.
  std::string principal;
  // Longest time for a call with all its attempts.
  absl::Duration deadline = absl::Seconds(60);
  RetryPolicy retry;
  // Null means plaintext.
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  // Taken over the client's own settings (a connection of its own, quick reconnects, replies up to
  // 64 MiB).
  grpc::ChannelArguments channel;
};

// What one call wants different from its client's options.
struct CallOptions {
  std::optional<absl::Duration> deadline;
  std::optional<RetryPolicy> retry;
};

// One connection, with every RPC of the public API as a method. Thread-safe; calls of several
// threads share the connection. Calls block until answered.
//
// Errors of a call, told apart by RefusedOf and BadFieldsOf:
//   a refusal: the ledger's recorded answer, with reason, sentences and receipt;
//   INVALID_ARGUMENT with fields: malformed, nothing recorded;
//   UNAVAILABLE, DEADLINE_EXCEEDED: after all retries; a mutation may or may not be recorded, the
//     same request with the same request_id finds out;
//   PERMISSION_DENIED, UNAUTHENTICATED, NOT_FOUND of reads and whatever else gRPC may say.
class Client {
 public:
  // Prepares a connection to `target` ("host:port", or any gRPC name); the first call dials.
  // INVALID_ARGUMENT if the target is empty or the principal is not printable ASCII.
  static absl::StatusOr<std::unique_ptr<Client>> Connect(absl::string_view target,
                                                         Options options = {});

#define VOUCHER_CLIENT_METHOD(service, method)                                                 \
  absl::StatusOr<v1::method##Response> method(const v1::method##Request& request,              \
                                              const CallOptions& call = {}) const {            \
    v1::method##Response response;                                                             \
    absl::Status status = Call("/voucher.v1." #service "/" #method, request, &response, call); \
    if (!status.ok()) return status;                                                           \
    return response;                                                                           \
  }
  VOUCHER_UNARY_RPCS(VOUCHER_CLIENT_METHOD)
#undef VOUCHER_CLIENT_METHOD

  // Any unary RPC by its path, as in "/voucher.v1.ProgramService/GetBudget", with messages of its
  // types; tried once only unless its options say that it is safe to send again (rpc_options.h).
  // The methods above are this one.
  absl::Status Call(absl::string_view path, const google::protobuf::Message& request,
                    google::protobuf::Message* response, const CallOptions& call = {}) const;

  // Gives the next message to send; false when there is none. Called on the caller's thread.
  using NextRedemptions = std::function<bool(v1::StreamRedeemRequest* request)>;
  // Takes the answer to a message, in the order sent, each once. Called on another thread, one call
  // at a time.
  using RedemptionsAnswered = std::function<void(const v1::StreamRedeemRequest& request,
                                                 const v1::StreamRedeemResponse& response)>;

  // Redeems over one long call, with up to `window` (at least 1) messages sent and not answered.
  // If the call breaks, it is opened again and what was not answered is sent again with the same
  // request_ids; attempts are counted from the last answer on. Returns when all is answered, or
  // with the error that ended it. There is no deadline unless `call` gives one.
  absl::Status StreamRedeem(const NextRedemptions& next, const RedemptionsAnswered& answered,
                            size_t window = 8, const CallOptions& call = {}) const;

  // Calls `on_budget` with the budget now and after changes, until it returns false (then OK), or
  // with the error that ended the watch; reopened like StreamRedeem. OK too if the server ends it.
  // There is no deadline unless `call` gives one.
  absl::Status WatchBudget(const v1::WatchBudgetRequest& request,
                           const std::function<bool(const v1::WatchBudgetResponse&)>& on_budget,
                           const CallOptions& call = {}) const;

  // Calls `on_entries` with every entry from request.from_sequence on, in ledger order, those
  // recorded later too, until it returns false (then OK), or with the error that ended the watch.
  // If the call breaks it is opened again where the last message ended, so each entry comes once.
  // There is no deadline unless `call` gives one.
  absl::Status WatchEntries(const v1::WatchEntriesRequest& request,
                            const std::function<bool(const v1::WatchEntriesResponse&)>& on_entries,
                            const CallOptions& call = {}) const;

  // The same with the changes of a provider's transfers.
  absl::Status WatchTransfers(
      const v1::WatchTransfersRequest& request,
      const std::function<bool(const v1::WatchTransfersResponse&)>& on_changes,
      const CallOptions& call = {}) const;

  // The connection, for stubs of services this client does not know.
  const std::shared_ptr<grpc::Channel>& channel() const {
    return channel_;
  }

 private:
  Client(Options options, std::shared_ptr<grpc::Channel> channel);

  Options options_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace voucher::client
