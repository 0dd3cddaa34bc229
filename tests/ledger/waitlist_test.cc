#include <filesystem>
#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/ledger/test_ledger.h"

namespace voucher::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

// What Apply asks for.
constexpr int64_t kGrantFen = 200'00;

v1::ProgramRules WaitingRules() {
  v1::ProgramRules rules = TestRules("p");
  rules.set_on_exhausted(v1::ON_EXHAUSTED_WAITLIST);
  return rules;
}

// Opens a program without money on which `count` applications wait.
void OpenWithWaiters(TestLedger* test, int count) {
  test->OpenProgram(WaitingRules(), 0, 1);
  std::vector<v1::Command> commands;
  for (int i = 0; i < count; ++i) commands.push_back(Apply("a" + std::to_string(i), "p", 0));
  for (const Outcome& outcome : test->Submit(commands, Platform()).get()) {
    ASSERT_TRUE(Accepted(outcome)) << outcome.status;
  }
}

// What happened after `sequence`, as verb names, and the applications promoted meanwhile.
struct Happened {
  std::vector<std::string> verbs;
  std::vector<uint64_t> promoted;
};
Happened After(const TestLedger& test, uint64_t sequence) {
  Happened happened;
  for (const v1::Entry& entry : test.Entries()) {
    if (entry.sequence() <= sequence) continue;
    happened.verbs.emplace_back(entry.command().has_appropriate()          ? "Appropriate"
                                : entry.command().has_timer_due()          ? "TimerDue"
                                : entry.command().has_put_provider()       ? "PutProvider"
                                : entry.command().has_submit_application() ? "SubmitApplication"
                                                                           : "?");
    for (const v1::Promotion& promotion : entry.event().waitlist().promotions()) {
      happened.promoted.push_back(promotion.application_id());
    }
  }
  return happened;
}

std::vector<uint64_t> OneTo(uint64_t last) {
  std::vector<uint64_t> ids;
  for (uint64_t id = 1; id <= last; ++id) ids.push_back(id);
  return ids;
}

TEST(Waitlist, ItsContinuationComesBeforeAnyCommandThatWasQueuedBehindTheRelease) {
  TestLedger test;
  test.Open();
  OpenWithWaiters(&test, 600);
  const uint64_t before = test.ledger->Snapshot()->sequence();
  test.turnstile.Hold();
  auto unit =
      test.Submit({Appropriate("money", "p", 601 * kGrantFen), Apply("last", "p", 0)}, Platform());
  auto other = test.Submit({PutProvider("other")}, Platform("other"));
  test.turnstile.AwaitHeld();
  test.turnstile.Release();
  EXPECT_TRUE(Accepted(other.get().at(0)));
  // 600 = 256 + 256 + 88; then the newcomer gets what is left at once.
  const Happened happened = After(test, before);
  EXPECT_THAT(happened.verbs, ElementsAre("Appropriate", "TimerDue", "TimerDue",
                                          "SubmitApplication", "PutProvider"));
  EXPECT_EQ(happened.promoted, OneTo(600));
  EXPECT_EQ(unit.get().at(1).recorded->entry.event().application_submitted().granted_fen(),
            kGrantFen);
}

TEST(Waitlist, ItsContinuationComesFirstAlsoWhenEveryGroupHoldsOneEntry) {
  TestLedger test;
  test.options.max_group_bytes = 1;
  test.Open();
  OpenWithWaiters(&test, 600);
  const uint64_t before = test.ledger->Snapshot()->sequence();
  test.turnstile.Hold();
  auto unit =
      test.Submit({Appropriate("money", "p", 600 * kGrantFen), PutProvider("other")}, Platform());
  test.turnstile.AwaitHeld();
  test.turnstile.Release();
  EXPECT_TRUE(Accepted(unit.get().at(1)));
  const Happened happened = After(test, before);
  EXPECT_THAT(happened.verbs, ElementsAre("Appropriate", "TimerDue", "TimerDue", "PutProvider"));
  EXPECT_EQ(happened.promoted, OneTo(600));
}

