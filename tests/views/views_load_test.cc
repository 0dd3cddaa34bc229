#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "gtest/gtest.h"
#include <unistd.h>

#include "ledger/views/views.h"
#include "tests/support/scratch_directory.h"
#include "tests/views/row_groups.h"

namespace voucher::testing {
namespace {

TEST(ViewsLoad, WhatIsLoadedIsAsWhatIsApplied) {
  ScratchDirectory directory("views");
  auto applied = Views::Open(directory.Path("applied")).value();
  auto loaded = Views::Open(directory.Path("loaded")).value();
  for (uint64_t sequence = 1; sequence <= 5; ++sequence) {
    ASSERT_TRUE(ApplyGroup(applied.get(), sequence).ok());
    const auto before = loaded->NewSnapshot();
    ASSERT_TRUE(LoadGroup(loaded.get(), sequence).ok());
    EXPECT_EQ(loaded->reached(), At(sequence));
    const auto after = loaded->NewSnapshot();
    // While it is written and then.
    for (int i = 0; i < 2; ++i) {
      ExpectGroup(*before, sequence - 1);
      ExpectGroup(*after, sequence);
      ExpectGroup(loaded->newest(), sequence);
      EXPECT_EQ(loaded->Digest().value(), applied->Digest().value());
      ASSERT_TRUE(loaded->Flush().ok());
    }
  }
  // On what was loaded groups can be applied, also while it is written, and on these, flushed, more
  // loaded.
  ASSERT_TRUE(LoadGroup(loaded.get(), 6).ok());
  ASSERT_TRUE(ApplyGroup(loaded.get(), 7).ok());
  ExpectGroup(loaded->newest(), 7);
  ASSERT_TRUE(loaded->Flush().ok());
  ASSERT_TRUE(LoadGroup(loaded.get(), 8).ok());
  loaded.reset();
  loaded = Views::Open(directory.Path("loaded")).value();
  EXPECT_EQ(loaded->reached(), At(8));
  ExpectGroup(loaded->newest(), 8);
}

TEST(ViewsLoad, OfARowThatIsLoadedTwiceTheLastChangeHolds) {
  ScratchDirectory directory("views");
  auto views = Views::Open(directory.Path("v")).value();
  RowChanges changes;
  const auto put = [&](const std::string& key, absl::string_view value) {
    std::copy(value.begin(), value.end(), changes.Put(key, value.size()));
  };
  const std::string key = EncodeKey(tables::Requests::kId, std::make_tuple(uint32_t{1}, "r"));
  const std::string other = EncodeKey(tables::Requests::kId, std::make_tuple(uint32_t{1}, "s"));
  put(key, "first");
  put(other, "other");
  put(key, "last");
  changes.Erase(other);
  ASSERT_TRUE(views->Load(std::make_shared<const RowChanges>(std::move(changes)), At(1)).ok());
  ASSERT_TRUE(views->Flush().ok());
  std::string value;
  EXPECT_TRUE(views->newest().Get(key, &value));
  EXPECT_EQ(value, "last");
  EXPECT_FALSE(views->newest().Get(other, &value));
}

TEST(ViewsLoad, WhenLoadingFailsTheFlushSaysSo) {
  ScratchDirectory directory("views");
  auto views = Views::Open(directory.Path("v")).value();
  ASSERT_TRUE(LoadGroup(views.get(), 1).ok());
  ASSERT_TRUE(views->Flush().ok());
  std::filesystem::remove_all(directory.Path("v") + "/incoming");
  ASSERT_TRUE(LoadGroup(views.get(), 2).ok());
  const absl::Status status = views->Flush();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(LoadGroup(views.get(), 3), status);
  ExpectGroup(views->newest(), 2);
  views.reset();
  EXPECT_EQ(Views::Open(directory.Path("v")).value()->reached(), At(1));
}

TEST(ViewsLoadDeathTest, AfterACrashWhileRowsAreLoadedTheyAreAWholeGroup) {
  ScratchDirectory directory("views");
  const CrashPath crash(directory);
  const std::string& path = crash.path();
  EXPECT_EXIT(
      {
        auto views = Views::Open(path).value();
        bool ok = LoadGroup(views.get(), 1).ok() && views->Flush().ok();
        ok = ok && LoadGroup(views.get(), 2).ok();
        _exit(ok ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
  auto views = Views::Open(path).value();
  ASSERT_TRUE(views->reached().has_value());
  EXPECT_LE(views->reached()->sequence, 2);
  ExpectGroup(views->newest(), views->reached()->sequence);
}

}  // namespace
}  // namespace voucher::testing
