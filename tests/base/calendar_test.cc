#include "ledger/base/calendar.h"

#include <fstream>
#include <string>

#include "gtest/gtest.h"

#include "nlohmann/json.hpp"
#include "tests/support/calendar_csv.h"

namespace voucher {
namespace {

constexpr char kStatutoryDays[] = "deploy/calendars/cn-statutory-days.csv";

Calendar StatutoryCalendar() {
  absl::StatusOr<Calendar> calendar = ReadCalendarCsv(kStatutoryDays, 2021, 2026);
  EXPECT_TRUE(calendar.ok()) << calendar.status();
  return *std::move(calendar);
}

TEST(CalendarTest, EveryPublishedNoticeVectorHolds) {
  const Calendar calendar = StatutoryCalendar();
  std::ifstream file("tests/vectors/working_days.jsonl");
  std::string line;
  int count = 0;
  while (std::getline(file, line)) {
    SCOPED_TRACE(line);
    const nlohmann::json vector = nlohmann::json::parse(line);
    const std::optional<CivilDay> start =
        ParseIsoDate(vector["notice_starts_on"].get<std::string>());
    ASSERT_TRUE(start.has_value());
    const std::optional<CivilDay> last =
        calendar.NoticeLastDay(*start, vector["working_days"].get<int>());
    ASSERT_TRUE(last.has_value());
    EXPECT_EQ(FormatIsoDate(*last), vector["last_notice_day"].get<std::string>());
    EXPECT_EQ(FormatRfc3339(NoticeEnd(*last, Zone::Shanghai()), Zone::Shanghai()),
              vector["approvable_from"].get<std::string>());
    ++count;
  }
  EXPECT_EQ(count, 80);
}

TEST(CalendarTest, WeekendsRestUnlessMadeUpAndHolidaysAlwaysRest) {
  const Calendar calendar = StatutoryCalendar();
  EXPECT_EQ(calendar.IsWorkingDay(CivilDay(2025, 1, 26)), true);   // Make-up Sunday.
  EXPECT_EQ(calendar.IsWorkingDay(CivilDay(2025, 2, 9)), false);   // Plain Sunday.
  EXPECT_EQ(calendar.IsWorkingDay(CivilDay(2025, 10, 1)), false);  // National day, Wednesday.
  EXPECT_EQ(calendar.IsWorkingDay(CivilDay(2025, 10, 31)), true);  // Friday.
}

TEST(CalendarTest, AnswersNothingOutsideThePublishedYears) {
  const Calendar calendar = StatutoryCalendar();
  EXPECT_EQ(calendar.IsWorkingDay(CivilDay(2020, 12, 31)), std::nullopt);
  EXPECT_EQ(calendar.IsWorkingDay(CivilDay(2027, 1, 1)), std::nullopt);
}

TEST(CalendarTest, NoticeThatLeavesThePublishedYearsHasNoLastDay) {
  const Calendar calendar = StatutoryCalendar();
  // 2026-12-25 is a Friday: Monday to Thursday are the last 4 working days of 2026.
  EXPECT_EQ(calendar.NoticeLastDay(CivilDay(2026, 12, 25), 4), CivilDay(2026, 12, 31));
  EXPECT_EQ(calendar.NoticeLastDay(CivilDay(2026, 12, 25), 5), std::nullopt);
}

TEST(CalendarTest, StartIsNotCountedAndMayLieOutsideThePublishedYears) {
  const absl::StatusOr<Calendar> calendar = Calendar::Create(2025, 2025, {}, {});
  ASSERT_TRUE(calendar.ok());
  // 2025-01-01 is a Wednesday and, in this calendar, a working day.
  EXPECT_EQ(calendar->NoticeLastDay(CivilDay(2024, 12, 31), 1), CivilDay(2025, 1, 1));
  EXPECT_EQ(calendar->NoticeLastDay(CivilDay(2024, 12, 30), 1), std::nullopt);
}

TEST(CalendarTest, CalendarDayNoticeCountsEveryDayAfterItsStart) {
  const CivilDay last = CalendarDayNoticeLastDay(CivilDay(2024, 2, 27), 7);
  EXPECT_EQ(last, CivilDay(2024, 3, 5));
  EXPECT_EQ(FormatRfc3339(NoticeEnd(last, Zone::Shanghai()), Zone::Shanghai()),
            "2024-03-06T00:00:00+08:00");
}

TEST(CalendarTest, RefusesDaysOutsideItsYearsAndDaysGivenTwice) {
  EXPECT_FALSE(Calendar::Create(2025, 2025, {CivilDay(2026, 1, 1)}, {}).ok());
  EXPECT_FALSE(Calendar::Create(2025, 2025, {}, {CivilDay(2024, 12, 31)}).ok());
  EXPECT_FALSE(Calendar::Create(2025, 2025, {CivilDay(2025, 5, 1)}, {CivilDay(2025, 5, 1)}).ok());
  const absl::Status twice =
      Calendar::Create(2025, 2025, {CivilDay(2025, 5, 1), CivilDay(2025, 5, 1)}, {}).status();
  EXPECT_EQ(twice.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(twice.message().find("2025-05-01"), absl::string_view::npos) << twice;
}

TEST(CalendarTest, RefusesYearsOutOfOrderOrRange) {
  EXPECT_FALSE(Calendar::Create(2026, 2025, {}, {}).ok());
  EXPECT_FALSE(Calendar::Create(1899, 2025, {}, {}).ok());
  EXPECT_FALSE(Calendar::Create(2025, 2200, {}, {}).ok());
}

}  // namespace
}  // namespace voucher