// After an entry that leaves the waitlist of a program unfinished, the next of that program goes
// on.
void ExpectContinuationsFirst(const TestLedger& test) {
  std::map<uint32_t, uint64_t> unfinished;  // since which entry
  for (const v1::Entry& entry : test.Entries()) {
    const auto since = unfinished.find(entry.program());
    EXPECT_TRUE(since == unfinished.end() || entry.event().has_waitlist_continued())
        << "entry " << entry.sequence() << " came between " << since->second
        << " and what continues it";
    unfinished.erase(entry.program());
    if (entry.event().waitlist().continues()) unfinished[entry.program()] = entry.sequence();
  }
}

TEST(Waitlist, TheSecondTrancheOfADayOpensAfterTheFirstHasGoneToAllWhoWait) {
  TestLedger test;
  test.Open();
  v1::ProgramRules rules = WaitingRules();
  rules.mutable_window()->mutable_last_day()->set_month(11);
  rules.mutable_window()->mutable_last_day()->set_day(30);
  test.OpenProgram(rules, 0, 1);
  std::vector<v1::Command> commands;
  for (int i = 0; i < 300; ++i) commands.push_back(Apply("a" + std::to_string(i), "p", 0));
  test.Submit(commands, Platform()).get();
  for (const int grants : {300, 301}) {
    v1::Command tranche = Appropriate("tranche-" + std::to_string(grants), "p", grants * kGrantFen);
    v1::CivilDate* opens_on = tranche.mutable_appropriate()->mutable_opens_on();
    opens_on->set_year(2025);
    opens_on->set_month(11);
    opens_on->set_day(1);
    test.Accept(tranche);
  }
  const uint64_t before = test.ledger->Snapshot()->sequence();
  test.clock.Advance(kCutoff - test.clock.WallNow());
  test.AwaitSequence(before + 3);
  EXPECT_EQ(After(test, before).promoted, OneTo(300));
  ExpectContinuationsFirst(test);
}

TEST(Waitlist, ItsContinuationComesBeforeATimerThatWasDueBeforeTheRelease) {
  TestLedger test;
  test.options.max_group_bytes = 1;
  test.Open();
  v1::ProgramRules rules = WaitingRules();
  rules.set_waitlist_after_cutoff(true);
  test.OpenProgram(rules, 0, 1);
  std::vector<v1::Command> commands;
  for (int i = 0; i < 300; ++i) commands.push_back(Apply("a" + std::to_string(i), "p", 0));
  test.Submit(commands, Platform()).get();
  const uint64_t before = test.ledger->Snapshot()->sequence();
  test.clock.Advance(kCutoff + 29 * kNanosPerSecond - test.clock.WallNow());
  // The group of the release is full; then the timer of the cutoff, due before it, can be booked.
  test.turnstile.Hold();
  auto money = test.Submit({Appropriate("money", "p", 300 * kGrantFen)}, Platform());
  test.turnstile.AwaitHeld();
  test.turnstile.ReleaseOne();
  test.turnstile.AwaitHeld();
  test.clock.Advance(2 * kNanosPerSecond);
  test.turnstile.Release();
  EXPECT_TRUE(Accepted(money.get().at(0)));
  test.AwaitSequence(before + 3);
  EXPECT_EQ(After(test, before).promoted, OneTo(300));
  ExpectContinuationsFirst(test);
}

TEST(Waitlist, WithoutAnyCommandItGoesOnByItself) {
  TestLedger test;
  test.Open();
  OpenWithWaiters(&test, 300);
  const uint64_t before = test.ledger->Snapshot()->sequence();
  test.Accept(Appropriate("money", "p", 300 * kGrantFen));
  test.AwaitSequence(before + 2);
  const Happened happened = After(test, before);
  EXPECT_THAT(happened.verbs, ElementsAre("Appropriate", "TimerDue"));
  EXPECT_EQ(happened.promoted, OneTo(300));
}

