#include "ledger/base/civil.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/check.h"

namespace voucher {
namespace {

constexpr CivilDay kEpochDay(1970, 1, 1);

// Reads exactly `count` digits from the front of `text` and removes them; -1 if there are fewer.
int TakeDigits(absl::string_view* text, size_t count) {
  if (text->size() < count) return -1;
  int value = 0;
  for (size_t i = 0; i < count; ++i) {
    const char c = (*text)[i];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  text->remove_prefix(count);
  return value;
}

bool TakeChar(absl::string_view* text, char expected) {
  if (text->empty() || text->front() != expected) return false;
  text->remove_prefix(1);
  return true;
}

std::optional<CivilDay> RealDay(int64_t year, int month, int day) {
  if (year < kFirstCivilYear || year > kLastCivilYear) return std::nullopt;
  const CivilDay civil(year, month, day);
  // CivilDay normalises February 30 to March: such a day is not real.
  if (civil.year() != year || civil.month() != month || civil.day() != day) return std::nullopt;
  return civil;
}

std::optional<CivilDay> TakeDate(absl::string_view* text) {
  const int year = TakeDigits(text, 4);
  if (year < 0 || !TakeChar(text, '-')) return std::nullopt;
  const int month = TakeDigits(text, 2);
  if (month < 0 || !TakeChar(text, '-')) return std::nullopt;
  const int day = TakeDigits(text, 2);
  if (day < 0) return std::nullopt;
  return RealDay(year, month, day);
}

// Seconds of the day in "23:59:59"; nullopt for anything else.
std::optional<int64_t> TakeTimeOfDay(absl::string_view* text) {
  const int hour = TakeDigits(text, 2);
  if (hour < 0 || hour > 23 || !TakeChar(text, ':')) return std::nullopt;
  const int minute = TakeDigits(text, 2);
  if (minute < 0 || minute > 59 || !TakeChar(text, ':')) return std::nullopt;
  const int second = TakeDigits(text, 2);
  if (second < 0 || second > 59) return std::nullopt;
  return (hour * int64_t{60} + minute) * 60 + second;
}

// Nanoseconds of ".999", 0 without a fraction; nullopt for "." without digits or more than 9.
std::optional<int64_t> TakeFraction(absl::string_view* text) {
  if (!TakeChar(text, '.')) return 0;
  int64_t nanos = 0;
  int digits = 0;
  for (; digits < 9; ++digits) {
    const int digit = TakeDigits(text, 1);
    if (digit < 0) break;
    nanos = nanos * 10 + digit;
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 9; ++digits) nanos *= 10;
  return nanos;
}

// Seconds east of UTC in "Z" or "+08:00".
std::optional<int64_t> TakeOffset(absl::string_view* text) {
  if (TakeChar(text, 'Z') || TakeChar(text, 'z')) return 0;
  const bool west = TakeChar(text, '-');
  if (!west && !TakeChar(text, '+')) return std::nullopt;
  const int hour = TakeDigits(text, 2);
  if (hour < 0 || hour > 23 || !TakeChar(text, ':')) return std::nullopt;
  const int minute = TakeDigits(text, 2);
  if (minute < 0 || minute > 59) return std::nullopt;
  const int64_t seconds = (hour * int64_t{60} + minute) * 60;
  return west ? -seconds : seconds;
}

int64_t FloorDivide(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

}  // namespace

absl::StatusOr<Zone> Zone::Find(absl::string_view name) {
  if (name == "Asia/Shanghai") return Shanghai();
  return absl::InvalidArgumentError("time zone is unknown; only Asia/Shanghai is supported");
}

std::optional<CivilDay> FromCivilDate(const v1::CivilDate& date) {
  return RealDay(date.year(), date.month(), date.day());
}

v1::CivilDate ToCivilDate(CivilDay day) {
  v1::CivilDate date;
  date.set_year(static_cast<int32_t>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

CivilDay AddYears(CivilDay day, int years) {
  // CivilDay normalises February 29 of a common year to March 1.
  return CivilDay(day.year() + years, day.month(), day.day());
}

CivilDay AddMonths(CivilDay day, int months) {
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  const CivilDay last = CivilDay(month + 1) - 1;
  return CivilDay(month.year(), month.month(), std::min(day.day(), last.day()));
}

UnixNanos StartOfDay(CivilDay day, Zone zone) {
  VOUCHER_CHECK(day.year() >= 1700 && day.year() <= 2261) << day;
  return (day - kEpochDay) * kNanosPerDay - zone.offset_seconds() * kNanosPerSecond;
}

CivilDay DayOf(UnixNanos instant, Zone zone) {
  const std::chrono::seconds local(FloorDivide(instant, kNanosPerSecond) + zone.offset_seconds());
  // chrono computes the date; CivilDay's addition would loop over the years since 1970.
  const std::chrono::year_month_day date(
      std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(local)));
  return CivilDay(static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()));
}

std::optional<CivilDay> ParseIsoDate(absl::string_view text) {
  const std::optional<CivilDay> day = TakeDate(&text);
  if (!text.empty()) return std::nullopt;
  return day;
}

std::string FormatIsoDate(CivilDay day) {
  char text[32];
  std::snprintf(text, sizeof(text), "%04lld-%02d-%02d", static_cast<long long>(day.year()),
                day.month(), day.day());
  return text;
}

std::optional<UnixNanos> ParseRfc3339(absl::string_view text) {
  const std::optional<CivilDay> day = TakeDate(&text);
  if (!day || !(TakeChar(&text, 'T') || TakeChar(&text, 't'))) return std::nullopt;
  const std::optional<int64_t> seconds = TakeTimeOfDay(&text);
  if (!seconds) return std::nullopt;
  const std::optional<int64_t> nanos = TakeFraction(&text);
  if (!nanos) return std::nullopt;
  const std::optional<int64_t> offset = TakeOffset(&text);
  if (!offset || !text.empty()) return std::nullopt;
  return (*day - kEpochDay) * kNanosPerDay + (*seconds - *offset) * kNanosPerSecond + *nanos;
}

std::string FormatRfc3339(UnixNanos instant, Zone zone) {
  const CivilDay day = DayOf(instant, zone);
  const int64_t unix_seconds = FloorDivide(instant, kNanosPerSecond);
  const int64_t nanos = instant - unix_seconds * kNanosPerSecond;
  const int64_t local_seconds = unix_seconds + zone.offset_seconds();
  const auto seconds_of_day =
      static_cast<int>(local_seconds - FloorDivide(local_seconds, 86'400) * 86'400);

  char time[64];
  std::snprintf(time, sizeof(time), "T%02d:%02d:%02d", seconds_of_day / 3'600,
                seconds_of_day / 60 % 60, seconds_of_day % 60);
  char fraction[64] = "";
  if (nanos % 1'000 != 0) {
    std::snprintf(fraction, sizeof(fraction), ".%09lld", static_cast<long long>(nanos));
  } else if (nanos % 1'000'000 != 0) {
    std::snprintf(fraction, sizeof(fraction), ".%06lld", static_cast<long long>(nanos / 1'000));
  } else if (nanos != 0) {
    std::snprintf(fraction, sizeof(fraction), ".%03lld", static_cast<long long>(nanos / 1'000'000));
  }
  const auto minutes = static_cast<int>(zone.offset_seconds() / 60);
  char offset[32];
  std::snprintf(offset, sizeof(offset), "+%02d:%02d", minutes / 60, minutes % 60);
  return absl::StrCat(FormatIsoDate(day), time, fraction, offset);
}

}  // namespace voucher
