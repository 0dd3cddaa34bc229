#include "ledger/views/view_files.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "ledger/state/keys.h"
#include "ledger/views/filter_file.h"
#include "tests/views/layer_rows.h"

namespace voucher::testing {
namespace {

class ViewFilesTest : public FilesFixture {};

TEST_F(ViewFilesTest, WhatWasAddedIsThereAfterReopeningAndLeftoversOfACrashAreNot) {
  {
    const auto files = Open();
    auto table = NewTable();
    Write({{"oa", "1"}}, table.get());
    ASSERT_TRUE(files->Add(*table).ok());
  }
  const std::string incoming = Path() + "/incoming";
  EXPECT_TRUE(std::filesystem::is_empty(incoming));
  const std::string leftover = incoming + "/9-0.sst";
  std::ofstream(leftover) << "half a file";
  EXPECT_EQ(RowsOf({NewTable(), nullptr, std::make_shared<StoredRows>(Open(true))}, 0),
            (Rows{{"oa", "1"}}));
  EXPECT_TRUE(std::filesystem::exists(leftover)) << "read-only, nothing is cleaned up";
  EXPECT_EQ(RowsOf({NewTable(), nullptr, std::make_shared<StoredRows>(Open())}, 0),
            (Rows{{"oa", "1"}}));
  EXPECT_FALSE(std::filesystem::exists(leftover));
}

TEST_F(ViewFilesTest, AFamilyOfAnotherVersionStays) {
  const auto family_names = [&] {
    std::vector<std::string> names;
    EXPECT_TRUE(rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), Path(), &names).ok());
    return names;
  };
  {
    const auto files = Open();
    auto table = NewTable();
    Write({{"oa", "1"}}, table.get());
    ASSERT_TRUE(files->Add(*table).ok());
    rocksdb::ColumnFamilyHandle* other = nullptr;
    ASSERT_TRUE(
        files->db().CreateColumnFamily(rocksdb::ColumnFamilyOptions(), "other", &other).ok());
    ASSERT_TRUE(files->db().DestroyColumnFamilyHandle(other).ok());
  }
  const Rows rows{{"oa", "1"}};
  EXPECT_EQ(RowsOf({NewTable(), nullptr, std::make_shared<StoredRows>(Open(true))}, 0), rows);
  EXPECT_EQ(family_names().size(), 3);
  EXPECT_EQ(RowsOf({NewTable(), nullptr, std::make_shared<StoredRows>(Open())}, 0), rows);
  EXPECT_EQ(family_names().size(), 3) << "the version before finds its rows again";
}

// `size` bytes that cannot be compressed.
std::string Noise(size_t size) {
  static std::mt19937_64 random(42);
  std::string bytes(size, '\0');
  for (size_t i = 0; i + 8 <= size; i += 8) {
    const uint64_t word = random();
    memcpy(&bytes[i], &word, 8);
  }
  return bytes;
}

struct StoredFile {
  std::string first, last;
  int level;
  std::string name;
};

// Files by family, then by their first key.
std::map<std::string, std::vector<StoredFile>> FilesOf(const ViewFiles& files) {
  std::vector<rocksdb::LiveFileMetaData> live;
  files.db().GetLiveFilesMetaData(&live);
  std::sort(live.begin(), live.end(),
            [](const auto& a, const auto& b) { return a.smallestkey < b.smallestkey; });
  std::map<std::string, std::vector<StoredFile>> by_family;
  for (const auto& file : live) {
    EXPECT_LE(file.size, 65u << 20);
    by_family[file.column_family_name].push_back(
        {file.smallestkey, file.largestkey, file.level, file.name});
  }
  return by_family;
}

// Or for 20 seconds.
template <class Condition>
void WaitUntil(const Condition& holds) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!holds() && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

