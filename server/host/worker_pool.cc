#include "server/host/worker_pool.h"

#include <utility>

#include "ledger/base/thread_name.h"

namespace voucher {

WorkerPool::WorkerPool(int threads) {
  threads_.reserve(threads);
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

WorkerPool::~WorkerPool() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    work_there_.NotifyAll();
  }
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::Post(absl::AnyInvocable<void()> work) {
  MutexLock lock(mutex_);
  queue_.push_back(std::move(work));
  work_there_.NotifyOne();
}

void WorkerPool::WaitIdle(std::chrono::nanoseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  MutexLock lock(mutex_);
  while (!queue_.empty() || running_ > 0) {
    if (!idle_.WaitUntil(mutex_, deadline)) return;
  }
}

void WorkerPool::Run() {
  NameThisThread("request-worker");
  while (true) {
    absl::AnyInvocable<void()> work;
    {
      MutexLock lock(mutex_);
      while (queue_.empty() && !stopping_) work_there_.Wait(mutex_);
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
      ++running_;
    }
    work();
    work = nullptr;  // what it holds goes before it counts as done
    MutexLock lock(mutex_);
    if (--running_ == 0 && queue_.empty()) idle_.NotifyAll();
  }
}

}  // namespace voucher
