#include "ledger/base/mutex.h"

#include <chrono>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace voucher {
namespace {

class Counter {
 public:
  void Add(int n) VOUCHER_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    total_ += n;
    changed_.NotifyAll();
  }
  void WaitForAtLeast(int n) VOUCHER_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    while (total_ < n) changed_.Wait(mutex_);
  }
  bool WaitForAtLeastUntil(int n, std::chrono::steady_clock::time_point deadline)
      VOUCHER_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    while (total_ < n) {
      if (!changed_.WaitUntil(mutex_, deadline)) return total_ >= n;
    }
    return true;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int total_ VOUCHER_GUARDED_BY(mutex_) = 0;
};

TEST(MutexTest, LosesNoUpdateOfManyThreads) {
  Counter counter;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&counter] {
      for (int n = 0; n < 10'000; ++n) counter.Add(1);
    });
  }
  counter.WaitForAtLeast(40'000);
  for (std::thread& thread : threads) thread.join();
  const auto past = std::chrono::steady_clock::now();
  EXPECT_TRUE(counter.WaitForAtLeastUntil(40'000, past));
  EXPECT_FALSE(counter.WaitForAtLeastUntil(40'001, past));
}

TEST(MutexTest, TryLockFailsWhileAnotherThreadHoldsIt) {
  Mutex mutex;
  mutex.Lock();
  bool locked = false;
  std::thread([&mutex, &locked] {
    if (mutex.TryLock()) {
      locked = true;
      mutex.Unlock();
    }
  }).join();
  mutex.Unlock();
  EXPECT_FALSE(locked);
}

}  // namespace
}  // namespace voucher
