// Threads for work that would hold up a thread of gRPC or of the ledger.
#pragma once

#include <chrono>
#include <deque>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"

#include "ledger/base/mutex.h"

namespace voucher {

// Runs posted work on its threads, begun in the order posted. Thread-safe. The queue holds one
// piece of work per call in flight, so it is bounded by the calls that gRPC takes. The destructor
// runs what is queued and joins.
class WorkerPool {
 public:
  explicit WorkerPool(int threads);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Takes `work` for one of the threads; returns at once.
  void Post(absl::AnyInvocable<void()> work) VOUCHER_EXCLUDES(mutex_);

  // Waits until nothing is queued or running, at most for `timeout`. Not from a worker.
  void WaitIdle(std::chrono::nanoseconds timeout) VOUCHER_EXCLUDES(mutex_);

 private:
  void Run() VOUCHER_EXCLUDES(mutex_);

  Mutex mutex_;
  CondVar work_there_;
  CondVar idle_;
  std::deque<absl::AnyInvocable<void()>> queue_ VOUCHER_GUARDED_BY(mutex_);
  int running_ VOUCHER_GUARDED_BY(mutex_) = 0;
  bool stopping_ VOUCHER_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace voucher
