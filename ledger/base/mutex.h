// Mutual exclusion that both clang's -Wthread-safety and ThreadSanitizer understand.
//
//   class Counter {
//    public:
//     void Add(int64_t n) VOUCHER_EXCLUDES(mutex_) {
//       MutexLock lock(mutex_);
//       total_ += n;
//       changed_.NotifyAll();
//     }
//     int64_t WaitForAtLeast(int64_t n) VOUCHER_EXCLUDES(mutex_) {
//       MutexLock lock(mutex_);
//       while (total_ < n) changed_.Wait(mutex_);
//       return total_;
//     }
//
//    private:
//     Mutex mutex_;
//     CondVar changed_;
//     int64_t total_ VOUCHER_GUARDED_BY(mutex_) = 0;
//   };
//
// absl::Mutex is not used: it lives in a library that is not instrumented, so ThreadSanitizer
// reports false races.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define VOUCHER_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define VOUCHER_THREAD_ATTRIBUTE(x)
#endif

// A field that may be touched only while holding the mutex.
#define VOUCHER_GUARDED_BY(mutex) VOUCHER_THREAD_ATTRIBUTE(guarded_by(mutex))
// A pointer whose target may be touched only while holding the mutex.
#define VOUCHER_PT_GUARDED_BY(mutex) VOUCHER_THREAD_ATTRIBUTE(pt_guarded_by(mutex))
// A function that must be called with the mutex held.
#define VOUCHER_REQUIRES(...) VOUCHER_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
// A function that must be called without the mutex, because it takes it.
#define VOUCHER_EXCLUDES(...) VOUCHER_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
// A function that returns with the mutex held.
#define VOUCHER_ACQUIRE(...) VOUCHER_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
// A function that returns with the mutex released.
#define VOUCHER_RELEASE(...) VOUCHER_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
// A function that returns true with the mutex held.
#define VOUCHER_TRY_ACQUIRE(...) VOUCHER_THREAD_ATTRIBUTE(try_acquire_capability(__VA_ARGS__))
// A function whose locking the analysis cannot follow; say why beside each use.
#define VOUCHER_NO_THREAD_SAFETY_ANALYSIS VOUCHER_THREAD_ATTRIBUTE(no_thread_safety_analysis)

namespace voucher {

// A non-recursive lock. Prefer MutexLock to calling Lock and Unlock.
class VOUCHER_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() VOUCHER_ACQUIRE() { mutex_.lock(); }
  void Unlock() VOUCHER_RELEASE() { mutex_.unlock(); }
  // True, and then held, if nobody holds the lock.
  bool TryLock() VOUCHER_TRY_ACQUIRE(true) { return mutex_.try_lock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a mutex from construction to the end of its scope.
class VOUCHER_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) VOUCHER_ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  ~MutexLock() VOUCHER_RELEASE() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// A condition variable. Every wait may wake for no reason: wait in a loop that tests the condition.
class CondVar {
 public:
  CondVar() = default;
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;

  // Releases the mutex while waiting and holds it again on return.
  void Wait(Mutex& mutex) VOUCHER_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }

  // The same, at most until the deadline; false if the deadline passed.
  bool WaitUntil(Mutex& mutex, std::chrono::steady_clock::time_point deadline)
      VOUCHER_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const bool notified = condition_.wait_until(lock, deadline) == std::cv_status::no_timeout;
    lock.release();
    return notified;
  }

  // The same, at most for a time; false if the time passed.
  bool WaitFor(Mutex& mutex, std::chrono::nanoseconds timeout) VOUCHER_REQUIRES(mutex) {
    return WaitUntil(mutex, std::chrono::steady_clock::now() + timeout);
  }

  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace voucher
