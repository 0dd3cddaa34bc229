// When a failed call is tried again.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace voucher::client {

// Bounds of retrying. Every attempt sends the same bytes, so the same request_id: the ledger
// decides once, however often it hears the request.
struct RetryPolicy {
  // Attempts in all, at least 1; 1 never retries.
  int max_attempts = 5;
  // Longest time for one attempt. Longer than the 10 s after which a server sheds what waits.
  absl::Duration attempt_timeout = absl::Seconds(15);
  // Wait before the second attempt; doubles with each further one, up to max_backoff.
  absl::Duration initial_backoff = absl::Milliseconds(100);
  absl::Duration max_backoff = absl::Seconds(5);
};

// True for UNAVAILABLE and DEADLINE_EXCEEDED: the outcome is unknown or nothing happened, and the
// same request may be sent again.
bool IsRetryable(const absl::Status& status);

// Wait after attempt number `attempt` (from 1) failed with `status`: between half of the doubled
// backoff and all of it as `jitter` goes from 0 to 1, but no less than the server's RetryInfo.
absl::Duration BackoffAfter(int attempt, const absl::Status& status, const RetryPolicy& policy,
                            double jitter);

// A random number in [0, 1), for jitter. Thread-safe.
double RandomJitter();

// A fresh request_id of 32 random hexadecimal digits. Keep it until the outcome is known: only the
// same id makes a repetition safe. Thread-safe.
std::string MakeRequestId();

}  // namespace voucher::client
