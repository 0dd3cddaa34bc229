#include "ledger/commit/admission.h"

#include <future>
#include <map>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <sys/stat.h>

#include "ledger/api/unavailable.h"
#include "tests/ledger/test_ledger.h"

namespace voucher::testing {
namespace {

std::vector<v1::Command> Providers(const std::string& prefix, int count) {
  std::vector<v1::Command> commands;
  for (int i = 0; i < count; ++i) commands.push_back(PutProvider(prefix + std::to_string(i)));
  return commands;
}

// Reason of the first outcome, which must be there already.
std::string RefusedAtTheDoor(std::future<std::vector<Outcome>> outcomes) {
  if (outcomes.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return "admitted";
  return UnavailableReason(outcomes.get().at(0).status);
}

// A ledger whose sequencer stands still with an empty queue.
class HeldLedger : public TestLedger {
 public:
  void OpenHeld() {
    Open();
    turnstile.Hold();
    first_ = Submit({PutProvider("first")}, Platform("first"));
    turnstile.AwaitHeld();
  }
  ~HeldLedger() { turnstile.Release(); }

 private:
  std::future<std::vector<Outcome>> first_;
};

TEST(Admission, TheQueueIsBoundedInCommandsAndAUnitIsAdmittedWhollyOrNotAtAll) {
  HeldLedger test;
  test.options.max_queued_commands = 10;
  test.OpenHeld();  // One command is queued.
  auto a = test.Submit(Providers("a", 5), Platform("a"));
  EXPECT_EQ(test.ledger->queued_commands(), 6);
  EXPECT_EQ(RefusedAtTheDoor(test.Submit(Providers("b", 5), Platform("b"))),
            unavailable::kOverloaded);
  EXPECT_EQ(test.ledger->queued_commands(), 6);
  auto c = test.Submit(Providers("c", 4), Platform("c"));
  EXPECT_EQ(test.ledger->queued_commands(), 10);
  test.turnstile.Release();
  EXPECT_TRUE(Accepted(a.get().at(4)));
  EXPECT_TRUE(Accepted(c.get().at(3)));
  EXPECT_EQ(test.ledger->queued_commands(), 0);
  EXPECT_EQ(test.ledger->queued_bytes(), 0);
}

TEST(Admission, OnePrincipalHoldsAtMostHalfOfTheSlots) {
  HeldLedger test;
  test.options.max_queued_commands = 10;
  test.OpenHeld();
  auto a = test.Submit(Providers("a", 5), Platform("a"));
  EXPECT_EQ(RefusedAtTheDoor(test.Submit(Providers("more", 1), Platform("a"))),
            unavailable::kOverloaded);
  auto b = test.Submit(Providers("b", 1), Platform("b"));
  EXPECT_EQ(test.ledger->queued_commands(), 7);
}

TEST(Admission, TheQueueIsBoundedInBytes) {
  HeldLedger test;
  test.OpenHeld();
  const size_t bytes = test.ledger->queued_bytes();
  EXPECT_EQ(bytes, PutProvider("first").ByteSizeLong());
  test.Close();

  HeldLedger small;
  small.options.max_queued_bytes = 3 * bytes;
  small.OpenHeld();
  // Half of 3 is 1 for one principal; together they fill it.
  auto a = small.Submit({PutProvider("first")}, Platform("a"));
  EXPECT_EQ(RefusedAtTheDoor(small.Submit({PutProvider("other")}, Platform("a"))),
            unavailable::kOverloaded);
  auto b = small.Submit({PutProvider("first")}, Platform("b"));
  EXPECT_EQ(RefusedAtTheDoor(small.Submit({PutProvider("first")}, Platform("c"))),
            unavailable::kOverloaded);
}

TEST(Admission, AnEmptyRefusalBucketIsUnavailableUnrecordedAndRefillsWithTime) {
  TestLedger test;
  test.options.platform_refusals_per_second = 2;
  test.options.platform_refusal_burst = 3;
  test.Open();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(RefusedFor(test.Do(WithdrawUnknown("r" + std::to_string(i))),
                           v1::REASON_APPLICATION_NOT_FOUND));
  }
  const Outcome empty = test.Do(WithdrawUnknown("r3"));
  EXPECT_EQ(UnavailableReason(empty.status), unavailable::kRefusalBucketEmpty);
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), 3);
  EXPECT_TRUE(Accepted(test.Do(PutProvider("p"), Platform("other"))))
      << "buckets are per principal";
  test.clock.Advance(kNanosPerSecond / 2 - 1);
  EXPECT_FALSE(test.Do(WithdrawUnknown("r3")).status.ok());
  test.clock.Advance(1);
  EXPECT_TRUE(RefusedFor(test.Do(WithdrawUnknown("r3")), v1::REASON_APPLICATION_NOT_FOUND));
}

