#include "ledger/api/clock_watch.h"

#include "gtest/gtest.h"

#include "ledger/api/unavailable.h"
#include "tests/ledger/test_ledger.h"

namespace voucher::testing {
namespace {

constexpr int64_t kMillisecond = 1'000'000;

TEST(ClockWatch, TwoSecondsAreToleratedAndOneNanosecondMoreIsAJump) {
  ClockWatch watch({.wall = 1'000, .monotonic_nanos = 0});
  EXPECT_FALSE(watch.Check({.wall = 1'000 + 2 * kNanosPerSecond, .monotonic_nanos = 0}));
  EXPECT_TRUE(watch.Check({.wall = 1'001 + 2 * kNanosPerSecond, .monotonic_nanos = 0}));
  EXPECT_EQ(watch.jump_ns(), 2 * kNanosPerSecond + 1);

  ClockWatch back({.wall = 1'000, .monotonic_nanos = 0});
  EXPECT_FALSE(back.Check({.wall = 1'000 - 2 * kNanosPerSecond, .monotonic_nanos = 0}));
  EXPECT_TRUE(back.Check({.wall = 999 - 2 * kNanosPerSecond, .monotonic_nanos = 0}));
  EXPECT_EQ(back.jump_ns(), -2 * kNanosPerSecond - 1);
}

TEST(ClockWatch, ElapsedTimeIsNoJump) {
  ClockWatch watch({.wall = 1'000, .monotonic_nanos = 0});
  EXPECT_FALSE(watch.Check({.wall = 1'000 + kNanosPerDay, .monotonic_nanos = kNanosPerDay}));
}

TEST(ClockWatch, ASlewOfHalfAMillisecondPerSecondIsFollowedForADay) {
  ClockWatch watch({.wall = 0, .monotonic_nanos = 0});
  for (int64_t s = 1; s <= 86'400; ++s) {
    ASSERT_FALSE(watch.Check({.wall = s * kNanosPerSecond + s * kMillisecond / 2,
                              .monotonic_nanos = s * kNanosPerSecond}))
        << s;
  }
}

TEST(ClockWatch, SmallStepsThatAddUpAreAJump) {
  ClockWatch watch({.wall = 0, .monotonic_nanos = 0});
  bool suspect = false;
  // 100 ms forward every second: 2 s after some 20 steps.
  for (int64_t s = 1; s <= 22; ++s) {
    suspect = watch.Check({.wall = s * kNanosPerSecond + s * 100 * kMillisecond,
                           .monotonic_nanos = s * kNanosPerSecond});
  }
  EXPECT_TRUE(suspect);
}

TEST(ClockWatch, AClockThatWentBackByItselfStaysSuspectUntilAccepted) {
  ClockWatch watch({.wall = 0, .monotonic_nanos = 0});
  EXPECT_TRUE(watch.Check({.wall = kNanosPerHour, .monotonic_nanos = 1}));
  EXPECT_TRUE(watch.Check({.wall = 2, .monotonic_nanos = 2}));
  EXPECT_EQ(watch.jump_ns(), kNanosPerHour - 1);
  watch.Accept({.wall = 2, .monotonic_nanos = 2});
  EXPECT_FALSE(watch.suspect());
  EXPECT_EQ(watch.jump_ns(), 0);
  EXPECT_FALSE(watch.Check({.wall = 3, .monotonic_nanos = 3}));
}

class ClockJump : public ::testing::TestWithParam<int64_t> {};

TEST_P(ClockJump, StopsMutationsAndTimersAndIsResumedByARecordedAct) {
  TestLedger test;
  test.Open();
  test.OpenProgram("p", 1);
  const uint64_t before = test.ledger->Snapshot()->sequence();
  const UnixNanos last = test.ledger->Snapshot()->recorded_at();
  ASSERT_EQ(test.ledger->mode(), Mode::kReadWrite);

  test.clock.Jump(GetParam());
  EXPECT_EQ(UnavailableReason(test.Do(PutProvider("r1")).status), unavailable::kClockSuspect);
  EXPECT_EQ(test.ledger->mode(), Mode::kClockSuspect);
  EXPECT_NE(test.ledger->mode_reason(), "");
  // Reads go on, and no timer was booked although the cutoff may seem to be past.
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), before);
  // A resumption among other commands is not taken.
  const auto mixed = test.Submit({Resume("mixed"), PutProvider("r1")}, Admin()).get();
  EXPECT_EQ(UnavailableReason(mixed.at(0).status), unavailable::kClockSuspect);

  const Outcome resumed = test.Do(Resume("resume"), Admin());
  ASSERT_TRUE(Accepted(resumed)) << resumed.status;
  EXPECT_EQ(resumed.recorded->entry.event().clock_resumed().jump_ns(), GetParam());
  EXPECT_GT(resumed.recorded->entry.recorded_unix_ns(), last);
  EXPECT_EQ(test.ledger->mode(), Mode::kReadWrite);
  EXPECT_EQ(test.ledger->mode_reason(), "");

  const Outcome after = test.Do(PutProvider("r1"));
  ASSERT_TRUE(Accepted(after)) << after.status;
  EXPECT_GT(after.recorded->entry.recorded_unix_ns(), resumed.recorded->entry.recorded_unix_ns());
  EXPECT_GE(after.recorded->entry.received_unix_ns(), resumed.recorded->entry.received_unix_ns());
}

INSTANTIATE_TEST_SUITE_P(ForwardAndBack, ClockJump,
                         ::testing::Values(20 * kNanosPerHour, -3 * kNanosPerSecond),
                         [](const auto& jump) { return jump.param > 0 ? "Forward" : "Back"; });

TEST(ClockSuspicion, CommandsQueuedBeforeTheJumpAreNotRecorded) {
  TestLedger test;
  test.Open();
  test.turnstile.Hold();
  auto queued = test.Submit({PutProvider("r1")}, Platform());
  test.turnstile.AwaitHeld();
  test.clock.Jump(kNanosPerHour);
  test.turnstile.Release();
  EXPECT_EQ(UnavailableReason(queued.get().at(0).status), unavailable::kClockSuspect);
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), 0);
}

TEST(ClockSuspicion, ResumingWithoutAJumpIsARecordedRefusal) {
  TestLedger test;
  test.Open();
  EXPECT_TRUE(RefusedFor(test.Do(Resume("resume"), Admin()), v1::REASON_ILLEGAL_STATE));
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), 1);
}

}  // namespace
}  // namespace voucher::testing
