#pragma once

#include <cstdint>

#include "ledger/base/clock.h"
#include "ledger/base/mutex.h"

namespace voucher {

// The machine's clock: CLOCK_REALTIME and CLOCK_BOOTTIME, which also counts while suspended.
class SystemClock final : public Clock {
 public:
  ClockReading Read() const override;
};

// A clock that moves only when told to; for tests and demonstrations. Thread-safe.
class ManualClock final : public Clock {
 public:
  // Starts at `wall`; the monotonic reading starts at 0.
  explicit ManualClock(UnixNanos wall) : reading_{wall, 0} {}

  ClockReading Read() const override VOUCHER_EXCLUDES(mutex_);

  // Lets time pass: both readings move on by `nanos` >= 0.
  void Advance(int64_t nanos) VOUCHER_EXCLUDES(mutex_);

  // Makes the wall clock jump by `nanos`, forward or back; the monotonic reading stays.
  void Jump(int64_t nanos) VOUCHER_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  ClockReading reading_ VOUCHER_GUARDED_BY(mutex_);
};

}  // namespace voucher
