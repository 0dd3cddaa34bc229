// What the closed and the open loops share.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"

#include "tests/bench/load.h"

namespace voucher::bench {

using SteadyClock = std::chrono::steady_clock;

inline int64_t NanosBetween(SteadyClock::time_point from, SteadyClock::time_point to) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(to - from).count();
}

// `n` connections of their own to one server, as stubs.
std::vector<std::unique_ptr<grpc::GenericStub>> Connect(const std::string& address, int n);

// The bytes of a request as they lie in the pool.
grpc::ByteBuffer InPlace(absl::string_view bytes);

absl::Status FailedCall(const RequestPool& pool, const grpc::Status& status);

// Counts what is answered between the end of the warm-up and the end of the run. Not thread-safe.
class Counting {
 public:
  Counting(const LoadOptions& options, const RequestPool& pool, SteadyClock::time_point start);

  // A call or message that counts from `sent` was answered at `now`.
  void Answered(SteadyClock::time_point sent, SteadyClock::time_point now);
  // True once nothing more is to be sent.
  bool IsOver(SteadyClock::time_point now) const;
  SteadyClock::time_point start() const { return start_; }

  // What was counted; all was answered at `now`.
  LoadResult Result(SteadyClock::time_point now) const;

 private:
  const LoadOptions& options_;
  const int items_;
  const SteadyClock::time_point start_;
  const SteadyClock::time_point counted_from_;
  const SteadyClock::time_point counted_to_;
  LoadResult result_;
};

// One unary call, used again and again.
class Call {
 public:
  // Sends `request`; the call itself is the tag of its answer.
  void Start(grpc::GenericStub* stub, const RequestPool& pool, size_t index,
             SteadyClock::time_point sent, grpc::CompletionQueue* queue);

  size_t index() const { return index_; }
  SteadyClock::time_point sent() const { return sent_; }
  const grpc::Status& status() const { return status_; }
  const grpc::ByteBuffer& response() const { return response_; }

 private:
  size_t index_ = 0;
  SteadyClock::time_point sent_;
  std::optional<grpc::ClientContext> context_;
  grpc::ByteBuffer response_;
  grpc::Status status_;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader_;
};

}  // namespace voucher::bench
