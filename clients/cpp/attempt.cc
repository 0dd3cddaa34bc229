#include "clients/cpp/attempt.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "clients/cpp/rpc_options.h"

namespace voucher::client {
namespace {

absl::Status AfterAttempts(const absl::Status& status, int attempts) {
  if (attempts == 1) return status;
  absl::Status described(status.code(),
                         absl::StrCat(status.message(), " (", attempts, " attempts)"));
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    described.SetPayload(type_url, payload);
  });
  return described;
}

}  // namespace

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return WithDetails(
      absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message()),
      status.error_details());
}

void Prepare(const Options& options, absl::Time deadline, grpc::ClientContext* context) {
  if (!options.principal.empty()) {
    context->AddMetadata(std::string(kPrincipalHeader), options.principal);
  }
  if (deadline != absl::InfiniteFuture()) context->set_deadline(absl::ToChronoTime(deadline));
}

absl::Status RunWithRetries(
    absl::string_view path, const RetryPolicy& policy, absl::Time deadline,
    absl::Duration attempt_timeout,
    absl::FunctionRef<absl::Status(absl::Time attempt_deadline, bool* progress)> attempt) {
  for (int attempts = 1;; ++attempts) {
    bool progress = false;
    const absl::Status status =
        attempt(std::min(deadline, absl::Now() + attempt_timeout), &progress);
    if (status.ok()) return status;
    if (progress) attempts = 1;
    const absl::Duration backoff = BackoffAfter(attempts, status, policy, RandomJitter());
    if (!IsRetryable(status) || attempts >= policy.max_attempts ||
        absl::Now() + backoff >= deadline || !IsRetrySafe(path)) {
      return AfterAttempts(status, attempts);
    }
    absl::SleepFor(backoff);
  }
}

}  // namespace voucher::client
