#include <filesystem>
#include <system_error>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <fcntl.h>
#include <unistd.h>

#include "ledger/api/unavailable.h"
#include "tests/ledger/test_ledger.h"

namespace voucher::testing {
namespace {

namespace fs = std::filesystem;

// Makes every later write to the journal's write-ahead log fail with EBADF, as a device that went
// away: the open descriptor is replaced by one that cannot be written.
int BreakJournalLog(const std::string& journal) {
  int broken = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    const fs::path target = fs::read_symlink(entry.path(), error);
    if (error || target.parent_path() != journal || target.extension() != ".log") continue;
    const int unwritable = open("/dev/null", O_RDONLY | O_CLOEXEC);
    EXPECT_GE(dup2(unwritable, std::stoi(entry.path().filename())), 0);
    close(unwritable);
    ++broken;
  }
  return broken;
}

TEST(FailStop, AFailedJournalWriteAnswersOutcomeUnknownAndStops) {
  TestLedger test;
  std::promise<void> stopped;
  std::string log;
  test.options.fail_stop = [&] { stopped.set_value(); };
  test.options.on_log = [&](int level, absl::string_view line) {
    if (level == 2) log = std::string(line);
  };
  test.options.max_group_commands = 1;
  test.Open();
  const Outcome before = test.Do(PutProvider("r1", "acme"));
  ASSERT_TRUE(Accepted(before));
  ASSERT_EQ(BreakJournalLog(fs::canonical(test.Path("data/journal"))), 1);

  test.turnstile.Hold();
  auto first = test.Submit({PutProvider("r2", "two")}, Platform());
  test.turnstile.AwaitHeld();
  // A unit of a replay, which is durable and may be answered, and a command that is not.
  auto second = test.Submit({PutProvider("r1", "acme"), PutProvider("r3", "three")}, Platform());
  test.turnstile.Release();
  std::vector<Outcome> outcomes = first.get();
  for (Outcome& outcome : second.get()) outcomes.push_back(std::move(outcome));
  ASSERT_EQ(outcomes.size(), 3);
  if (outcomes[1].status.ok()) {
    EXPECT_EQ(outcomes[1].recorded->receipt().sequence(), 1);
    outcomes.erase(outcomes.begin() + 1);
  }
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(UnavailableReason(outcome.status), unavailable::kOutcomeUnknown) << outcome.status;
    EXPECT_THAT(std::string(outcome.status.message()), ::testing::HasSubstr("same request_id"));
    EXPECT_EQ(outcome.recorded, nullptr);
  }
  stopped.get_future().wait();
  EXPECT_THAT(log, ::testing::HasSubstr("a write failed"));
  EXPECT_EQ(test.ledger->mode(), Mode::kReadOnly);
  EXPECT_EQ(UnavailableReason(test.Do(PutProvider("r4")).status), unavailable::kReadOnly);
  // Nothing of the failed group is shown.
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), 1);
}

TEST(FailStop, ARetryAfterTheRestartResolvesTheUnknown) {
  TestLedger test;
  test.options.fail_stop = [] {};
  test.Open();
  ASSERT_TRUE(Accepted(test.Do(PutProvider("r1", "acme"))));
  ASSERT_EQ(BreakJournalLog(fs::canonical(test.Path("data/journal"))), 1);
  EXPECT_EQ(UnavailableReason(test.Do(PutProvider("r2", "two")).status),
            unavailable::kOutcomeUnknown);
  test.Reopen();
  EXPECT_EQ(test.ledger->mode(), Mode::kReadWrite);
  const Outcome retried = test.Do(PutProvider("r2", "two"));
  ASSERT_TRUE(Accepted(retried)) << retried.status;
  EXPECT_EQ(retried.recorded->receipt().sequence(), 2);
}

TEST(FailStopDeathTest, TheProcessEndsByDefault) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
      {
        TestLedger test;
        test.Open();
        test.Accept(PutProvider("r1", "acme"));
        BreakJournalLog(fs::canonical(test.Path("data/journal")));
        test.Do(PutProvider("r2", "two"));
        sleep(30);
      },
      "");
}

}  // namespace
}  // namespace voucher::testing
