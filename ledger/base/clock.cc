#include "ledger/base/clock.h"

namespace voucher {
google::protobuf::Timestamp ToTimestamp(UnixNanos instant) {
  int64_t seconds = instant / kNanosPerSecond;
  int64_t nanos = instant % kNanosPerSecond;
  if (nanos < 0) {
    nanos += kNanosPerSecond;
    --seconds;
  }
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(nanos));
  return timestamp;
}

std::optional<UnixNanos> FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  if (timestamp.nanos() < 0 || timestamp.nanos() >= kNanosPerSecond) return std::nullopt;
  // Before 1970 the second is taken one later and the nanos go below it, so that the first
  // representable instants do not overflow on the way.
  int64_t seconds = timestamp.seconds();
  int64_t nanos = timestamp.nanos();
  if (seconds < 0 && nanos > 0) {
    ++seconds;
    nanos -= kNanosPerSecond;
  }
  UnixNanos instant = 0;
  if (__builtin_mul_overflow(seconds, kNanosPerSecond, &instant)) return std::nullopt;
  if (__builtin_add_overflow(instant, nanos, &instant)) return std::nullopt;
  return instant;
}

}  // namespace voucher
