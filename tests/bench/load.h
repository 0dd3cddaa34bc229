// The client side of every figure over gRPC: requests that are built already, sent as they are,
// many at a time, by few threads. Responses are not parsed: what they came to is checked from the
// books.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "grpcpp/support/byte_buffer.h"

#include "tests/bench/histogram.h"
#include "tests/bench/request_pool.h"

namespace voucher::bench {

struct LoadOptions {
  std::string address;  // host:port
  // Threads, each with a completion queue and a share of the connections and of what is in flight.
  int threads = 1;
  int connections = 4;
  // Calls (of a stream: messages, divided among the streams) sent and not answered. Closed loops
  // only.
  int in_flight = 256;
  // Streams, if the requests are messages of one.
  int streams = 32;
  // Nothing is counted before.
  std::chrono::milliseconds warm_up{300};
  // Counted after that; 0 means until the pool is empty.
  std::chrono::milliseconds duration{0};
  // Ends the run early, counted up to then. May be null.
  const std::atomic<bool>* stop = nullptr;
  // Calls per second of an open loop.
  double rate = 0;
  // Gets each response of a unary call, on the thread of its connection. May be empty.
  std::function<void(size_t index, const grpc::ByteBuffer& response)> on_response;
  // Counts items as they are answered, for progress. May be null.
  std::atomic<int64_t>* answered = nullptr;
};

struct LoadResult {
  int64_t items = 0;   // answered in the time counted
  double seconds = 0;  // counted
  Histogram latency;   // of each call or message answered in that time
  // Items answered in each second of it.
  std::vector<int64_t> by_second;

  double per_second() const { return seconds == 0 ? 0 : static_cast<double>(items) / seconds; }
};

// Closed loop: a call is sent when one is answered. Ends with the pool or the time, when all that
// was sent is answered. The error is that of the first call that failed.
absl::StatusOr<LoadResult> RunUnary(const LoadOptions& options, RequestPool* pool);

// The same with the messages of `options.streams` bidirectional streams.
absl::StatusOr<LoadResult> RunStreams(const LoadOptions& options, RequestPool* pool);

// Open loop: calls are sent at `options.rate` whether or not others are answered, and their latency
// counts from the instant they were meant to be sent.
absl::StatusOr<LoadResult> RunOpenLoop(const LoadOptions& options, RequestPool* pool);

}  // namespace voucher::bench
