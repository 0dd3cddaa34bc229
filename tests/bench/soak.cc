// A constant load for minutes: does it ever stall?
#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>

#include "absl/strings/str_format.h"

#include "ledger/base/mutex.h"
#include "ledger/base/status_macros.h"
#include "tests/bench/bench.h"
#include "tests/bench/microseconds.h"

namespace voucher::bench {
namespace {

constexpr int kItems = 100;
// Requests are built for so long while those before are sent.
constexpr std::chrono::seconds kSegment{10};

// Looks every second at how many were answered.
class SecondBySecond {
 public:
  explicit SecondBySecond(const std::atomic<int64_t>* answered) : answered_(answered) {
    thread_ = std::thread([this] { Watch(); });
  }
  ~SecondBySecond() { Stop(); }

  void Stop() VOUCHER_EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      stop_ = true;
      stop_changed_.NotifyAll();
    }
    if (thread_.joinable()) thread_.join();
  }

  // Answered in each second; after Stop().
  const std::vector<int64_t>& seconds() const { return seconds_; }

 private:
  void Watch() VOUCHER_EXCLUDES(mutex_) {
    auto next = std::chrono::steady_clock::now();
    int64_t before = 0;
    MutexLock lock(mutex_);
    while (true) {
      next += std::chrono::seconds(1);
      while (!stop_ && stop_changed_.WaitUntil(mutex_, next)) {
      }
      if (stop_) return;
      const int64_t now = answered_->load(std::memory_order_relaxed);
      seconds_.push_back(now - before);
      before = now;
      absl::PrintF("second %4d: %d redemptions\n", seconds_.size(), seconds_.back());
      std::fflush(stdout);
    }
  }

  const std::atomic<int64_t>* const answered_;
  std::vector<int64_t> seconds_;
  Mutex mutex_;
  CondVar stop_changed_;
  bool stop_ VOUCHER_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace

absl::Status Bench::Soak() {
  VOUCHER_RETURN_IF_ERROR(PrepareLedgers(/*big=*/options_.entries > 0));
  VOUCHER_ASSIGN_OR_RETURN(const auto ledger, Running(options_.entries > 0 ? big_ : fresh_));
  const double batches_per_second = options_.soak_rate / kItems;
  const auto requests =
      static_cast<size_t>(batches_per_second * static_cast<double>(kSegment.count())) + 1;
  const auto build = [&] {
    return ledger->requests().BatchRedeem(Orders::kSpread, requests, kItems);
  };
  std::atomic<int64_t> answered{0};
  LoadOptions options = Loading(ledger->address());
  options.warm_up = {};
  options.duration = kSegment;
  options.rate = batches_per_second;
  options.answered = &answered;

  Histogram latency;
  std::unique_ptr<RequestPool> pool = build();
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::milliseconds(static_cast<int64_t>(options_.soak_minutes * 60'000));
  SecondBySecond progress(&answered);
  while (std::chrono::steady_clock::now() < end) {
    auto next = std::async(std::launch::async, build);
    VOUCHER_ASSIGN_OR_RETURN(const LoadResult result, RunOpenLoop(options, pool.get()));
    VOUCHER_RETURN_IF_ERROR(ledger->CheckRedeemed(*pool));
    latency.Merge(result.latency);
    pool = next.get();
  }
  progress.Stop();

  results_.Add("soak_rate", "redemptions/s", options_.soak_rate);
  results_.Add("soak_seconds", "s", static_cast<double>(progress.seconds().size()));
  results_.Add("soak_seconds_without_progress", "s",
               static_cast<double>(
                   std::count(progress.seconds().begin(), progress.seconds().end(), int64_t{0})));
  results_.Add("soak_p50", "us", Microseconds(latency.Quantile(0.5)));
  results_.Add("soak_p99", "us", Microseconds(latency.Quantile(0.99)));
  results_.Add("soak_p999", "us", Microseconds(latency.Quantile(0.999)));
  results_.Add("soak_max", "us", Microseconds(latency.max()));
  return absl::OkStatus();
}

}  // namespace voucher::bench
