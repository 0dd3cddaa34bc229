// A small client of the public API for tests and the demonstration: a principal, one connection,
// and retries with the same request_id that follow the server to its new address after a restart.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "grpcpp/grpcpp.h"

#include "ledger/base/mutex.h"
#include "voucher/dev/v1/clock_service.pb.h"
#include "voucher/v1/admin_service.pb.h"
#include "voucher/v1/application_service.pb.h"
#include "voucher/v1/audit_service.pb.h"
#include "voucher/v1/credit_service.pb.h"
#include "voucher/v1/program_service.pb.h"
#include "voucher/v1/reasons.pb.h"
#include "voucher/v1/registry_service.pb.h"

namespace voucher::testing {

// Where the server listens now. Thread-safe.
class Endpoint {
 public:
  struct Place {
    std::string address;      // host:port; empty before the first
    uint64_t generation = 0;  // rises with every Publish
  };

  void Publish(std::string address) VOUCHER_EXCLUDES(mutex_);
  Place Get() const VOUCHER_EXCLUDES(mutex_);
  // Waits at most `timeout` for a generation above `known`.
  Place WaitForNewer(uint64_t known, std::chrono::milliseconds timeout) const
      VOUCHER_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  mutable CondVar changed_;
  Place place_ VOUCHER_GUARDED_BY(mutex_);
};

// A business refusal as the status details tell it.
struct RefusedCall {
  // As in "BUDGET_EXHAUSTED".
  std::string reason;
  v1::Refusal refusal;
  // Absent for REQUEST_ID_REUSED.
  std::optional<v1::Receipt> receipt;
};

// The refusal in a status; nullopt for operating errors and malformed input.
std::optional<RefusedCall> ReadRefusal(const grpc::Status& status);

// The field violations of a status, as in "spend_fen: …" joined by "; "; empty if there are none.
std::string ReadFieldViolations(const grpc::Status& status);

// "UNAVAILABLE", "INVALID_ARGUMENT", …
absl::string_view CodeName(grpc::StatusCode code);

// "CODE: message [field violations]" for messages of tests.
std::string Describe(const grpc::Status& status);

// What a call came to.
template <class Response>
struct Reply {
  grpc::Status status;
  // Meaningful if status.ok().
  Response response;
  // Set if the ledger said no.
  std::optional<RefusedCall> refused;

  bool ok() const { return status.ok(); }
  // As in "BUDGET_EXHAUSTED"; empty if not refused.
  std::string reason() const { return refused.has_value() ? refused->reason : ""; }
  // Recorded: yes or no, the ledger answered with a receipt.
  bool recorded() const {
    return status.ok() || (refused.has_value() && refused->receipt.has_value());
  }
  // The receipt of a recorded mutation.
  const v1::Receipt& receipt() const {
    return status.ok() ? response.receipt() : refused->receipt.value();
  }
};

// A unary RPC, by its response; where it is, the descriptors say.
template <class Response>
struct UnaryRpc {};
template <class Response>
inline constexpr UnaryRpc<Response> kRpc;

// The path of the RPC that takes this request, as in "/voucher.v1.CreditService/Redeem". Aborts if
// it does not answer with this response.
std::string RpcPath(const google::protobuf::Descriptor* request,
                    const google::protobuf::Descriptor* response);

// One client: one principal and one TCP connection of its own. Not thread-safe; use one per thread.
//
//   ApiClient client(&endpoint, "platform");
//   auto reply = client.Call(kRpc<v1::RedeemResponse>, request);
class ApiClient {
 public:
  struct Options {
    // How long one attempt may take.
    std::chrono::milliseconds attempt_timeout{15'000};
    // Attempts go on this long after UNAVAILABLE and DEADLINE_EXCEEDED; 0 makes one attempt.
    std::chrono::milliseconds patience{60'000};
  };

  ApiClient(const Endpoint* endpoint, std::string principal)
      : ApiClient(endpoint, std::move(principal), Options()) {}
  ApiClient(const Endpoint* endpoint, std::string principal, Options options)
      : endpoint_(endpoint), principal_(std::move(principal)), options_(options) {}

  const std::string& principal() const { return principal_; }
  // Speaks for another principal from now on, over the same connection.
  ApiClient& As(absl::string_view principal) {
    principal_.assign(principal.data(), principal.size());
    return *this;
  }

  // A unary call, retried while the outcome is unknown. The request carries its own request_ids, so
  // a retry cannot act twice.
  template <class Request, class Response>
  Reply<Response> Call(UnaryRpc<Response>, const Request& request) {
    static const std::string* const kPath =
        new std::string(RpcPath(Request::descriptor(), Response::descriptor()));
    const auto give_up = std::chrono::steady_clock::now() + options_.patience;
    while (true) {
      Connect();
      Reply<Response> reply;
      reply.status = CallOnce(*kPath, request, &reply.response);
      if (reply.status.ok()) return reply;
      reply.refused = ReadRefusal(reply.status);
      if (!MayTryAgain(reply.status, give_up)) return reply;
    }
  }

  // Connects to the endpoint's newest address if this client is not connected to it yet.
  void Connect();

  // Closes the connection, until the next call.
  void Disconnect();

  // Metadata and deadline of an attempt.
  void Prepare(grpc::ClientContext* context) const;

  // Connect() first.
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // True if the outcome is unknown and there is patience left; waits a little, or until the server
  // is back under a new address.
  bool MayTryAgain(const grpc::Status& status, std::chrono::steady_clock::time_point give_up);

 private:
  grpc::Status CallOnce(const std::string& path, const google::protobuf::MessageLite& request,
                        google::protobuf::MessageLite* response);

  const Endpoint* endpoint_;
  std::string principal_;
  Options options_;
  uint64_t generation_ = 0;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace voucher::testing
