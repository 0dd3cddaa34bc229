// What the demonstration shows while it runs: one line per phase.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"

#include "ledger/base/mutex.h"

namespace voucher::demo {

// A finished phase.
struct PhaseResult {
  std::string name;  // "opening rush"
  std::string unit;  // "applications"; empty if nothing is counted
  int64_t count = 0;
  int64_t milliseconds = 0;

  // Per second; 0 if it took no time.
  int64_t rate() const { return milliseconds == 0 ? 0 : count * 1000 / milliseconds; }
};

// Prints phases to stdout: on a terminal one line that is redrawn while the phase runs, elsewhere
// one line when it ends. Begin and End on one thread, Add on any.
class Progress {
 public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Begins a phase in which `total` of `unit` are expected (0: not known or nothing counted).
  void Begin(absl::string_view name, int64_t total = 0, absl::string_view unit = {});
  // Counts work of the running phase.
  void Add(int64_t n = 1) { done_.fetch_add(n, std::memory_order_relaxed); }
  int64_t done() const { return done_.load(std::memory_order_relaxed); }
  // Ends the phase; `remark` says what came of it.
  void End(absl::string_view remark = {});

  // Ends a phase that failed.
  void Fail(absl::string_view error);

  const std::vector<PhaseResult>& results() const { return results_; }

 private:
  void Redraw();
  std::string CountText() const;

  const bool terminal_;
  std::string name_;
  std::string unit_;
  int64_t total_ = 0;
  std::chrono::steady_clock::time_point started_;
  std::atomic<int64_t> done_{0};
  std::vector<PhaseResult> results_;

  Mutex mutex_;
  CondVar stop_changed_;
  bool stop_ VOUCHER_GUARDED_BY(mutex_) = false;
  std::thread painter_;
};

// "1234567" as "1,234,567".
std::string WithSeparators(int64_t n);

}  // namespace voucher::demo
