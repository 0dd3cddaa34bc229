#include "ledger/api/clock_watch.h"

#include <algorithm>

namespace voucher {

ClockWatch::ClockWatch(ClockReading start)
    : offset_(start.wall - start.monotonic_nanos), monotonic_(start.monotonic_nanos) {}

bool ClockWatch::Check(ClockReading now) {
  const MutexLock lock(mutex_);
  const int64_t drift = now.wall - now.monotonic_nanos - offset_;
  if (drift > kToleranceNanos || drift < -kToleranceNanos) {
    jump_ns_ = drift;
  } else if (jump_ns_ == 0) {
    // Readings of several threads may arrive out of order.
    const int64_t elapsed = std::max<int64_t>(0, now.monotonic_nanos - monotonic_);
    const int64_t follow = elapsed / kFollowOneIn;
    offset_ += std::clamp(drift, -follow, follow);
    // What the division cut off counts the next time.
    monotonic_ += follow * kFollowOneIn;
  }
  return jump_ns_ != 0;
}

bool ClockWatch::suspect() const {
  return jump_ns() != 0;
}

int64_t ClockWatch::jump_ns() const {
  const MutexLock lock(mutex_);
  return jump_ns_;
}

void ClockWatch::Accept(ClockReading now) {
  const MutexLock lock(mutex_);
  offset_ = now.wall - now.monotonic_nanos;
  monotonic_ = now.monotonic_nanos;
  jump_ns_ = 0;
}

}  // namespace voucher
