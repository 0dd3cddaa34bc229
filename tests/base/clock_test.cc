#include "ledger/base/clock.h"

#include <atomic>
#include <limits>
#include <thread>

#include "gtest/gtest.h"

namespace voucher {
namespace {

TEST(ManualClockTest, StandsStillUntilMoved) {
  const ManualClock clock(1'000);
  EXPECT_EQ(clock.WallNow(), 1'000);
  EXPECT_EQ(clock.WallNow(), 1'000);
  EXPECT_EQ(clock.MonotonicNanos(), 0);
}

TEST(ManualClockTest, AdvanceMovesBothReadings) {
  ManualClock clock(1'000);
  clock.Advance(5);
  EXPECT_EQ(clock.WallNow(), 1'005);
  EXPECT_EQ(clock.MonotonicNanos(), 5);
}

TEST(ManualClockTest, JumpMovesTheWallOnly) {
  ManualClock clock(1'000);
  clock.Jump(-300);
  EXPECT_EQ(clock.WallNow(), 700);
  EXPECT_EQ(clock.MonotonicNanos(), 0);
}

TEST(ManualClockTest, BothReadingsAreOfOneMoment) {
  ManualClock clock(0);
  std::atomic<bool> done = false;
  std::thread advancing([&clock, &done] {
    for (int i = 0; i < 100'000; ++i) clock.Advance(1);
    done = true;
  });
  while (!done) {
    const ClockReading reading = clock.Read();
    ASSERT_EQ(reading.wall, reading.monotonic_nanos);
  }
  advancing.join();
  EXPECT_EQ(clock.WallNow(), 100'000);
}

TEST(SystemClockTest, LiesAfterThisCodeWasWrittenAndNeverGoesBack) {
  const SystemClock clock;
  const ClockReading first = clock.Read();
  const ClockReading second = clock.Read();
  EXPECT_GT(first.wall, int64_t{1'735'689'600} * kNanosPerSecond);  // 2025-01-01.
  EXPECT_GE(second.monotonic_nanos, first.monotonic_nanos);
}

TEST(TimestampTest, SurvivesTheRoundTripOverTheWholeRange) {
  for (const UnixNanos instant :
       {std::numeric_limits<int64_t>::min(), int64_t{-1'000'000'001}, int64_t{-1}, int64_t{0},
        int64_t{1}, int64_t{999'999'999}, std::numeric_limits<int64_t>::max()}) {
    EXPECT_EQ(FromTimestamp(ToTimestamp(instant)), instant) << instant;
  }
}

TEST(TimestampTest, NanosCountForwardAlsoBefore1970) {
  const google::protobuf::Timestamp timestamp = ToTimestamp(-1);
  EXPECT_EQ(timestamp.seconds(), -1);
  EXPECT_EQ(timestamp.nanos(), 999'999'999);
}

TEST(TimestampTest, RefusesWhatIsNoInstantOfTheRange) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_nanos(-1);
  EXPECT_EQ(FromTimestamp(timestamp), std::nullopt);
  timestamp.set_nanos(1'000'000'000);
  EXPECT_EQ(FromTimestamp(timestamp), std::nullopt);
  timestamp = ToTimestamp(std::numeric_limits<int64_t>::max());
  timestamp.set_nanos(timestamp.nanos() + 1);
  EXPECT_EQ(FromTimestamp(timestamp), std::nullopt);
  timestamp = ToTimestamp(std::numeric_limits<int64_t>::min());
  timestamp.set_nanos(timestamp.nanos() - 1);
  EXPECT_EQ(FromTimestamp(timestamp), std::nullopt);
  timestamp.set_seconds(std::numeric_limits<int64_t>::max());
  EXPECT_EQ(FromTimestamp(timestamp), std::nullopt);
  timestamp.set_seconds(std::numeric_limits<int64_t>::min());
  EXPECT_EQ(FromTimestamp(timestamp), std::nullopt);
}

}  // namespace
}  // namespace voucher
