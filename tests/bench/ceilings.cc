// What the same machine does without a ledger.
#include <memory>

#include "ledger/base/status_macros.h"
#include "tests/bench/bench.h"
#include "tests/bench/fsync_probe.h"
#include "tests/bench/microseconds.h"

namespace voucher::bench {
namespace {

// Requests that an empty server gets over and over again.
constexpr size_t kRequests = 100'000;

}  // namespace

absl::Status Bench::MeasureEmptyUnary() {
  const auto pool = RequestPool::Endless(*RequestSource(fresh_).Redeem(Orders::kSpread, kRequests));
  return RunClosedLoop("empty_unary", "calls/s", Shape::kUnary, Loading(empty_server_->address()),
                       empty_server_->pid(), pool.get());
}

absl::Status Bench::MeasureEmptyStream() {
  const auto pool = RequestPool::Endless(
      *RequestSource(fresh_).StreamRedeem(Orders::kSpread, kRequests, kStreamItems));
  return RunClosedLoop("empty_stream", "messages/s", Shape::kStream,
                       Loading(empty_server_->address()), empty_server_->pid(), pool.get());
}

absl::Status Bench::MeasureFloor() {
  VOUCHER_ASSIGN_OR_RETURN(const auto floor, StorageFloor::Open(options_.directory + "/floor",
                                                                entries_, options_.accounts));
  VOUCHER_RETURN_IF_ERROR(floor->Run(kWarmUp).status());
  VOUCHER_ASSIGN_OR_RETURN(const double per_second, floor->Run(duration_));
  results_.Add("rocksdb_floor", "entries/s", per_second);
  return absl::OkStatus();
}

absl::Status Bench::MeasureFsync() {
  VOUCHER_ASSIGN_OR_RETURN(const Histogram latency, ProbeFsync(options_.directory, duration_));
  results_.Add("fsync_p50", "us", Microseconds(latency.Quantile(0.5)));
  results_.Add("fsync_p99", "us", Microseconds(latency.Quantile(0.99)));
  return absl::OkStatus();
}

}  // namespace voucher::bench
