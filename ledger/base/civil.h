// Civil dates: days of the Gregorian calendar in a program's time zone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

#include "ledger/base/clock.h"
#include "voucher/v1/types.pb.h"

namespace voucher {

// A day; comparable, and `day + n` counts days.
using CivilDay = absl::CivilDay;

inline constexpr int kFirstCivilYear = 1900;
inline constexpr int kLastCivilYear = 2199;

// A time zone with a fixed offset from UTC. China has had no daylight saving time since 1991, so no
// zone database is read and every machine computes the same.
class Zone {
 public:
  // The zone of an IANA name; "Asia/Shanghai" is the only one supported, any other is
  // INVALID_ARGUMENT.
  static absl::StatusOr<Zone> Find(absl::string_view name);

  // "Asia/Shanghai", +08:00.
  static constexpr Zone Shanghai() { return Zone(int64_t{8} * 3'600); }

  constexpr int64_t offset_seconds() const { return offset_seconds_; }

 private:
  constexpr explicit Zone(int64_t offset_seconds) : offset_seconds_(offset_seconds) {}

  int64_t offset_seconds_;
};

// The day of a CivilDate, or nullopt if it is no real day of the years 1900–2199.
std::optional<CivilDay> FromCivilDate(const v1::CivilDate& date);

// The CivilDate of a day.
v1::CivilDate ToCivilDate(CivilDay day);

// The same day `years` later; February 29 becomes March 1 in a common year.
CivilDay AddYears(CivilDay day, int years);

// The same day `months` >= 0 later, or the last day of that month if it has no such day: May 31 and
// one month is June 30.
CivilDay AddMonths(CivilDay day, int months);

// The first instant of `day`. The year must lie within 1700–2261 (checked).
UnixNanos StartOfDay(CivilDay day, Zone zone);

// The day on which `instant` falls.
CivilDay DayOf(UnixNanos instant, Zone zone);

// Reads "2025-10-31"; nullopt for any other form, and if it is no real day of the years 1900–2199.
std::optional<CivilDay> ParseIsoDate(absl::string_view text);

// Writes "2025-10-31".
std::string FormatIsoDate(CivilDay day);

// Reads an RFC 3339 instant, as in "2025-10-31T23:59:59.999+08:00" or "…Z", with up to 9 digits of
// fraction. nullopt for any other form, a leap second, or a year outside 1900–2199.
std::optional<UnixNanos> ParseRfc3339(absl::string_view text);

// Writes an instant in RFC 3339 with the zone's offset and a fraction of 0, 3, 6 or 9 digits,
// the shortest that is exact.
std::string FormatRfc3339(UnixNanos instant, Zone zone);

}  // namespace voucher
