#pragma once

#include <cstdint>

#include "ledger/base/clock.h"
#include "ledger/base/mutex.h"

namespace voucher {

// Notices when the wall clock parts from elapsed time by more than 2 s (a jump). Steps that add up
// are noticed too; an honest correction of at most 1 ms per second (slewing is at most half of
// that) is followed. Thread-safe.
class ClockWatch {
 public:
  static constexpr int64_t kToleranceNanos = 2 * kNanosPerSecond;
  // One nanosecond of drift is followed per this many nanoseconds elapsed.
  static constexpr int64_t kFollowOneIn = 1'000;

  explicit ClockWatch(ClockReading start);

  // Compares one more reading. True while the clock is suspect: from the first jump until Accept,
  // also if the clock goes back.
  bool Check(ClockReading now) VOUCHER_EXCLUDES(mutex_);

  bool suspect() const VOUCHER_EXCLUDES(mutex_);
  // How far the clock jumped, never 0 while suspect, negative if back; 0 while not suspect.
  int64_t jump_ns() const VOUCHER_EXCLUDES(mutex_);

  // Trusts the clock as of `now` and ends suspicion.
  void Accept(ClockReading now) VOUCHER_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  int64_t offset_ VOUCHER_GUARDED_BY(mutex_);  // wall - monotonic, as trusted
  int64_t monotonic_ VOUCHER_GUARDED_BY(mutex_);
  int64_t jump_ns_ VOUCHER_GUARDED_BY(mutex_) = 0;
};

}  // namespace voucher
