#include "ledger/base/calendar.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/check.h"

namespace voucher {

Calendar::Calendar(int first_year, int last_year, std::vector<CivilDay> holidays,
                   std::vector<CivilDay> make_up_workdays)
    : first_year_(first_year),
      last_year_(last_year),
      holidays_(std::move(holidays)),
      make_up_workdays_(std::move(make_up_workdays)) {}

absl::StatusOr<Calendar> Calendar::Create(int first_year, int last_year,
                                          std::vector<CivilDay> holidays,
                                          std::vector<CivilDay> make_up_workdays) {
  if (first_year < kFirstCivilYear || last_year > kLastCivilYear || first_year > last_year) {
    return absl::InvalidArgumentError(absl::StrCat("calendar years ", first_year, " to ", last_year,
                                                   " are not in order within ", kFirstCivilYear,
                                                   " to ", kLastCivilYear));
  }
  std::sort(holidays.begin(), holidays.end());
  std::sort(make_up_workdays.begin(), make_up_workdays.end());
  std::vector<CivilDay> all;
  std::merge(holidays.begin(), holidays.end(), make_up_workdays.begin(), make_up_workdays.end(),
             std::back_inserter(all));
  for (const CivilDay day : all) {
    if (day.year() < first_year || day.year() > last_year) {
      return absl::InvalidArgumentError(
          absl::StrCat(FormatIsoDate(day), " lies outside the calendar's years"));
    }
  }
  const auto twice = std::adjacent_find(all.begin(), all.end());
  if (twice != all.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat(FormatIsoDate(*twice), " occurs twice in the calendar"));
  }
  return Calendar(first_year, last_year, std::move(holidays), std::move(make_up_workdays));
}

std::optional<bool> Calendar::IsWorkingDay(CivilDay day) const {
  if (day.year() < first_year_ || day.year() > last_year_) return std::nullopt;
  if (std::binary_search(holidays_.begin(), holidays_.end(), day)) return false;
  if (std::binary_search(make_up_workdays_.begin(), make_up_workdays_.end(), day)) return true;
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday != absl::Weekday::saturday && weekday != absl::Weekday::sunday;
}

std::optional<CivilDay> Calendar::NoticeLastDay(CivilDay start, int working_days) const {
  VOUCHER_CHECK(working_days >= 1) << working_days;
  CivilDay day = start;
  for (int counted = 0; counted < working_days;) {
    ++day;
    const std::optional<bool> working = IsWorkingDay(day);
    if (!working) return std::nullopt;
    if (*working) ++counted;
  }
  return day;
}

CivilDay CalendarDayNoticeLastDay(CivilDay start, int days) {
  VOUCHER_CHECK(days >= 1) << days;
  return start + days;
}

UnixNanos NoticeEnd(CivilDay last_day, Zone zone) {
  return StartOfDay(last_day + 1, zone);
}

}  // namespace voucher