TEST(Admission, OthersThanPlatformsHaveTheirOwnSmallerBucket) {
  TestLedger test;
  test.options.other_refusals_per_second = 1;
  test.options.other_refusal_burst = 1;
  test.Open();
  v1::Authority issuer;
  issuer.set_principal("issuer");
  issuer.add_roles(v1::ROLE_ISSUER);
  EXPECT_TRUE(test.Do(WithdrawUnknown("r1"), issuer).status.ok());
  EXPECT_EQ(UnavailableReason(test.Do(WithdrawUnknown("r2"), issuer).status),
            unavailable::kRefusalBucketEmpty);
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(test.Do(WithdrawUnknown("p" + std::to_string(i))).status.ok());
  }
}

TEST(Admission, TooLittleFreeSpaceStopsMutationsAndKeepsReads) {
  TestLedger test;
  test.Open();
  test.Accept(PutProvider("r1"));
  test.options.min_free_bytes = UINT64_MAX / 4;
  test.Reopen();
  EXPECT_EQ(UnavailableReason(test.Do(PutProvider("r2")).status), unavailable::kDiskFull);
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), 1);
  EXPECT_NE(test.ledger->Snapshot()->NewView()->Find<tables::ProviderNumbers>({"acme"}), nullptr);
}

TEST(Admission, TheBallastTakesItsRoom) {
  TestLedger test;
  test.options.ballast_bytes = 1 << 20;
  test.Open();
  struct stat stat {};
  ASSERT_EQ(::stat(test.Path("data/ballast").c_str(), &stat), 0);
  EXPECT_EQ(stat.st_size, 1 << 20);
  EXPECT_GE(stat.st_blocks * 512, 1 << 20);
}

TEST(Drain, FinishesWhatIsQueuedAndRefusesWhatComes) {
  TestLedger test;
  test.options.max_group_commands = 2;
  test.Open();
  test.turnstile.Hold();
  auto queued = test.Submit(Providers("a", 5), Platform());
  test.turnstile.AwaitHeld();
  std::thread drain([&] { test.ledger->Drain(); });
  while (test.ledger->mode() == Mode::kReadWrite) std::this_thread::yield();
  EXPECT_EQ(RefusedAtTheDoor(test.Submit({PutProvider("late")}, Platform())),
            unavailable::kDraining);
  test.turnstile.Release();
  drain.join();
  EXPECT_EQ(queued.wait_for(std::chrono::seconds(0)), std::future_status::ready);
  EXPECT_TRUE(Accepted(queued.get().at(4)));
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), 5);
  EXPECT_NE(test.ledger->mode_reason(), "");
}

TEST(GroupReport, CountsWhatTheGroupDid) {
  TestLedger test;
  std::promise<GroupReport> promise;
  bool set = false;
  test.options.on_group = [&](const GroupReport& report) {
    if (!set) promise.set_value(report);
    set = true;
  };
  test.Open();
  const auto outcomes = test.Submit({PutProvider("r1"), PutProvider("r1"),
                                     PutProvider("r1", "other"), WithdrawUnknown("r2")},
                                    Platform())
                            .get();
  const GroupReport report = promise.get_future().get();
  ASSERT_EQ(report.items.size(), 2);
  EXPECT_EQ(report.items[0].verb, "PutProvider");
  EXPECT_EQ(report.items[0].reason, v1::REASON_UNSPECIFIED);
  EXPECT_GT(report.items[0].queue_ns, 0);
  EXPECT_EQ(report.items[1].verb, "WithdrawApplication");
  EXPECT_EQ(report.items[1].reason, v1::REASON_APPLICATION_NOT_FOUND);
  EXPECT_EQ(report.replays, 1);
  EXPECT_EQ(report.reused, 1);
  EXPECT_EQ(report.shed, 0);
  EXPECT_EQ(report.last_sequence, 2);
  EXPECT_EQ(report.bytes, outcomes[0].recorded->entry.ByteSizeLong() +
                              outcomes[3].recorded->entry.ByteSizeLong());
  EXPECT_GT(report.decide_ns, 0);
  EXPECT_GT(report.fsync_ns, 0);
  EXPECT_GT(report.views_ns, 0);
  EXPECT_GT(report.reply_ns, 0);
}

TEST(StorageGauges, NameBothDatabasesAndTheDisk) {
  TestLedger test;
  test.Open();
  std::map<std::string, uint64_t> gauges;
  for (const auto& [name, value] : test.ledger->StorageGauges()) gauges[name] = value;
  EXPECT_GT(gauges["disk.free_bytes"], 0);
  EXPECT_EQ(gauges.count("views.total_sst_bytes"), 1);
  EXPECT_EQ(gauges.count("journal.total_sst_bytes"), 1);
}

}  // namespace
}  // namespace voucher::testing