// Each family has files of its own, large ones are cut, and all of them become visible as one.
TEST_F(ViewFilesTest, RowsOfManyFilesAreAddedAtOnce) {
  const auto files = Open();
  auto table = NewTable();
  for (uint64_t i = 0; i < 25'000; ++i) {
    table->Put(EncodeKey('p', std::make_tuple(i)), Noise(200));
  }
  for (uint64_t i = 0; i < 1'200; ++i) {
    table->Put(EncodeKey('u', std::make_tuple(i * 7 % 1'200)), Noise(60'000));
  }
  table->Put("a", "before");
  table->Put("r", "between");
  table->EndGroup();
  ASSERT_TRUE(files->Add(*table).ok());

  const auto none = OpenAt(directory_.Path("none"));
  const Rows rows = RowsOf({NewTable(), nullptr, std::make_shared<StoredRows>(files)}, 0);
  EXPECT_EQ(rows.size(), 26'202);
  EXPECT_TRUE(rows == RowsOf({table, nullptr, std::make_shared<StoredRows>(none)}, 1));

  auto stored = FilesOf(*files);
  ASSERT_EQ(stored["default"].size(), 1);
  EXPECT_EQ(stored["default"][0].first, "a");
  EXPECT_EQ(stored["default"][0].last, "r");
  EXPECT_EQ(stored["scattered"].size(), 2);
}

// Not while views are built.
TEST_F(ViewFilesTest, RowsThatChangeAreCompactedOnceTheyAreServed) {
  constexpr int kLevel0Files = 8, kAdded = 12;
  const auto files = Open();
  for (int i = 0; i < kAdded; ++i) {
    auto table = NewTable();
    Write({{"oa", absl::StrCat(i)}, {"ob", "x"}}, table.get());
    ASSERT_TRUE(files->Add(*table).ok());
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(FilesOf(*files)["default"].size(), kAdded);
  ASSERT_TRUE(files->BeginServing().ok());
  WaitUntil([&] { return FilesOf(*files)["default"].size() < kLevel0Files; });
  EXPECT_LT(FilesOf(*files)["default"].size(), kLevel0Files);
  EXPECT_EQ(RowOf({NewTable(), nullptr, std::make_shared<StoredRows>(files)}, 0, "oa"), "11");
}

// As the version before this one wrote them: all rows in one family. Read-only they can be looked
// at, so that it can be told which version they are of.
TEST_F(ViewFilesTest, FilesFromBeforeThereWereFamiliesCanBeRead) {
  {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, Path(), &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    for (const std::string key : {"oa", "pa", "ua"}) {
      ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), key, "1").ok());
    }
  }
  EXPECT_EQ(RowsOf({NewTable(), nullptr, std::make_shared<StoredRows>(Open(true))}, 0),
            (Rows{{"oa", "1"}, {"pa", "1"}, {"ua", "1"}}));
}

