#include "server/host/clocks.h"

#include <ctime>

#include "ledger/base/check.h"

namespace voucher {
namespace {

int64_t ReadSystemClock(clockid_t id) {
  timespec now{};
  VOUCHER_CHECK(clock_gettime(id, &now) == 0) << "clock " << id;
  return static_cast<int64_t>(now.tv_sec) * kNanosPerSecond + now.tv_nsec;
}

}  // namespace

ClockReading SystemClock::Read() const {
  return {ReadSystemClock(CLOCK_REALTIME), ReadSystemClock(CLOCK_BOOTTIME)};
}

ClockReading ManualClock::Read() const {
  const MutexLock lock(mutex_);
  return reading_;
}

void ManualClock::Advance(int64_t nanos) {
  VOUCHER_CHECK(nanos >= 0) << nanos;
  const MutexLock lock(mutex_);
  VOUCHER_CHECK(!__builtin_add_overflow(reading_.wall, nanos, &reading_.wall)) << nanos;
  VOUCHER_CHECK(!__builtin_add_overflow(reading_.monotonic_nanos, nanos, &reading_.monotonic_nanos))
      << nanos;
}

void ManualClock::Jump(int64_t nanos) {
  const MutexLock lock(mutex_);
  VOUCHER_CHECK(!__builtin_add_overflow(reading_.wall, nanos, &reading_.wall)) << nanos;
}

}  // namespace voucher
