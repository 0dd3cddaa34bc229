#include "ledger/recovery/stores.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/api/unavailable.h"
#include "ledger/recovery/catch_up.h"
#include "ledger/state/writer_rows.h"
#include "tests/ledger/test_ledger.h"

namespace voucher::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

void Copy(const std::string& from, const std::string& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
}

// Records `count` more entries; `history` tells two of them apart.
void Record(TestLedger* test, int count, const std::string& history = "a") {
  for (int i = 0; i < count; ++i) {
    const std::string name = history + std::to_string(test->ledger->Snapshot()->sequence() + 1);
    test->Accept(PutProvider(name, name));
  }
}

void ExpectReadOnly(TestLedger* test, const std::string& why) {
  EXPECT_EQ(test->ledger->mode(), Mode::kReadOnly);
  EXPECT_THAT(test->ledger->mode_reason(), HasSubstr(why));
  const Outcome outcome = test->Do(PutProvider("refused"));
  EXPECT_EQ(UnavailableReason(outcome.status), unavailable::kReadOnly);
  EXPECT_THAT(std::string(outcome.status.message()), HasSubstr(why));
}

TEST(Recovery, AnEmptyDirectoryIsCreatedOnlyWhenAsked) {
  TestLedger test;
  test.options.create_if_missing = false;
  EXPECT_TRUE(absl::IsNotFound(Ledger::Open(test.options).status()));
  EXPECT_FALSE(fs::exists(test.Path("data")));
  test.options.create_if_missing = true;
  test.Open();
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), 0);
  EXPECT_EQ(test.ledger->ledger_id().size(), 32);
  const std::string id = test.ledger->ledger_id();
  test.options.create_if_missing = false;
  test.Reopen();
  EXPECT_EQ(test.ledger->ledger_id(), id);
}

TEST(Recovery, ASecondOpenIsRefusedWithAClearMessage) {
  TestLedger test;
  test.Open();
  const absl::Status second = Ledger::Open(test.options).status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.message()), HasSubstr("another process has the ledger"));
}

TEST(Recovery, DeletedViewsAreRebuiltToTheSameDigestWithProgress) {
  TestLedger test;
  test.Open();
  test.OpenProgram("p", 3);
  std::vector<v1::Command> commands;
  for (int i = 0; i < 5'000; ++i) commands.push_back(Apply("a" + std::to_string(i), "p", i % 3));
  for (const Outcome& outcome : test.Submit(commands, Platform()).get()) {
    ASSERT_TRUE(Accepted(outcome)) << outcome.status;
  }
  const Hash before = test.ledger->ViewsDigest().value();
  const Hash root = test.ledger->Snapshot()->root();
  const uint64_t sequence = test.ledger->Snapshot()->sequence();
  test.Close();

  fs::remove_all(test.Path("data/views"));
  std::vector<std::pair<uint64_t, uint64_t>> progress;
  test.options.on_rebuild_progress = [&](uint64_t done, uint64_t total) {
    progress.emplace_back(done, total);
  };
  test.Open();
  EXPECT_EQ(test.ledger->ViewsDigest().value(), before);
  EXPECT_EQ(test.ledger->Snapshot()->root(), root);
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), sequence);
  ASSERT_FALSE(progress.empty());
  EXPECT_EQ(progress.back(), std::pair(sequence, sequence));
  EXPECT_EQ(test.ledger->mode(), Mode::kReadWrite);
  Record(&test, 1);
}

TEST(Recovery, ViewsThatLagBehindTheJournalAreBroughtUp) {
  TestLedger test;
  test.Open();
  Record(&test, 3);
  test.Close();
  Copy(test.Path("data/views"), test.Path("old-views"));
  test.Open();
  Record(&test, 4);
  const Hash digest = test.ledger->ViewsDigest().value();
  test.Close();
  Copy(test.Path("old-views"), test.Path("data/views"));
  test.Open();
  EXPECT_EQ(test.ledger->ViewsDigest().value(), digest);
  EXPECT_EQ(test.ledger->mode(), Mode::kReadWrite);
}

