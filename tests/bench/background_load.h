// What goes on beside a figure.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "tests/bench/load.h"
#include "tests/bench/request_pool.h"

namespace voucher::bench {

// A load that runs on a thread of its own until it is told to stop.
class BackgroundLoad {
 public:
  using Run = absl::StatusOr<LoadResult> (*)(const LoadOptions&, RequestPool*);

  // `pool` must outlive it and last.
  BackgroundLoad(Run run, LoadOptions options, RequestPool* pool) : options_(std::move(options)) {
    options_.stop = &stop_;
    thread_ = std::thread([this, run, pool] { result_ = run(options_, pool); });
  }
  ~BackgroundLoad() {
    if (thread_.joinable()) Stop().status().IgnoreError();
  }
  BackgroundLoad(const BackgroundLoad&) = delete;
  BackgroundLoad& operator=(const BackgroundLoad&) = delete;

  // Ends it and returns what it measured.
  absl::StatusOr<LoadResult> Stop() {
    stop_ = true;
    thread_.join();
    return result_;
  }

 private:
  LoadOptions options_;
  std::atomic<bool> stop_{false};
  absl::StatusOr<LoadResult> result_;
  std::thread thread_;
};

// Callers that watch a budget, as dashboards do.
class BudgetWatchers {
 public:
  // `n` of them over one connection, told of changes every 100 ms.
  BudgetWatchers(const std::string& address, const std::string& program_id, int n);
  // Ends the watches.
  ~BudgetWatchers();
  BudgetWatchers(const BudgetWatchers&) = delete;
  BudgetWatchers& operator=(const BudgetWatchers&) = delete;

  // Messages that came so far.
  int64_t messages() const { return messages_; }

 private:
  class Watch;
  std::atomic<int64_t> messages_{0};
  std::vector<std::unique_ptr<Watch>> watches_;
};

}  // namespace voucher::bench
