#include "ledger/views/views.h"

#include <atomic>
#include <filesystem>
#include <map>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include <unistd.h>

#include "tests/support/scratch_directory.h"
#include "tests/views/row_groups.h"

namespace voucher::testing {
namespace {

// Sets program `name` to `number`, or erases it if 0.
absl::Status Put(Views* views, const std::string& name, uint64_t number, uint64_t sequence) {
  WriterRows rows(&views->newest());
  if (number == 0) {
    rows.Erase<tables::ProgramNumbers>({name});
  } else {
    rows.Edit<tables::ProgramNumbers>({name}).set_number(number);
  }
  return views->Apply(*rows.TakeChanges(), At(sequence));
}

// 0 if absent.
uint64_t NumberOf(const RowSource& rows, const std::string& name) {
  const View view(&rows);
  const rows::NumberRow* row = view.Find<tables::ProgramNumbers>({name});
  return row != nullptr ? row->number() : 0;
}

TEST(Views, AreEmptyAtFirstAndKeepRowsTogetherWithHowFarTheyCame) {
  ScratchDirectory directory("views");
  {
    auto views = Views::Open(directory.Path("v")).value();
    EXPECT_EQ(views->reached(), std::nullopt);
    ASSERT_TRUE(Put(views.get(), "a", 1, 1).ok());
    ASSERT_TRUE(Put(views.get(), "b", 2, 2).ok());
    ASSERT_TRUE(Put(views.get(), "a", 0, 3).ok());
    EXPECT_EQ(views->reached(), At(3));
  }
  auto views = Views::Open(directory.Path("v")).value();
  EXPECT_EQ(views->reached(), At(3));
  EXPECT_EQ(NumberOf(views->newest(), "a"), 0);
  EXPECT_EQ(NumberOf(views->newest(), "b"), 2);
}

TEST(Views, ASnapshotShowsTheRowsOfItsInstantAndOutlivesTheViews) {
  ScratchDirectory directory("views");
  auto views = Views::Open(directory.Path("v")).value();
  ASSERT_TRUE(Put(views.get(), "a", 1, 1).ok());
  const auto snapshot = views->NewSnapshot();
  ASSERT_TRUE(Put(views.get(), "a", 2, 2).ok());
  ASSERT_TRUE(Put(views.get(), "b", 3, 3).ok());
  EXPECT_EQ(NumberOf(*snapshot, "a"), 1);
  EXPECT_EQ(NumberOf(*snapshot, "b"), 0);
  EXPECT_EQ(NumberOf(views->newest(), "a"), 2);
  views.reset();
  EXPECT_EQ(NumberOf(*snapshot, "a"), 1);
}

TEST(Views, ScansAreInKeyOrderWithinTheirBoundsAndStopWhenAsked) {
  ScratchDirectory directory("views");
  auto views = Views::Open(directory.Path("v")).value();
  const WriterRows empty(nullptr);
  EditableRows layer(&empty);
  for (const int64_t due : {-5, 30, 10, 20}) layer.Put<tables::Timers>({due, 1, 7}, {});
  layer.Put<tables::EnterpriseGrants>({1, 1}, {});  // A neighbouring table.
  ASSERT_TRUE(views->Apply(*layer.TakeChanges(), At(1)).ok());
  const View view(&views->newest());
  std::vector<int64_t> dues;
  view.Scan<tables::Timers>({INT64_MIN, 0, 0}, {30, 0, 0}, [&](const auto& key, const auto&) {
    dues.push_back(std::get<0>(key));
    return true;
  });
  EXPECT_EQ(dues, (std::vector<int64_t>{-5, 10, 20}));
  dues.clear();
  view.Scan<tables::Timers>({0, 0, 0}, {INT64_MAX, 0, 0}, [&](const auto& key, const auto&) {
    dues.push_back(std::get<0>(key));
    return dues.size() < 2;
  });
  EXPECT_EQ(dues, (std::vector<int64_t>{10, 20}));
}

TEST(Views, TheDigestDependsOnRowsAndReachAndNotOnTheWayThere) {
  ScratchDirectory directory("views");
  auto one = Views::Open(directory.Path("one")).value();
  auto two = Views::Open(directory.Path("two")).value();
  ASSERT_TRUE(Put(one.get(), "a", 1, 2).ok());
  ASSERT_TRUE(Put(two.get(), "gone", 9, 1).ok());
  ASSERT_TRUE(Put(two.get(), "a", 1, 2).ok());
  EXPECT_NE(one->Digest().value(), two->Digest().value());
  ASSERT_TRUE(Put(two.get(), "gone", 0, 2).ok());
  ASSERT_TRUE(two->Flush().ok());
  EXPECT_EQ(one->Digest().value(), two->Digest().value());
  ASSERT_TRUE(Put(two.get(), "gone", 0, 3).ok());
  EXPECT_NE(one->Digest().value(), two->Digest().value());
}

TEST(ViewsDeathTest, AfterACrashTheyAreTheWholeGroupsUpToSomeEarlierOne) {
  ScratchDirectory directory("views");
  const CrashPath crash(directory);
  const std::string& path = crash.path();
  EXPECT_EXIT(
      {
        auto views = Views::Open(path).value();
        bool ok = Put(views.get(), "a", 1, 1).ok() && views->Flush().ok();
        ok = ok && Put(views.get(), "a", 2, 2).ok() && Put(views.get(), "b", 3, 3).ok();
        _exit(ok ? 0 : 1);  // Destructors do not run: what was not flushed is lost.
      },
      ::testing::ExitedWithCode(0), "");
  auto views = Views::Open(path).value();
  EXPECT_EQ(views->reached(), At(1));
  EXPECT_EQ(NumberOf(views->newest(), "a"), 1);
  EXPECT_EQ(NumberOf(views->newest(), "b"), 0);
}

TEST(Views, SnapshotsStayAsTheyWereThroughMemoryAndFiles) {
  ScratchDirectory directory("views");
  auto views = Views::Open(directory.Path("v"), SmallTables()).value();
  std::vector<std::shared_ptr<const RowSource>> snapshots{views->NewSnapshot()};
  for (uint64_t sequence = 1; sequence <= 60; ++sequence) {
    ASSERT_TRUE(ApplyGroup(views.get(), sequence).ok());
    snapshots.push_back(views->NewSnapshot());
    ExpectGroup(views->newest(), sequence);
  }
  for (uint64_t sequence = 0; sequence < snapshots.size(); ++sequence) {
    ExpectGroup(*snapshots[sequence], sequence);
  }
  ASSERT_TRUE(views->Flush().ok());
  ExpectGroup(views->newest(), 60);
  views.reset();
  for (uint64_t sequence = 0; sequence < snapshots.size(); ++sequence) {
    ExpectGroup(*snapshots[sequence], sequence);
  }
}

TEST(Views, ReadersBesideTheWriterSeeWholeGroups) {
  ScratchDirectory directory("views");
  auto views = Views::Open(directory.Path("v"), SmallTables()).value();
  constexpr uint64_t kGroups = 100;
  std::atomic<uint64_t> applied{0};
  std::atomic<uint64_t> reads{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (applied.load() < kGroups && !::testing::Test::HasFailure()) {
        const uint64_t before = applied.load();
        const auto snapshot = views->NewSnapshot();
        const uint64_t shown = NumberOf(*snapshot, "1");
        EXPECT_GE(shown, before);
        ExpectGroup(*snapshot, shown);
        ++reads;
        EXPECT_TRUE(views->Digest().ok());
      }
    });
  }
  for (uint64_t sequence = 1; sequence <= kGroups; ++sequence) {
    EXPECT_TRUE(ApplyGroup(views.get(), sequence).ok());
    applied.store(sequence);
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(reads.load(), 0);
}

TEST(Views, TheDigestIsTheSameWhereverTheRowsLie) {
  ScratchDirectory directory("views");
  auto memory = Views::Open(directory.Path("memory")).value();
  auto files = Views::Open(directory.Path("files"), SmallTables()).value();
  for (uint64_t sequence = 1; sequence <= 30; ++sequence) {
    ASSERT_TRUE(ApplyGroup(memory.get(), sequence).ok());
    ASSERT_TRUE(ApplyGroup(files.get(), sequence).ok());
    ASSERT_EQ(memory->Digest().value(), files->Digest().value()) << sequence;
  }
  const Hash digest = memory->Digest().value();
  ASSERT_TRUE(memory->Flush().ok());
  EXPECT_EQ(memory->Digest().value(), digest);
  ASSERT_TRUE(ApplyGroup(memory.get(), 31).ok());
  EXPECT_NE(memory->Digest().value(), digest);
}

std::map<std::string, uint64_t> GaugesOf(const Views& views) {
  const auto gauges = views.Gauges();
  return {gauges.begin(), gauges.end()};
}

TEST(Views, MemoryIsBoundedByWaitingForTheDisk) {
  ScratchDirectory directory("views");
  auto views = Views::Open(directory.Path("v"), SmallTables()).value();
  EXPECT_EQ(GaugesOf(*views).at("views.apply_waits"), 0);
  for (uint64_t sequence = 1; sequence <= 100; ++sequence) {
    ASSERT_TRUE(ApplyGroup(views.get(), sequence).ok());
    // Two tables, each at most twice as full as it should be and then one group more.
    EXPECT_LE(GaugesOf(*views).at("views.memory_rows"), 2 * (2 * 50 + 3 * kShared + 3));
  }
  EXPECT_GT(GaugesOf(*views).at("views.apply_waits"), 0);
  ExpectGroup(views->newest(), 100);
}

TEST(Views, BytesFillATableToo) {
  ScratchDirectory directory("views");
  auto views = Views::Open(directory.Path("v"), {.table_bytes = 10'000}).value();
  for (uint64_t sequence = 1; sequence <= 100; ++sequence) {
    ASSERT_TRUE(ApplyGroup(views.get(), sequence).ok());
    EXPECT_LE(GaugesOf(*views).at("views.memory_bytes"), 60'000);
  }
  EXPECT_GT(GaugesOf(*views).at("views.total_sst_bytes"), 0);
  ExpectGroup(views->newest(), 100);
}

TEST(Views, WhenFilesCannotBeWrittenTheNextApplySaysSoAndRowsCanStillBeRead) {
  ScratchDirectory directory("views");
  const std::string path = directory.Path("v");
  auto views = Views::Open(path, SmallTables()).value();
  std::filesystem::remove_all(path + "/incoming");
  absl::Status status;
  uint64_t applied = 0;
  for (; status.ok() && applied < 1'000; ++applied) {
    status = ApplyGroup(views.get(), applied + 1);
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(views->Flush(), status);
  ExpectGroup(views->newest(), applied - 1);  // The last one failed.
  EXPECT_EQ(views->reached(), At(applied - 1));
  views.reset();
  EXPECT_EQ(Views::Open(path).value()->reached(), std::nullopt);
}

TEST(ViewsDeathTest, AfterACrashWhileTablesAreWrittenTheyAreAWholeGroup) {
  ScratchDirectory directory("views");
  const CrashPath crash(directory);
  const std::string& path = crash.path();
  EXPECT_EXIT(
      {
        auto views = Views::Open(path, SmallTables()).value();
        bool ok = true;
        for (uint64_t sequence = 1; sequence <= 41; ++sequence) {
          ok = ok && ApplyGroup(views.get(), sequence).ok();
        }
        _exit(ok ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
  auto views = Views::Open(path).value();
  ASSERT_TRUE(views->reached().has_value()) << "a second table cannot fill before one was written";
  EXPECT_LT(views->reached()->sequence, 41);
  ExpectGroup(views->newest(), views->reached()->sequence);
}

TEST(Views, ReadOnlyBesideAWriterTheyShowWhatWasFlushed) {
  ScratchDirectory directory("views");
  auto writer = Views::Open(directory.Path("v")).value();
  ASSERT_TRUE(ApplyGroup(writer.get(), 1).ok());
  ASSERT_TRUE(writer->Flush().ok());
  ASSERT_TRUE(ApplyGroup(writer.get(), 2).ok());
  auto views = Views::OpenReadOnly(directory.Path("v")).value();
  EXPECT_EQ(views->reached(), At(1));
  ExpectGroup(views->newest(), 1);
  ASSERT_TRUE(writer->Flush().ok());
  ExpectGroup(views->newest(), 1);
}

TEST(Views, AnotherOpenOfTheSameDirectoryIsRefused) {
  ScratchDirectory directory("views");
  auto views = Views::Open(directory.Path("v")).value();
  EXPECT_TRUE(absl::IsFailedPrecondition(Views::Open(directory.Path("v")).status()));
}

TEST(Views, ReadOnlyTheyNeitherCreateNorChangeAnything) {
  ScratchDirectory directory("views");
  EXPECT_TRUE(absl::IsNotFound(Views::OpenReadOnly(directory.Path("v")).status()));
  EXPECT_FALSE(std::filesystem::exists(directory.Path("v")));
  Hash digest;
  {
    auto views = Views::Open(directory.Path("v")).value();
    ASSERT_TRUE(Put(views.get(), "a", 1, 1).ok());
    digest = views->Digest().value();
  }
  auto views = Views::OpenReadOnly(directory.Path("v")).value();
  EXPECT_EQ(views->reached(), At(1));
  EXPECT_EQ(views->Digest().value(), digest);
  EXPECT_EQ(Put(views.get(), "a", 2, 2).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(LoadGroup(views.get(), 2).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(views->reached(), At(1));
}

TEST(Views, ADamagedDirectoryIsDataLossAndSaysThatItCanBeDeleted) {
  ScratchDirectory directory("views");
  const std::string path = directory.Path("v");
  {
    auto views = Views::Open(path).value();
    ASSERT_TRUE(Put(views.get(), "a", 1, 1).ok());
  }
  for (const auto& file : std::filesystem::directory_iterator(path)) {
    if (file.path().filename().string().rfind("MANIFEST", 0) == 0) {
      std::filesystem::resize_file(file.path(), 10);
    }
  }
  const absl::Status status = Views::Open(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_NE(std::string(status.message()).find("delete the views directory"), std::string::npos);
}

}  // namespace
}  // namespace voucher::testing