// The benchmark reads this line.
TEST(Recovery, TheLogSaysHowLongViewsTookForWhatTheyLacked) {
  TestLedger test;
  std::vector<std::string> lines;
  test.options.on_log = [&](int, absl::string_view line) { lines.emplace_back(line); };
  test.Open();
  Record(&test, 3);
  test.Close();
  fs::remove_all(test.Path("data/views"));
  test.Open();
  test.Close();
  test.Open();  // They lack nothing.
  test.Close();
  EXPECT_THAT(
      lines,
      ElementsAre(MatchesRegex("views caught up with 3 entries in [0-9]+\\.[0-9][0-9][0-9] s")));
}

TEST(Recovery, ViewsOfAnotherEvolveVersionAreBuiltAnewAndSwappedIn) {
  TestLedger test;
  test.Open();
  Record(&test, 3);
  const Hash digest = test.ledger->ViewsDigest().value();
  test.Close();
  {
    auto views = Views::Open(test.Path("data/views")).value();
    Reached reached = *views->reached();
    reached.evolve_version = kEvolveVersion + 1;
    const WriterRows empty(nullptr);
    EditableRows layer(&empty);
    layer.Put<tables::ProviderNumbers>({"of-another-version"}, {});
    ASSERT_TRUE(views->Apply(*layer.TakeChanges(), reached).ok());
  }
  test.Open();
  EXPECT_EQ(test.ledger->ViewsDigest().value(), digest);
  EXPECT_EQ(test.ledger->mode(), Mode::kReadWrite);
  EXPECT_FALSE(fs::exists(test.Path("data/views.new")));
}

TEST(Recovery, AnInterruptedSwapIsFinished) {
  TestLedger test;
  test.Open();
  Record(&test, 3);
  const Hash digest = test.ledger->ViewsDigest().value();
  test.Close();
  fs::rename(test.Path("data/views"), test.Path("data/views.new"));
  test.Open();
  EXPECT_EQ(test.ledger->ViewsDigest().value(), digest);
  EXPECT_FALSE(fs::exists(test.Path("data/views.new")));
}

TEST(Recovery, ViewsBeyondTheJournalsEndOpenReadOnly) {
  TestLedger test;
  test.Open();
  Record(&test, 3);
  test.Close();
  Copy(test.Path("data"), test.Path("old"));
  test.Open();
  Record(&test, 2);
  test.Close();
  Copy(test.Path("old/journal"), test.Path("data/journal"));
  fs::copy_file(test.Path("old/high-water-mark"), test.Path("data/high-water-mark"),
                fs::copy_options::overwrite_existing);
  test.Open();
  ExpectReadOnly(&test, "the views have reached entry 5, but the journal ends at 3");
  // What they show is still shown.
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), 5);
  std::string stored;
  EXPECT_TRUE(test.ledger->ReadEntry(3, &stored).ok());
  EXPECT_FALSE(test.ledger->ReadEntry(4, &stored).ok());
}

// Some 4 KB: a calendar in which every day has a name.
v1::Command LargeCommand(const std::string& request_id) {
  v1::Command command;
  v1::PublishCalendarRequest* request = command.mutable_publish_calendar();
  request->set_request_id(request_id);
  request->set_first_year(2025);
  request->set_last_year(2025);
  for (CivilDay day(2025, 1, 1); day.year() == 2025; ++day) {
    v1::CalendarDay* special = request->add_days();
    *special->mutable_date() = ToCivilDate(day);
    special->set_name("x");
  }
  return command;
}

