// Working days and the end of public notices (公示).
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"

#include "ledger/base/civil.h"

namespace voucher {

// A published calendar of working days (State Council notices on holidays): an immutable value.
// Saturdays and Sundays are rest days except make-up workdays (调休), other days working days
// except holidays.
class Calendar {
 public:
  // A calendar of the years first_year to last_year, both inclusive. INVALID_ARGUMENT, naming the
  // day, if the years are out of order or outside 1900–2199, a day lies outside them, or a day
  // occurs twice.
  static absl::StatusOr<Calendar> Create(int first_year, int last_year,
                                         std::vector<CivilDay> holidays,
                                         std::vector<CivilDay> make_up_workdays);

  int first_year() const { return first_year_; }
  int last_year() const { return last_year_; }

  // Whether `day` is a working day; nullopt outside the published years.
  std::optional<bool> IsWorkingDay(CivilDay day) const;

  // Last day of a notice of `working_days` >= 1 (checked) that starts on `start`: the start is not
  // counted. nullopt (CALENDAR_MISSING) if a day after the start that has to be looked at lies
  // outside the published years.
  std::optional<CivilDay> NoticeLastDay(CivilDay start, int working_days) const;

 private:
  Calendar(int first_year, int last_year, std::vector<CivilDay> holidays,
           std::vector<CivilDay> make_up_workdays);

  int first_year_;
  int last_year_;
  std::vector<CivilDay> holidays_;          // Sorted.
  std::vector<CivilDay> make_up_workdays_;  // Sorted.
};

// Last day of a notice of `days` >= 1 (checked) calendar days that starts on `start`, which is not
// counted.
CivilDay CalendarDayNoticeLastDay(CivilDay start, int days);

// First instant at which a decision is possible after a notice: the start of the day after its last
// day, working day or not.
UnixNanos NoticeEnd(CivilDay last_day, Zone zone);

}  // namespace voucher
