#include <algorithm>
#include <thread>

#include <sys/prctl.h>

#include "ledger/base/check.h"
#include "ledger/base/mutex.h"
#include "tests/bench/connections.h"

namespace voucher::bench {
namespace {

// Calls that wait to be used again. Thread-safe.
class SpareCalls {
 public:
  Call* Get() VOUCHER_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (spare_.empty()) {
      all_.push_back(std::make_unique<Call>());
      return all_.back().get();
    }
    Call* call = spare_.back();
    spare_.pop_back();
    return call;
  }
  void Put(Call* call) VOUCHER_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    spare_.push_back(call);
  }

 private:
  Mutex mutex_;
  std::vector<std::unique_ptr<Call>> all_ VOUCHER_GUARDED_BY(mutex_);
  std::vector<Call*> spare_ VOUCHER_GUARDED_BY(mutex_);
};

}  // namespace

absl::StatusOr<LoadResult> RunOpenLoop(const LoadOptions& options, RequestPool* pool) {
  VOUCHER_CHECK(options.rate > 0);
  SpareCalls calls;
  grpc::CompletionQueue queue;
  const auto stubs = Connect(options.address, options.connections);
  const auto start = SteadyClock::now();
  Counting counting(options, *pool, start);
  std::atomic<bool> any_failed{false};

  // A completion queue wakes on whole milliseconds, a sleeping thread much more exactly; so one
  // thread sends and another takes the answers.
  std::thread sender([&] {
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    const std::chrono::duration<double, std::nano> interval(1e9 / options.rate);
    for (int64_t n = 0;; ++n) {
      const auto intended = start + std::chrono::duration_cast<SteadyClock::duration>(
                                        interval * static_cast<double>(n));
      if (counting.IsOver(intended) || any_failed.load(std::memory_order_relaxed)) break;
      std::this_thread::sleep_until(intended);
      const std::optional<size_t> index = pool->Take();
      if (!index) break;
      calls.Get()->Start(stubs[static_cast<size_t>(n) % stubs.size()].get(), *pool, *index,
                         intended, &queue);
    }
    queue.Shutdown();
  });
  absl::Status failed;
  auto now = start;
  void* tag = nullptr;
  for (bool ok = false; queue.Next(&tag, &ok);) {
    now = SteadyClock::now();
    Call* call = static_cast<Call*>(tag);
    if (call->status().ok()) {
      counting.Answered(call->sent(), now);
    } else {
      failed.Update(FailedCall(*pool, call->status()));
      any_failed = true;
    }
    calls.Put(call);
  }
  sender.join();
  if (!failed.ok()) return failed;
  return counting.Result(now);
}

}  // namespace voucher::bench
