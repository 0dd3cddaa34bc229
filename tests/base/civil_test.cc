#include "ledger/base/civil.h"

#include "gtest/gtest.h"

namespace voucher {
namespace {

v1::CivilDate Date(int year, int month, int day) {
  v1::CivilDate date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

TEST(ZoneTest, KnowsOnlyShanghai) {
  const absl::StatusOr<Zone> zone = Zone::Find("Asia/Shanghai");
  ASSERT_TRUE(zone.ok());
  EXPECT_EQ(zone->offset_seconds(), 28'800);
  for (const absl::string_view other : {"", "UTC", "Asia/Urumqi", "asia/shanghai", "+08:00"}) {
    EXPECT_EQ(Zone::Find(other).status().code(), absl::StatusCode::kInvalidArgument) << other;
  }
}

TEST(CivilDateTest, AcceptsRealDaysOnly) {
  EXPECT_EQ(FromCivilDate(Date(2024, 2, 29)), CivilDay(2024, 2, 29));
  EXPECT_EQ(FromCivilDate(Date(2000, 2, 29)), CivilDay(2000, 2, 29));
  EXPECT_EQ(FromCivilDate(Date(1900, 1, 1)), CivilDay(1900, 1, 1));
  EXPECT_EQ(FromCivilDate(Date(2199, 12, 31)), CivilDay(2199, 12, 31));
  for (const v1::CivilDate& date :
       {v1::CivilDate(), Date(2025, 2, 29), Date(2100, 2, 29), Date(2025, 4, 31), Date(2025, 0, 1),
        Date(2025, 13, 1), Date(2025, 1, 0), Date(2025, 1, 32), Date(1899, 12, 31),
        Date(2200, 1, 1), Date(2025, -1, -1), Date(-2025, 1, 1),
        Date(2147483647, 2147483647, 2147483647)}) {
    EXPECT_EQ(FromCivilDate(date), std::nullopt) << date.ShortDebugString();
  }
}

TEST(CivilDateTest, SurvivesTheRoundTrip) {
  EXPECT_EQ(FromCivilDate(ToCivilDate(CivilDay(2025, 10, 31))), CivilDay(2025, 10, 31));
}

TEST(AddYearsTest, February29BecomesMarch1InACommonYear) {
  EXPECT_EQ(AddYears(CivilDay(2020, 2, 29), 1), CivilDay(2021, 3, 1));
  EXPECT_EQ(AddYears(CivilDay(2020, 2, 29), 4), CivilDay(2024, 2, 29));
  EXPECT_EQ(AddYears(CivilDay(2096, 2, 29), 4), CivilDay(2100, 3, 1));
  EXPECT_EQ(AddYears(CivilDay(2022, 6, 1), 3), CivilDay(2025, 6, 1));
}

TEST(AddMonthsTest, KeepsTheDayOrTakesTheLastOfAShorterMonth) {
  EXPECT_EQ(AddMonths(CivilDay(2022, 4, 15), 1), CivilDay(2022, 5, 15));
  EXPECT_EQ(AddMonths(CivilDay(2022, 5, 31), 1), CivilDay(2022, 6, 30));
  EXPECT_EQ(AddMonths(CivilDay(2024, 1, 31), 1), CivilDay(2024, 2, 29));
  EXPECT_EQ(AddMonths(CivilDay(2022, 12, 31), 2), CivilDay(2023, 2, 28));
  EXPECT_EQ(AddMonths(CivilDay(2024, 2, 29), 12), CivilDay(2025, 2, 28));
  EXPECT_EQ(AddMonths(CivilDay(2022, 8, 31), 0), CivilDay(2022, 8, 31));
}

TEST(StartOfDayTest, IsMidnightInTheZone) {
  // 2025-11-01T00:00:00+08:00 = 2025-10-31T16:00:00Z = 1761926400 s.
  EXPECT_EQ(StartOfDay(CivilDay(2025, 11, 1), Zone::Shanghai()),
            int64_t{1'761'926'400} * kNanosPerSecond);
  EXPECT_EQ(StartOfDay(CivilDay(1970, 1, 1), Zone::Shanghai()), -8 * kNanosPerHour);
}

TEST(DayOfTest, ChangesAtMidnightInTheZone) {
  const UnixNanos midnight = StartOfDay(CivilDay(2025, 11, 1), Zone::Shanghai());
  EXPECT_EQ(DayOf(midnight, Zone::Shanghai()), CivilDay(2025, 11, 1));
  EXPECT_EQ(DayOf(midnight - 1, Zone::Shanghai()), CivilDay(2025, 10, 31));
  const UnixNanos before_1970 = StartOfDay(CivilDay(1969, 12, 31), Zone::Shanghai());
  EXPECT_EQ(DayOf(before_1970, Zone::Shanghai()), CivilDay(1969, 12, 31));
  EXPECT_EQ(DayOf(before_1970 - 1, Zone::Shanghai()), CivilDay(1969, 12, 30));
}

TEST(DayOfTest, UndoesStartOfDayOnEveryDay) {
  for (CivilDay day(1700, 1, 1); day.year() <= 2261; ++day) {
    const UnixNanos start = StartOfDay(day, Zone::Shanghai());
    ASSERT_EQ(DayOf(start, Zone::Shanghai()), day);
    ASSERT_EQ(DayOf(start + kNanosPerDay - 1, Zone::Shanghai()), day);
  }
}

TEST(StartOfDayTest, OctoberCutoffDoesNotRollOnRestDays) {
  // October 31 is a Saturday in 2026 and a Sunday in 2027.
  EXPECT_EQ(
      FormatRfc3339(StartOfDay(CivilDay(2026, 10, 31) + 1, Zone::Shanghai()), Zone::Shanghai()),
      "2026-11-01T00:00:00+08:00");
  EXPECT_EQ(
      FormatRfc3339(StartOfDay(CivilDay(2027, 10, 31) + 1, Zone::Shanghai()), Zone::Shanghai()),
      "2027-11-01T00:00:00+08:00");
}

TEST(IsoDateTest, ReadsAndWritesOneForm) {
  EXPECT_EQ(ParseIsoDate("2025-10-31"), CivilDay(2025, 10, 31));
  EXPECT_EQ(FormatIsoDate(CivilDay(2025, 1, 2)), "2025-01-02");
  for (const absl::string_view text :
       {"", "2025-10-3", "2025-1-031", "2025/10/31", "20251031", "2025-10-31 ", " 2025-10-31",
        "2025-02-29", "2025-13-01", "1899-12-31", "2200-01-01", "+025-10-31", "2025-10-31T00"}) {
    EXPECT_EQ(ParseIsoDate(text), std::nullopt) << text;
  }
}

TEST(Rfc3339Test, ReadsTheSameInstantInAnyOffset) {
  const UnixNanos expected = StartOfDay(CivilDay(2025, 11, 1), Zone::Shanghai()) - 1'000'000;
  EXPECT_EQ(ParseRfc3339("2025-10-31T23:59:59.999+08:00"), expected);
  EXPECT_EQ(ParseRfc3339("2025-10-31T15:59:59.999Z"), expected);
  EXPECT_EQ(ParseRfc3339("2025-10-31t15:59:59.999000000z"), expected);
  EXPECT_EQ(ParseRfc3339("2025-10-31T10:29:59.999-05:30"), expected);
}

TEST(Rfc3339Test, RefusesEveryOtherForm) {
  for (const absl::string_view text :
       {"", "2025-10-31", "2025-10-31T23:59:59", "2025-10-31 23:59:59Z", "2025-10-31T24:00:00Z",
        "2025-10-31T23:60:00Z", "2025-10-31T23:59:60Z", "2025-10-31T23:59:59.Z",
        "2025-10-31T23:59:59.1234567890Z", "2025-10-31T23:59Z", "2025-10-31T23:59:59+8:00",
        "2025-10-31T23:59:59+24:00", "2025-10-31T23:59:59+08:60", "2025-10-31T23:59:59+0800",
        "2025-10-31T23:59:59Zz", "2025-02-29T00:00:00Z", "2200-01-01T00:00:00Z"}) {
    EXPECT_EQ(ParseRfc3339(text), std::nullopt) << text;
  }
}

TEST(Rfc3339Test, WritesTheShortestExactFraction) {
  const UnixNanos midnight = StartOfDay(CivilDay(2025, 11, 1), Zone::Shanghai());
  const auto format = [](UnixNanos instant) { return FormatRfc3339(instant, Zone::Shanghai()); };
  EXPECT_EQ(format(midnight), "2025-11-01T00:00:00+08:00");
  EXPECT_EQ(format(midnight - 1), "2025-10-31T23:59:59.999999999+08:00");
  EXPECT_EQ(format(midnight - 1'000), "2025-10-31T23:59:59.999999+08:00");
  EXPECT_EQ(format(midnight - 1'000'000), "2025-10-31T23:59:59.999+08:00");
  EXPECT_EQ(format(-1), "1970-01-01T07:59:59.999999999+08:00");
}

}  // namespace
}  // namespace voucher
