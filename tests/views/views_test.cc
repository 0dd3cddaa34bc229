#include "ledger/views/views.h"

#include <cstdlib>
#include <filesystem>

#include "gtest/gtest.h"
#include <unistd.h>

#include "tests/support/scratch_directory.h"

namespace voucher::testing {
namespace {

constexpr char kLedgerId[] = "00112233445566778899aabbccddeeff";

Reached At(uint64_t sequence) {
  Reached reached{.ledger_id = kLedgerId, .sequence = sequence};
  reached.root.fill(static_cast<uint8_t>(sequence));
  return reached;
}

// Sets program `name` to `number`, or erases it if 0.
absl::Status Put(Views* views, const std::string& name, uint64_t number, uint64_t sequence) {
  const HotView below(&views->newest());
  Overlay layer(&below);
  if (number == 0) {
    layer.Erase<tables::ProgramNumbers>({name});
  } else {
    layer.Edit<tables::ProgramNumbers>({name}).set_number(number);
  }
  return views->Apply(layer, At(sequence));
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
  const HotView empty(nullptr);
  Overlay layer(&empty);
  for (const int64_t due : {-5, 30, 10, 20}) layer.Put<tables::Timers>({due, 1, 7}, {});
  layer.Put<tables::Limits>({1, 1, 1, 1}, {});  // A neighbouring table.
  ASSERT_TRUE(views->Apply(layer, At(1)).ok());
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

// Where the process that crashes, a second execution of this test, keeps its views.
constexpr char kCrashPath[] = "VOUCHER_VIEWS_CRASH_PATH";

TEST(ViewsDeathTest, AfterACrashTheyAreTheWholeGroupsUpToSomeEarlierOne) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  ScratchDirectory directory("views");
  if (getenv(kCrashPath) == nullptr) setenv(kCrashPath, directory.Path("v").c_str(), 1);
  const std::string path = getenv(kCrashPath);
  EXPECT_EXIT(
      {
        auto views = Views::Open(path).value();
        bool ok = Put(views.get(), "a", 1, 1).ok() && views->Flush().ok();
        ok = ok && Put(views.get(), "a", 2, 2).ok() && Put(views.get(), "b", 3, 3).ok();
        _exit(ok ? 0 : 1);  // Destructors do not run: what was not flushed is lost.
      },
      ::testing::ExitedWithCode(0), "");
  unsetenv(kCrashPath);
  auto views = Views::Open(path).value();
  EXPECT_EQ(views->reached(), At(1));
  EXPECT_EQ(NumberOf(views->newest(), "a"), 1);
  EXPECT_EQ(NumberOf(views->newest(), "b"), 0);
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