// Waits until the filter is ready.
void AwaitFilter(ViewFiles* files) {
  ASSERT_TRUE(files->BeginServing().ok());
  const auto ready = [&] {
    for (const auto& [name, value] : files->Gauges()) {
      if (name == "views.filter_ready") return value == 1;
    }
    return false;
  };
  while (!ready()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST_F(ViewFilesTest, TheFilterKnowsRowsFromBeforeAndSinceOpening) {
  constexpr int kRows = 3'000;
  const auto add = [](ViewFiles* files, const std::string& name) {
    auto table = NewTable();
    for (int i = 0; i < kRows; ++i) {
      table->Put(absl::StrCat("u", name, i), "x");
      table->Put(absl::StrCat("o", name, i), "x");
      table->Put(absl::StrCat("p", name, i), "x");
    }
    table->Put("ularge", Noise(6u << 20));  // So large that keys are not read while opening.
    table->EndGroup();
    ASSERT_TRUE(files->Add(*table).ok());
  };
  // How many rows of that name may be there, in the table.
  const auto held = [](const ViewFiles& files, char table, const std::string& name) {
    int count = 0;
    for (int i = 0; i < kRows; ++i) {
      const std::string key = absl::StrCat(std::string(1, table), name, i);
      count += files.MayHold(key) ? 1 : 0;
    }
    return count;
  };
  {
    const auto files = Open();
    AwaitFilter(files.get());
    add(files.get(), "before");
    EXPECT_EQ(held(*files, 'u', "before"), kRows);
    EXPECT_LT(held(*files, 'u', "never"), kRows / 50);
    EXPECT_EQ(held(*files, 'o', "never"), kRows) << "ordered tables are not in it";
    EXPECT_LT(held(*files, 'p', "never"), kRows / 50);
  }
  const auto files = Open();
  AwaitFilter(files.get());
  add(files.get(), "since");
  EXPECT_EQ(held(*files, 'u', "before"), kRows);
  EXPECT_EQ(held(*files, 'u', "since"), kRows);
  EXPECT_LT(held(*files, 'u', "never"), kRows / 50);
  const Layers layers{NewTable(), nullptr, std::make_shared<StoredRows>(files)};
  for (const std::string key : {"ubefore7", "usince7", "obefore7"}) {
    EXPECT_EQ(RowOf(layers, 0, key), "x");
  }
  EXPECT_EQ(RowOf(layers, 0, "unever7"), "");
  EXPECT_EQ(held(*Open(true), 'u', "never"), kRows) << "read-only there is none";
}

// Many rows and the state, so large that keys are not read while opening.
void AddMany(ViewFiles* files, const std::string& state) {
  auto table = NewTable();
  for (int i = 0; i < 3'000; ++i) table->Put(absl::StrCat("u", state, i), "x");
  table->Put("ularge", Noise(6u << 20));
  table->Put("s", state);
  table->EndGroup();
  ASSERT_TRUE(files->Add(*table).ok());
}

// Whether the filter is there as soon as files are opened, and denies nothing that they have. With
// files that need seconds for their keys to be read.
bool IsFilterStored(const ViewFiles& files, const std::vector<std::string>& states) {
  for (const auto& [name, value] : files.Gauges()) {
    if (name == "views.filter_ready" && value == 0) return false;
  }
  for (const std::string& state : states) {
    for (int i = 0; i < 3'000; ++i) EXPECT_TRUE(files.MayHold(absl::StrCat("u", state, i)));
  }
  EXPECT_FALSE(files.MayHold("unever1") && files.MayHold("unever2") && files.MayHold("unever3"));
  return true;
}

TEST_F(ViewFilesTest, TheFilterIsKeptFromACleanEndToTheNextStart) {
  {
    const auto files = Open();
    AddMany(files.get(), "1");
  }
  EXPECT_TRUE(IsFilterStored(*Open(), {"1"}));
  EXPECT_TRUE(IsFilterStored(*Open(), {"1"})) << "nothing was added in between";
  {
    const auto files = Open();
    AddMany(files.get(), "2");
    Open(true);  // changes nothing
  }
  EXPECT_TRUE(IsFilterStored(*Open(), {"1", "2"})) << "it went on where it was";
}

void Change(const std::string& path, size_t at, char by) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(file.get() ^ by);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

// A filter that lacks a key would have a request carried out twice.
TEST_F(ViewFilesTest, AFilterThatDoesNotHoldGoodIsMadeAnew) {
  const std::string path = Path() + "/filters";
  const std::string older = directory_.Path("older");
  {
    const auto files = Open();
    AddMany(files.get(), "1");
  }
  std::filesystem::copy_file(path, older);
  {
    const auto files = Open();
    AddMany(files.get(), "2");
  }
  // Kept, it would be ready at once.
  const auto expect_not_kept = [&](const std::string& why) {
    KeyFilter found(16u << 20), added(16u << 20);
    EXPECT_FALSE(ReadFilterFile(path, "2", {&found, &added})) << why;
    const auto files = Open();
    AwaitFilter(files.get());
    EXPECT_TRUE(IsFilterStored(*files, {"1", "2"})) << why;
  };
  const auto size = std::filesystem::file_size(path);
  for (const size_t at : {size_t{0}, size_t{30}, size_t{40}, size / 2, size - 1}) {
    Change(path, at, 4);
    expect_not_kept(absl::StrCat("byte ", at));
  }
  std::filesystem::resize_file(path, size / 2);
  expect_not_kept("half a file");
  std::ofstream(path, std::ios::app) << "more";
  expect_not_kept("too long");
  std::filesystem::copy_file(older, path, std::filesystem::copy_options::overwrite_existing);
  expect_not_kept("of an earlier state");
  std::filesystem::remove(path);
  expect_not_kept("none");
}

TEST_F(ViewFilesTest, AFilterThatIsFullIsKeptToo) {
  constexpr size_t kFilterBytes = size_t{6} << 10;  // room for 1,280 keys in each half
  const auto open = [&] { return Open(false, kFilterBytes); };
  {
    const auto files = open();
    AddMany(files.get(), "1");
  }
  {
    const auto files = open();
    EXPECT_TRUE(IsFilterStored(*files, {"1"}));
    AddMany(files.get(), "2");
  }
  std::filesystem::remove(Path() + "/filters");
  const auto files = open();
  AwaitFilter(files.get());
  for (const std::string state : {"1", "2"}) {
    for (int i = 0; i < 3'000; ++i) EXPECT_TRUE(files->MayHold(absl::StrCat("u", state, i)));
  }
}

TEST_F(ViewFilesTest, AFileThatCannotBeWrittenIsUnavailable) {
  const auto files = Open();
  std::filesystem::remove_all(Path() + "/incoming");
  auto table = NewTable();
  Write({{"oa", "1"}}, table.get());
  const absl::Status status = files->Add(*table);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(RowsOf({NewTable(), nullptr, std::make_shared<StoredRows>(files)}, 0), Rows());
}

}  // namespace
}  // namespace voucher::testing