TEST(Recovery, ViewsAreBroughtUpOverManyReadsOfTheJournal) {
  TestLedger test;
  test.Open();
  test.Accept(PutEnterprise("enterprise", 0));
  // catch_up.cc reads 1,024 at a time, and fewer of those that are large.
  constexpr int kUnit = 1'000, kUnits = 12, kLargeUnits = 4;
  for (int unit = 0; unit < kUnits; ++unit) {
    std::vector<v1::Command> commands;
    for (int i = 0; i < kUnit; ++i) {
      const std::string name = std::to_string(unit * kUnit + i);
      commands.push_back(unit < kLargeUnits ? LargeCommand(name) : PutProvider(name, name));
    }
    for (const Outcome& outcome : test.Submit(std::move(commands), Platform()).get()) {
      ASSERT_TRUE(Accepted(outcome));
    }
  }
  const Hash digest = test.ledger->ViewsDigest().value();
  test.Close();
  fs::remove_all(test.Path("data/views"));
  test.Open();
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), uint64_t{kUnit} * kUnits + 1);
  EXPECT_EQ(test.ledger->ViewsDigest().value(), digest);
  test.Close();

  // Loaded piece by piece: no read brings fewer rows than the views take at a time.
  const auto journal =
      Journal::Open({.path = test.Path("data/journal"), .read_only = true}).value();
  auto views = Views::Open(test.Path("pieces"), {.table_rows = 500}).value();
  ASSERT_TRUE(CatchUpViews(*journal, test.options, views.get()).ok());
  EXPECT_EQ(views->Digest().value(), digest);
  views.reset();
  EXPECT_EQ(Views::Open(test.Path("pieces")).value()->Digest().value(), digest);
}

TEST(Recovery, ViewsOfAnotherLedgerOpenReadOnly) {
  TestLedger other;
  other.Open();
  Record(&other, 2);
  const std::string other_id = other.ledger->ledger_id();
  other.Close();
  TestLedger test;
  test.Open();
  Record(&test, 3);
  test.Close();
  Copy(other.Path("data/views"), test.Path("data/views"));
  test.Open();
  ExpectReadOnly(&test, "the views belong to ledger " + other_id);
}

TEST(Recovery, ViewsOfAnotherHistoryOfTheSameLedgerOpenReadOnly) {
  TestLedger test;
  test.Open();
  Record(&test, 3);
  test.Close();
  Copy(test.Path("data"), test.Path("fork"));
  test.Open();
  Record(&test, 2);
  test.Close();
  // The same ledger went on from entry 3 differently.
  Copy(test.Path("data/views"), test.Path("first-views"));
  Copy(test.Path("fork"), test.Path("data"));
  test.Open();
  Record(&test, 2, "b");
  test.Close();
  Copy(test.Path("first-views"), test.Path("data/views"));
  test.Open();
  ExpectReadOnly(&test, "the views derive from other entries than the journal's");
}

TEST(Recovery, AJournalCutBelowItsMarkOpensReadOnly) {
  TestLedger test;
  test.Open();
  Record(&test, 3);
  test.Close();
  Copy(test.Path("data"), test.Path("old"));
  test.Open();
  Record(&test, 2);
  test.Close();
  Copy(test.Path("old/journal"), test.Path("data/journal"));
  Copy(test.Path("old/views"), test.Path("data/views"));
  test.Open();
  EXPECT_EQ(test.ledger->mode(), Mode::kReadOnly);
  ExpectReadOnly(&test, test.ledger->mode_reason());
  EXPECT_THAT(test.ledger->mode_reason(), HasSubstr("mark"));
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), 3);
}

TEST(Recovery, AJournalOfAnotherHistoryThanItsMarkOpensReadOnly) {
  TestLedger test;
  test.Open();
  Record(&test, 3);
  test.Close();
  Copy(test.Path("data"), test.Path("fork"));
  test.Open();
  Record(&test, 1);
  test.Close();
  fs::copy_file(test.Path("data/high-water-mark"), test.Path("mark-at-4"));
  Copy(test.Path("fork"), test.Path("data"));
  test.Open();
  Record(&test, 2, "b");
  test.Close();
  fs::copy_file(test.Path("mark-at-4"), test.Path("data/high-water-mark"),
                fs::copy_options::overwrite_existing);
  test.Open();
  ExpectReadOnly(&test, test.ledger->mode_reason());
  EXPECT_THAT(test.ledger->mode_reason(), HasSubstr("root"));
}

