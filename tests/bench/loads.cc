// The ledger under load: throughput in closed loops, latency in open ones.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include <unistd.h>

#include "ledger/base/status_macros.h"
#include "tests/bench/background_load.h"
#include "tests/bench/bench.h"
#include "tests/bench/microseconds.h"
#include "tests/bench/process_usage.h"
#include "tests/bench/read_client.h"
#include "tests/support/sample_program.h"

namespace voucher::bench {
namespace {

// First guesses of items per second. A pool that is too small ends a run early, one that is too
// large takes long to build.
constexpr double kUnaryGuess = 40'000;
constexpr double kBatchGuess = 250'000;

// What reads beside the writes of a mixed load.
constexpr double kMixedReadsPerSecond = 200;
constexpr int kMixedWatchers = 16;
// Budget reads whose latency is measured.
constexpr double kReadsPerSecond = 1'000;

// Batches sent and not answered: at most half of what the queue takes from one principal, and two
// at least.
int BatchesInFlight(int items) {
  return std::clamp(16'384 / items, 2, 64);
}

}  // namespace

void Bench::AddLoad(bool big, Shape shape, Work work, int items) {
  const char* const works[] = {"spread", "hot", "fcfs", "mixed"};
  std::string name = "unary";
  if (shape == Shape::kBatch) name = absl::StrCat("batch", items);
  if (shape == Shape::kStream) name = items > 1 ? absl::StrCat("stream", items) : "stream";
  absl::StrAppend(&name, "_", works[static_cast<int>(work)], big ? "_big" : "");
  AddStep(name, [=, this] { return MeasureLoad(name, big ? big_ : fresh_, shape, work, items); },
          {.needs_big_ledger = big});
}

LoadOptions Bench::Loading(const std::string& address) const {
  LoadOptions options;
  options.address = address;
  options.threads = options_.threads;
  options.connections = options_.connections;
  options.warm_up = kWarmUp;
  options.duration = duration_;
  return options;
}

size_t Bench::RequestsFor(const std::string& name, int items) const {
  const auto known = rates_.find(name);
  const double guess = items > 1 ? kBatchGuess : kUnaryGuess;
  const double rate = known != rates_.end() ? known->second * 1.5 : guess;
  const double seconds = options_.seconds + 2 * std::chrono::duration<double>(kWarmUp).count();
  return static_cast<size_t>(rate * seconds / items) + 300;
}

absl::Status Bench::RunClosedLoop(const std::string& name, const char* unit, Shape shape,
                                  const LoadOptions& options, pid_t server, RequestPool* pool) {
  const double server_cpu = CpuSeconds(server);
  const double client_cpu = CpuSeconds(getpid());
  const int64_t written = WrittenBytes(server);
  VOUCHER_ASSIGN_OR_RETURN(const LoadResult result, shape == Shape::kStream
                                                        ? RunStreams(options, pool)
                                                        : RunUnary(options, pool));
  if (result.items == 0) return absl::InternalError("nothing was answered in the time counted");
  rates_[name] = result.per_second();
  results_.Add(name, unit, result.per_second());
  results_.Add(name + "_p99", "us", Microseconds(result.latency.Quantile(0.99)));
  const auto items = static_cast<double>(pool->taken() * pool->items_per_request());
  results_.Add(name + "_server_cpu", "us/item", (CpuSeconds(server) - server_cpu) * 1e6 / items);
  results_.Add(name + "_client_cpu", "us/item", (CpuSeconds(getpid()) - client_cpu) * 1e6 / items);
  results_.Add(name + "_written", "bytes/item",
               static_cast<double>(WrittenBytes(server) - written) / items);
  return absl::OkStatus();
}

absl::Status Bench::MeasureLoad(const std::string& name, const PreparedLedger& prepared,
                                Shape shape, Work work, int items) {
  VOUCHER_ASSIGN_OR_RETURN(const auto ledger, Running(prepared));
  RequestSource& source = ledger->requests();
  const size_t requests = RequestsFor(name, items);
  const Orders orders = work == Work::kHot ? Orders::kAllOnOne : Orders::kSpread;
  std::unique_ptr<RequestPool> pool;
  if (work == Work::kFcfs) {
    pool = shape == Shape::kUnary ? source.Submit(requests) : source.BatchSubmit(requests, items);
  } else if (shape == Shape::kUnary) {
    pool = source.Redeem(orders, requests);
  } else if (shape == Shape::kBatch) {
    pool = source.BatchRedeem(orders, requests, items);
  } else {
    pool = source.StreamRedeem(orders, requests, items);
  }

  const auto reads = BudgetReads();
  std::optional<BackgroundLoad> reader;
  std::optional<BudgetWatchers> watchers;
  if (work == Work::kMixed) {
    LoadOptions reading = Loading(ledger->address());
    reading.duration = std::chrono::hours(1);
    reading.connections = 1;
    reading.rate = kMixedReadsPerSecond;
    reader.emplace(&RunOpenLoop, reading, reads.get());
    watchers.emplace(ledger->address(), testing::kProgramId, kMixedWatchers);
  }
  LoadOptions options = Loading(ledger->address());
  if (shape == Shape::kBatch) options.in_flight = BatchesInFlight(items);
  VOUCHER_RETURN_IF_ERROR(RunClosedLoop(name,
                                        work == Work::kFcfs ? "applications/s" : "redemptions/s",
                                        shape, options, ledger->server().pid(), pool.get()));
  if (reader) {
    VOUCHER_ASSIGN_OR_RETURN(const LoadResult read, reader->Stop());
    results_.Add(name + "_read_p99", "us", Microseconds(read.latency.Quantile(0.99)));
    if (watchers->messages() == 0) return absl::InternalError("the watchers were told nothing");
  }
  return work == Work::kFcfs ? ledger->CheckGranted(*pool) : ledger->CheckRedeemed(*pool);
}

absl::Status Bench::MeasureHalfLoad() {
  VOUCHER_ASSIGN_OR_RETURN(const auto ledger, Running(fresh_));
  LoadOptions options = Loading(ledger->address());
  // The peak, on the same server a moment before.
  const auto peak_pool = ledger->requests().Redeem(Orders::kSpread, RequestsFor("unary_peak", 1));
  VOUCHER_ASSIGN_OR_RETURN(const LoadResult peak, RunUnary(options, peak_pool.get()));
  rates_["unary_peak"] = peak.per_second();
  VOUCHER_RETURN_IF_ERROR(ledger->CheckRedeemed(*peak_pool));

  options.rate = peak.per_second() / 2;
  const auto pool = ledger->requests().Redeem(Orders::kSpread, RequestsFor("unary_peak", 1));
  VOUCHER_ASSIGN_OR_RETURN(const LoadResult result, RunOpenLoop(options, pool.get()));
  VOUCHER_RETURN_IF_ERROR(ledger->CheckRedeemed(*pool));
  results_.Add("unary_half_load", "redemptions/s", result.per_second());
  AddLatencies("unary_half_load", LatenciesOf(result.latency));

  // What the transport and the client alone cost at this rate.
  options.address = empty_server_->address();
  const auto endless = RequestPool::Endless(*pool);
  VOUCHER_ASSIGN_OR_RETURN(const LoadResult empty, RunOpenLoop(options, endless.get()));
  AddLatencies("empty_at_that_rate", LatenciesOf(empty.latency));
  return absl::OkStatus();
}

void Bench::AddLatencies(const std::string& name, const Latencies& latencies) {
  results_.Add(name + "_p50", "us", latencies.p50);
  results_.Add(name + "_p99", "us", latencies.p99);
  results_.Add(name + "_p999", "us", latencies.p999);
}

absl::Status Bench::MeasureReads() {
  VOUCHER_ASSIGN_OR_RETURN(const auto ledger, Running(fresh_));
  const Reading reading{
      .address = ledger->address(), .rate = kReadsPerSecond, .seconds = options_.seconds};
  const auto measure = [&](const std::string& name) -> absl::Status {
    VOUCHER_ASSIGN_OR_RETURN(const Latencies latencies, ReadFromOutside(reading));
    AddLatencies(name, latencies);
    return absl::OkStatus();
  };
  VOUCHER_RETURN_IF_ERROR(measure("read_idle"));

  constexpr int kItems = 1'000;
  const auto pool = ledger->requests().BatchRedeem(Orders::kSpread,
                                                   RequestsFor("batch1000_spread", kItems), kItems);
  LoadOptions writing = Loading(ledger->address());
  writing.in_flight = BatchesInFlight(kItems);
  writing.duration = {};
  BackgroundLoad writes(&RunUnary, writing, pool.get());
  VOUCHER_RETURN_IF_ERROR(measure("read_loaded"));
  const bool lasted = pool->taken() < static_cast<int64_t>(pool->size());
  VOUCHER_ASSIGN_OR_RETURN(const LoadResult written, writes.Stop());
  results_.Add("read_loaded_writes", "redemptions/s", written.per_second());
  rates_["batch1000_spread"] = std::max(rates_["batch1000_spread"], written.per_second());
  // The next round's pool is larger.
  if (!lasted) Show("the writes ended before the reads: read_loaded is of partial load");
  return absl::OkStatus();
}

}  // namespace voucher::bench
