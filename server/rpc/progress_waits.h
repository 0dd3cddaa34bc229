// Reads that wait for the ledger to get somewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <thread>

#include "ledger/base/mutex.h"
#include "ledger/ledger.h"
#include "server/host/worker_pool.h"

namespace voucher {

// Calls back when the ledger has reached a sequence. One thread serves all who wait; it sleeps
// until a group is durable or the next deadline. Thread-safe.
class ProgressWaits {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  enum class Result {
    kReached,
    kTimedOut,
    kStopped,  // the server drains
  };
  using Work = std::function<void(Result)>;

  // Both must outlive this object.
  ProgressWaits(Ledger* ledger, WorkerPool* pool);
  ~ProgressWaits();
  ProgressWaits(const ProgressWaits&) = delete;
  ProgressWaits& operator=(const ProgressWaits&) = delete;

  // Runs `work` once on the pool: kReached as soon as a snapshot includes `sequence` and
  // `not_before` has come, else kTimedOut at `deadline`. False, and nothing runs, if kMaxWaiting
  // wait already or Stop was called. Returns the name for Wake in `id`.
  bool Add(uint64_t sequence, TimePoint not_before, TimePoint deadline, Work work, uint64_t* id)
      VOUCHER_EXCLUDES(mutex_);

  // Ends one wait with kTimedOut; nothing if it ended already.
  void Wake(uint64_t id) VOUCHER_EXCLUDES(mutex_);

  // Ends all waits with kStopped and takes no more.
  void Stop() VOUCHER_EXCLUDES(mutex_);

  static constexpr size_t kMaxWaiting = 4'096;

 private:
  struct Waiting {
    uint64_t sequence = 0;
    TimePoint not_before;
    TimePoint deadline;
    Work work;
  };

  void Run() VOUCHER_EXCLUDES(mutex_);
  // Posts what is due; returns when to look again.
  TimePoint PostDue(TimePoint now) VOUCHER_REQUIRES(mutex_);
  void PostOne(Waiting waiting, Result result);

  Ledger* const ledger_;
  WorkerPool* const pool_;
  Mutex mutex_;
  CondVar changed_;
  std::map<uint64_t, Waiting> waiting_ VOUCHER_GUARDED_BY(mutex_);
  uint64_t next_id_ VOUCHER_GUARDED_BY(mutex_) = 1;
  uint64_t reached_ VOUCHER_GUARDED_BY(mutex_) = 0;
  bool stopped_ VOUCHER_GUARDED_BY(mutex_) = false;
  bool ending_ VOUCHER_GUARDED_BY(mutex_) = false;
  std::thread thread_;
  std::shared_ptr<void> progress_;
};

}  // namespace voucher
