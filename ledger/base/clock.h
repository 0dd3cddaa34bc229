// Time as the ledger counts it, and the clocks it comes from.
#pragma once

#include <cstdint>
#include <optional>

#include "google/protobuf/timestamp.pb.h"

namespace voucher {

// An instant: nanoseconds since 1970-01-01T00:00:00Z. Covers 1677-09-21 to 2262-04-11.
using UnixNanos = int64_t;

inline constexpr int64_t kNanosPerSecond = 1'000'000'000;
inline constexpr int64_t kNanosPerHour = 3'600 * kNanosPerSecond;
inline constexpr int64_t kNanosPerDay = 24 * kNanosPerHour;

// Both readings of a clock at one moment.
struct ClockReading {
  UnixNanos wall = 0;
  // Nanoseconds since an arbitrary fixed point; never goes back, and does not follow wall jumps.
  int64_t monotonic_nanos = 0;
};

// A source of time. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // Both readings together. A jump of the wall clock shows as a difference between the distances of
  // two readings, so take the pair rather than two single readings for that comparison.
  virtual ClockReading Read() const = 0;

  UnixNanos WallNow() const { return Read().wall; }
  int64_t MonotonicNanos() const { return Read().monotonic_nanos; }
};

// The same instant as a protobuf Timestamp.
google::protobuf::Timestamp ToTimestamp(UnixNanos instant);

// The instant of a Timestamp, or nullopt if its nanos lie outside [0, 999,999,999] or the instant
// outside the range of UnixNanos.
std::optional<UnixNanos> FromTimestamp(const google::protobuf::Timestamp& timestamp);

}  // namespace voucher
