#include "server/host/clocks.h"

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

}  // namespace
}  // namespace voucher
