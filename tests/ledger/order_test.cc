#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/api/unavailable.h"
#include "tests/ledger/test_ledger.h"

namespace voucher::testing {
namespace {

using ::testing::ElementsAre;

// No two recorded submissions whose received order and sequence order differ; recorded times
// strictly increase.
void ExpectInOrder(const std::vector<v1::Entry>& entries) {
  int64_t recorded = 0;
  int64_t received = 0;
  std::map<uint32_t, uint64_t> queue;
  for (const v1::Entry& entry : entries) {
    EXPECT_GT(entry.recorded_unix_ns(), recorded) << entry.sequence();
    recorded = entry.recorded_unix_ns();
    if (entry.command().has_timer_due()) continue;
    EXPECT_GE(entry.received_unix_ns(), received) << entry.sequence();
    received = entry.received_unix_ns();
    if (entry.queue_number() == 0) continue;
    EXPECT_EQ(entry.queue_number(), ++queue[entry.program()]) << entry.sequence();
  }
}

TEST(Order, SixtyFourSubmittersAtOnceMakeNoQueueInversion) {
  constexpr int kSubmitters = 64;
  constexpr int kEach = 40;
  TestLedger test;
  test.options.max_group_commands = 50;
  test.Open();
  test.OpenProgram("p", kSubmitters);
  const uint64_t before = test.ledger->Snapshot()->sequence();

  std::atomic<bool> stop = false;
  std::thread time([&] {
    while (!stop) test.clock.Advance(1'000);
  });
  std::vector<std::thread> submitters;
  for (int s = 0; s < kSubmitters; ++s) {
    submitters.emplace_back([&test, s] {
      UnixNanos received = 0;
      for (int i = 0; i < kEach; ++i) {
        const std::string id = std::to_string(s) + "-" + std::to_string(i);
        const Outcome outcome = test.Do(Apply(id, "p", s));
        ASSERT_TRUE(Accepted(outcome)) << outcome.status;
        EXPECT_GE(outcome.recorded->entry.received_unix_ns(), received);
        received = outcome.recorded->entry.received_unix_ns();
      }
    });
  }
  for (std::thread& submitter : submitters) submitter.join();
  stop = true;
  time.join();

  const std::vector<v1::Entry> entries = test.Entries();
  EXPECT_EQ(entries.size(), before + kSubmitters * kEach);
  ExpectInOrder(entries);
  EXPECT_EQ(entries.back().queue_number(), kSubmitters * kEach);
}

TEST(Order, AnOutcomeOutlivesTheGroupItsCommandsAndTheLedger) {
  TestLedger test;
  test.Open();
  const Outcome outcome = test.Do(PutProvider("r1", "a-provider-with-a-long-name"));
  for (int i = 0; i < 3; ++i) test.Accept(PutProvider("more" + std::to_string(i)));
  test.Close();
  EXPECT_EQ(outcome.recorded->entry.command().put_provider().provider_id(),
            "a-provider-with-a-long-name");
  EXPECT_TRUE(outcome.recorded->entry.event().has_provider_put());
  EXPECT_EQ(outcome.recorded->receipt().sequence(), 1u);
}

TEST(Order, AnAuthorityIsIntroducedByItsFirstEntryOnlyAlsoWithinAGroup) {
  TestLedger test;
  test.Open();
  test.turnstile.Hold();
  auto one = test.Submit({PutProvider("a"), PutProvider("b"), PutProvider("c")}, Platform("one"));
  auto other = test.Submit({PutProvider("a"), PutProvider("b")}, Platform("other"));
  auto again = test.Submit({PutProvider("d")}, Platform("one"));
  test.turnstile.Release();
  for (auto* unit : {&one, &other, &again}) unit->get();
  std::vector<std::tuple<std::string, uint32_t, uint32_t>> seen;
  for (const v1::Entry& entry : test.Entries()) {
    seen.emplace_back(entry.introduced().principal(), entry.authority(), entry.principal());
  }
  const std::vector<std::tuple<std::string, uint32_t, uint32_t>> expected = {
      {"one", 1, 1}, {"", 1, 1}, {"", 1, 1}, {"other", 2, 2}, {"", 2, 2}, {"", 1, 1}};
  EXPECT_EQ(seen, expected);
}

TEST(Order, AUnitLargerThanAGroupKeepsItsOrderAndIsAnsweredOnce) {
  TestLedger test;
  test.options.max_group_commands = 3;
  test.Open();
  std::vector<v1::Command> commands;
  for (int i = 0; i < 10; ++i) commands.push_back(PutProvider("r" + std::to_string(i)));
  test.turnstile.Hold();
  auto unit = test.Submit(commands, Platform());
  test.turnstile.AwaitHeld();
  auto next = test.Submit({PutProvider("next")}, Platform("other"));
  test.turnstile.Release();
  const std::vector<Outcome> outcomes = unit.get();
  ASSERT_EQ(outcomes.size(), 10);
  for (size_t i = 0; i < 10; ++i) EXPECT_EQ(outcomes[i].recorded->receipt().sequence(), i + 1);
  EXPECT_EQ(next.get().at(0).recorded->receipt().sequence(), 11);
}

TEST(Order, AReaderSeesAnEntryBeforeItsSubmitterIsAnswered) {
  TestLedger test;
  test.Open();
  std::promise<uint64_t> seen;
  auto commands = std::make_shared<Commands>();
  *commands->Add() = PutProvider("r1");
  test.ledger->Submit(commands, Platform(), [&](std::vector<Outcome>) {
    seen.set_value(test.ledger->Snapshot()->sequence());
  });
  EXPECT_EQ(seen.get_future().get(), 1);
}

TEST(Order, ASnapshotNeverChanges) {
  TestLedger test;
  test.Open();
  test.Accept(PutProvider("r1", "acme"));
  const auto old = test.ledger->Snapshot();
  test.Accept(PutProvider("r2", "other"));
  const auto view = old->NewView();
  EXPECT_NE(view->Find<tables::ProviderNumbers>({"acme"}), nullptr);
  EXPECT_EQ(view->Find<tables::ProviderNumbers>({"other"}), nullptr);
  EXPECT_EQ(old->sequence(), 1);
  const auto now = test.ledger->Snapshot();
  EXPECT_NE(now->NewView()->Find<tables::ProviderNumbers>({"other"}), nullptr);
  EXPECT_EQ(now->recorded_at(), kNoon + 1) << "1 ns after the first, since the clock stood still";
}

TEST(Order, WaitingForASequenceThatDoesNotComeEndsWithDeadlineExceeded) {
  TestLedger test;
  test.Open();
  EXPECT_TRUE(absl::IsDeadlineExceeded(test.ledger->SnapshotAt(1, 1'000'000).status()));
  EXPECT_TRUE(test.ledger->SnapshotAt(0, 0).ok());
}

TEST(Order, ProgressIsCalledWithEachGroupUntilItsHandleGoes) {
  TestLedger test;
  test.Open();
  std::vector<uint64_t> seen;
  std::promise<void> second;
  auto handle = test.ledger->OnProgress([&](uint64_t sequence) {
    seen.push_back(sequence);
    if (sequence == 2) second.set_value();
  });
  test.Accept(PutProvider("r1", "acme"));
  test.Accept(PutProvider("r2", "other"));
  second.get_future().wait();
  handle.reset();
  test.Accept(PutProvider("r3", "third"));
  test.Close();
  EXPECT_THAT(seen, ElementsAre(1, 2));
}

TEST(Cutoff, ReceivedBeforeItAndDecidedAfterItIsAcceptedAndAtItIsRefused) {
  TestLedger test;
  test.Open();
  test.OpenProgram("p", 2);
  test.clock.Advance(kCutoff - 1 - test.clock.WallNow());
  test.turnstile.Hold();
  auto in_time = test.Submit({Apply("in-time", "p", 0)}, Platform());
  test.turnstile.AwaitHeld();
  test.clock.Advance(1);
  auto late = test.Submit({Apply("late", "p", 1)}, Platform());
  test.clock.Advance(9 * kNanosPerSecond);
  test.turnstile.Release();

  const Outcome accepted = in_time.get().at(0);
  ASSERT_TRUE(Accepted(accepted)) << accepted.status;
  EXPECT_EQ(accepted.recorded->entry.received_unix_ns(), kCutoff - 1);
  EXPECT_EQ(accepted.recorded->entry.recorded_unix_ns(), kCutoff + 9 * kNanosPerSecond);
  const Outcome refused = late.get().at(0);
  EXPECT_TRUE(RefusedFor(refused, v1::REASON_WINDOW_CLOSED));
  EXPECT_EQ(refused.recorded->entry.received_unix_ns(), kCutoff);
  EXPECT_EQ(refused.recorded->entry.queue_number(), 2) << "a refused submission has its place too";
}

TEST(Cutoff, ADueTimerOfAnotherProgramComesFirstAndChangesNothingForAQueuedOne) {
  TestLedger test;
  test.Open();
  test.OpenProgram("p", 1);
  // Its cutoff, 2025-10-31T00:00, passed 12 hours ago when it is published 29 s before p's cutoff
  // ...
  test.clock.Advance(kCutoff - 29 * kNanosPerSecond - test.clock.WallNow());
  v1::Command publish;
  publish.mutable_publish_program()->set_request_id("publish-q");
  *publish.mutable_publish_program()->mutable_rules() = TestRules("q", 30);
  test.turnstile.Hold();
  auto q = test.Submit({publish}, Platform());
  test.turnstile.AwaitHeld();
  test.turnstile.Release();
  const Outcome decided = q.get().at(0);
  ASSERT_TRUE(Accepted(decided));
  const uint64_t published = decided.recorded->entry.sequence();
  // ... so its timer is booked at once.
  test.AwaitSequence(published + 1);
  EXPECT_TRUE(test.Entries().back().event().has_program_cutoff_reached());

  test.clock.Advance(29 * kNanosPerSecond - 1);
  test.turnstile.Hold();
  auto in_time = test.Submit({Apply("in-time", "p", 0)}, Platform());
  test.turnstile.AwaitHeld();
  test.clock.Advance(10 * kNanosPerSecond);
  test.turnstile.Release();
  EXPECT_TRUE(Accepted(in_time.get().at(0)));
  ExpectInOrder(test.Entries());
}

TEST(Timers, ATimerIsBookedAtItsInstantThoughNothingWaitsAndNotBefore) {
  TestLedger test;
  test.Open();
  test.OpenProgram("p", 1);
  test.clock.Advance(kCutoff - 1 - test.clock.WallNow());
  // A recorded command shows that the sequencer had its chance.
  test.Accept(PutProvider("r1"));
  const uint64_t before = test.ledger->Snapshot()->sequence();
  EXPECT_TRUE(test.Entries().back().command().has_put_provider());
  test.clock.Advance(1);
  test.AwaitSequence(before + 1);
  const v1::Entry timer = test.Entries().back();
  EXPECT_TRUE(timer.event().has_program_cutoff_reached());
  EXPECT_EQ(timer.command().timer_due().due_unix_ns(), kCutoff);
  EXPECT_EQ(timer.recorded_unix_ns(), kCutoff);
  EXPECT_EQ(timer.authority(), 0);
  // It is booked once.
  test.Accept(PutProvider("r2"));
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), before + 2);
}

TEST(Timers, ADeadlineOfManySplitsWhatCameBeforeItFromWhatCameThen) {
  constexpr size_t kPrograms = 1'200;  // more than two groups book
  TestLedger test;
  test.Open();
  std::vector<v1::Command> publish(kPrograms);
  for (size_t i = 0; i < kPrograms; ++i) {
    const std::string id = absl::StrCat("p", i);
    publish[i].mutable_publish_program()->set_request_id(id);
    *publish[i].mutable_publish_program()->mutable_rules() = TestRules(id, 31);
  }
  for (const Outcome& outcome : test.Submit(publish, Platform()).get()) {
    ASSERT_TRUE(Accepted(outcome)) << outcome.status;
  }
  test.clock.Advance(kCutoff - 1 - test.clock.WallNow());
  test.turnstile.Hold();
  auto before = test.Submit({PutProvider("before")}, Platform());
  test.turnstile.AwaitHeld();
  test.clock.Advance(1);
  auto then = test.Submit({PutProvider("then")}, Platform());
  test.clock.Advance(5 * kNanosPerSecond);
  test.turnstile.Release();
  const uint64_t last = before.get().at(0).recorded->entry.sequence();
  EXPECT_EQ(last, kPrograms + 1);
  EXPECT_EQ(then.get().at(0).recorded->entry.sequence(), last + kPrograms + 1);
  for (const v1::Entry& entry : test.Entries()) {
    EXPECT_EQ(entry.event().has_program_cutoff_reached(),
              entry.sequence() > last && entry.sequence() <= last + kPrograms);
  }
}

TEST(Timers, NothingIsReceivedBeforeADeadlineThatIsBookedThoughTheClockGoesBack) {
  TestLedger test;
  test.Open();
  test.OpenProgram("p", 1);
  test.clock.Advance(kCutoff - test.clock.WallNow());
  const uint64_t before = test.ledger->Snapshot()->sequence();
  test.AwaitSequence(before + 1);     // booked though nothing waited
  test.clock.Jump(-kNanosPerSecond);  // less than what makes the clock suspect
  const Outcome refused = test.Do(Apply("late", "p", 0));
  EXPECT_TRUE(RefusedFor(refused, v1::REASON_WINDOW_CLOSED));
  EXPECT_GE(refused.recorded->entry.received_unix_ns(), kCutoff);
}

TEST(Timers, TimersMissedWhileDownAreBookedInDueOrderAfterTheStart) {
  TestLedger test;
  test.clock.Jump(-10 * kNanosPerDay);  // October 21: nothing is due.
  test.Open();
  for (const int last_day : {31, 29, 30}) {
    v1::Command publish;
    const std::string id = "p" + std::to_string(last_day);
    publish.mutable_publish_program()->set_request_id(id);
    *publish.mutable_publish_program()->mutable_rules() = TestRules(id, last_day);
    test.Accept(publish);
  }
  test.Close();
  test.options.confirm_clock = true;
  test.clock.Advance(12 * kNanosPerDay);
  test.Open();
  test.AwaitSequence(6);
  std::vector<int64_t> due;
  for (const v1::Entry& entry : test.Entries()) {
    if (entry.command().has_timer_due()) due.push_back(entry.command().timer_due().due_unix_ns());
  }
  EXPECT_THAT(due, ElementsAre(kCutoff - 2 * kNanosPerDay, kCutoff - kNanosPerDay, kCutoff));
}

TEST(Shed, ACommandThatWaitedMoreThanTenSecondsIsNotRecorded) {
  TestLedger test;
  test.Open();
  test.turnstile.Hold();
  auto old = test.Submit({PutProvider("old")}, Platform());
  test.turnstile.AwaitHeld();
  test.clock.Advance(1);
  auto young = test.Submit({PutProvider("young")}, Platform());
  test.clock.Advance(10 * kNanosPerSecond);
  test.turnstile.Release();
  EXPECT_EQ(UnavailableReason(old.get().at(0).status), unavailable::kQueuedTooLong);
  EXPECT_TRUE(Accepted(young.get().at(0))) << "exactly 10 s are not too long";
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), 1);
  // Its id was not used up.
  EXPECT_TRUE(Accepted(test.Do(PutProvider("old"))));
}

}  // namespace
}  // namespace voucher::testing
