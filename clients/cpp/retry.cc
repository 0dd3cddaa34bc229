#include "clients/cpp/retry.h"

#include <algorithm>
#include <cstdint>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"

#include "clients/cpp/refused.h"

namespace voucher::client {

bool IsRetryable(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

absl::Duration BackoffAfter(int attempt, const absl::Status& status, const RetryPolicy& policy,
                            double jitter) {
  absl::Duration backoff = std::min(policy.initial_backoff, policy.max_backoff);
  for (int i = 1; i < attempt && backoff < policy.max_backoff; ++i) {
    backoff = std::min(2 * backoff, policy.max_backoff);
  }
  backoff = backoff / 2 + jitter * (backoff / 2);
  return std::max(backoff, RetryDelayOf(status).value_or(absl::ZeroDuration()));
}

double RandomJitter() {
  absl::BitGen random;
  return absl::Uniform(random, 0.0, 1.0);
}

std::string MakeRequestId() {
  absl::BitGen random;
  return absl::StrCat(absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16),
                      absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16));
}

}  // namespace voucher::client