TEST(Recovery, AMissingMarkOfALedgerWithEntriesOpensReadOnly) {
  TestLedger test;
  test.Open();
  Record(&test, 1);
  test.Close();
  fs::remove(test.Path("data/high-water-mark"));
  test.Open();
  ExpectReadOnly(&test, "the high-water mark is missing");
}

TEST(Recovery, AMissingJournalBesideAMarkIsDataLossAndNothingIsCreated) {
  TestLedger test;
  test.Open();
  Record(&test, 2);
  test.Close();
  fs::remove_all(test.Path("data/journal"));
  const absl::Status status = Ledger::Open(test.options).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("names 2 entries"));
  EXPECT_FALSE(fs::exists(test.Path("data/journal")));
}

TEST(Recovery, TheMarkIsWrittenWithinASecondsWorkAndAtShutdown) {
  TestLedger test;
  test.Open();
  Record(&test, 5);
  test.Close();
  const auto mark =
      HighWaterMarkFile::Open(test.Path("data/high-water-mark")).value().Read().value();
  EXPECT_EQ(mark.sequence, 5);
  EXPECT_EQ(mark.wall_time, kNoon);
}

TEST(Recovery, OpenedReadOnlyItReadsAndTakesNothing) {
  TestLedger test;
  test.Open();
  Record(&test, 2);
  test.options.read_only = true;
  test.Reopen();
  ExpectReadOnly(&test, "opened read-only");
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), 2);
  test.options.read_only = false;
  test.Reopen();
  EXPECT_EQ(test.ledger->mode(), Mode::kReadWrite);
  EXPECT_EQ(test.ledger->mode_reason(), "");
}

TEST(ClockAtStart, MoreThanTwoSecondsBeforeTheLastRecordIsRefused) {
  TestLedger test;
  test.Open();
  Record(&test, 1);
  test.Close();
  test.clock.Jump(-2 * kNanosPerSecond - 1);
  const absl::Status status = Ledger::Open(test.options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("before the last record"));
  // 2 s back are no jump, and recorded times go on rising.
  test.clock.Jump(1);
  test.Open();
  Record(&test, 1);
  EXPECT_EQ(test.ledger->Snapshot()->recorded_at(), kNoon + 1);
}

TEST(ClockAtStart, MoreThanADayAfterTheMarkNeedsConfirmation) {
  TestLedger test;
  test.Open();
  Record(&test, 1);
  test.Close();
  test.clock.Jump(kNanosPerDay);
  test.Open();
  test.Close();  // The mark moves on.
  test.clock.Jump(kNanosPerDay + 1);
  const absl::Status status = Ledger::Open(test.options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("after the high-water mark"));
  test.options.confirm_clock = true;
  test.Open();
  EXPECT_EQ(test.ledger->mode(), Mode::kReadWrite);
}

TEST(ClockAtStart, AnEntryAfterTheMarkShowsThatTheClockWasThere) {
  TestLedger test;
  test.Open();
  Record(&test, 1);
  test.Close();
  fs::copy_file(test.Path("data/high-water-mark"), test.Path("older"));
  test.Open();
  test.clock.Advance(2 * kNanosPerDay);
  Record(&test, 1);
  test.Close();
  // As after a crash before the mark was written.
  fs::copy_file(test.Path("older"), test.Path("data/high-water-mark"),
                fs::copy_options::overwrite_existing);
  test.Open();
  EXPECT_EQ(test.ledger->mode(), Mode::kReadWrite);
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), 2u);
}

}  // namespace
}  // namespace voucher::testing
