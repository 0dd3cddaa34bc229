// What one attempt of a call needs; private to the client library.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include "clients/cpp/client.h"

namespace voucher::client {

// gRPC's status with its details as payloads.
absl::Status FromGrpc(const grpc::Status& status);

// Puts the principal and the deadline (none if infinite) on an attempt.
void Prepare(const Options& options, absl::Time deadline, grpc::ClientContext* context);

// Runs `attempt`, a call of the RPC at `path`, until it succeeds, fails for good, or the options of
// the RPC, `policy` or `deadline` forbid another. It gets the attempt's deadline; it may set
// `*progress`, after which attempts count from 1 again.
absl::Status RunWithRetries(
    absl::string_view path, const RetryPolicy& policy, absl::Time deadline,
    absl::Duration attempt_timeout,
    absl::FunctionRef<absl::Status(absl::Time attempt_deadline, bool* progress)> attempt);

}  // namespace voucher::client