// A copy of the files while the sequencer stands between two groups is what a crash leaves there.
TEST(Waitlist, AfterACrashBetweenItsEntriesItGoesOnBeforeAnythingElse) {
  TestLedger test;
  test.options.max_group_bytes = 1;
  test.Open();
  OpenWithWaiters(&test, 600);
  const uint64_t before = test.ledger->Snapshot()->sequence();
  // Held at the group of the appropriation, then at that of its continuation.
  test.turnstile.Hold();
  auto money = test.Submit({Appropriate("money", "p", 600 * kGrantFen)}, Platform());
  test.turnstile.AwaitHeld();
  test.turnstile.ReleaseOne();
  EXPECT_TRUE(Accepted(money.get().at(0)));
  test.turnstile.AwaitHeld();
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), before + 1);

  TestLedger crashed;
  fs::copy(test.Path("data"), crashed.Path("data"), fs::copy_options::recursive);
  // Nothing is decided before the newcomer is queued.
  crashed.turnstile.Hold();
  crashed.Open();
  crashed.turnstile.AwaitHeld();
  auto newcomer = crashed.Submit({Apply("newcomer", "p", 0)}, Platform());
  crashed.turnstile.Release();
  EXPECT_TRUE(Accepted(newcomer.get().at(0)));
  const Happened happened = After(crashed, before);
  EXPECT_THAT(happened.verbs,
              ElementsAre("Appropriate", "TimerDue", "TimerDue", "SubmitApplication"));
  EXPECT_EQ(happened.promoted, OneTo(600));
  test.turnstile.Release();
}

// When a tranche of October 31 opens. It is set on the day before.
constexpr UnixNanos kMidnight = kNoon - 12 * kNanosPerHour;

v1::Command Tranche(int64_t amount_fen) {
  v1::Command command = Appropriate("tranche", "p", amount_fen);
  v1::CivilDate* day = command.mutable_appropriate()->mutable_opens_on();
  day->set_year(2025);
  day->set_month(10);
  day->set_day(31);
  return command;
}

TEST(Tranche, OpensBetweenWhatWasReceivedBeforeItsInstantAndWhatWasReceivedThen) {
  TestLedger test;
  test.clock.Jump(-kNanosPerDay);
  test.Open();
  test.OpenProgram(TestRules("p"), 0, 1);
  test.Accept(Tranche(kGrantFen));
  test.clock.Advance(kMidnight - 1 - test.clock.WallNow());
  test.turnstile.Hold();
  auto early = test.Submit({Apply("early", "p", 0)}, Platform());
  test.turnstile.AwaitHeld();
  test.clock.Advance(1);
  auto in_time = test.Submit({Apply("in-time", "p", 0), Apply("second", "p", 0)}, Platform());
  test.clock.Advance(5 * kNanosPerSecond);
  test.turnstile.Release();
  // Decided after midnight, but without the money that opened then.
  EXPECT_TRUE(RefusedFor(early.get().at(0), v1::REASON_BUDGET_EXHAUSTED));
  const std::vector<Outcome> outcomes = in_time.get();
  EXPECT_TRUE(Accepted(outcomes.at(0)));
  EXPECT_TRUE(RefusedFor(outcomes.at(1), v1::REASON_BUDGET_EXHAUSTED));
  const uint64_t end = test.ledger->Snapshot()->sequence();
  const v1::Entry opened = test.Entries().at(end - 3);
  EXPECT_TRUE(opened.event().has_tranche_opened());
  EXPECT_EQ(opened.command().timer_due().due_unix_ns(), kMidnight);
  EXPECT_EQ(opened.recorded_unix_ns(), kMidnight + 5 * kNanosPerSecond + 1);
}

TEST(Tranche, OpensOnTheInstantWhenNothingIsQueued) {
  TestLedger test;
  test.clock.Jump(-kNanosPerDay);
  test.Open();
  test.OpenProgram(TestRules("p"), 0, 1);
  test.Accept(Tranche(kGrantFen));
  test.clock.Advance(kMidnight - 1 - test.clock.WallNow());
  test.Accept(PutProvider("before"));
  const uint64_t before = test.ledger->Snapshot()->sequence();
  EXPECT_TRUE(test.Entries().back().command().has_put_provider());
  test.clock.Advance(1);
  test.AwaitSequence(before + 1);
  EXPECT_EQ(test.Entries().back().event().tranche_opened().budget_fen(), kGrantFen);
  EXPECT_EQ(test.Entries().back().recorded_unix_ns(), kMidnight);
}

}  // namespace
}  // namespace voucher::testing
