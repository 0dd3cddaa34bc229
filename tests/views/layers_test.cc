#include "ledger/views/layers.h"

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

#include "ledger/machine/keys.h"
#include "tests/support/scratch_directory.h"

namespace voucher::testing {
namespace {

using Rows = std::map<std::string, std::string>;

OrderedTables TestTables() {
  OrderedTables ordered{};
  ordered['o'] = true;
  return ordered;
}

std::shared_ptr<MemoryTable> NewTable() {
  return std::make_shared<MemoryTable>(1'000, TestTables());
}

std::shared_ptr<ViewFiles> OpenAt(const std::string& path, bool read_only = false) {
  return ViewFiles::Open(path, {.read_only = read_only,
                                .ordered = TestTables(),
                                .block_cache_bytes = 1u << 20,
                                .filter_bytes = 16u << 20})
      .value();
}

// Writes rows as one group; an empty value erases.
void Write(const Rows& rows, MemoryTable* table) {
  for (const auto& [key, value] : rows) {
    value.empty() ? table->Erase(key) : table->Put(key, value);
  }
  table->EndGroup();
}

Rows RowsOf(const Layers& layers, uint32_t group, const std::string& first = "",
            const std::string& last = "\xff") {
  Rows rows;
  EXPECT_TRUE(layers
                  .Scan(group, first, last, false,
                        [&](absl::string_view key, absl::string_view value) {
                          EXPECT_TRUE(rows.empty() || rows.rbegin()->first < key);
                          rows.emplace(key, value);
                          return true;
                        })
                  .ok());
  return rows;
}

// Empty if absent.
std::string RowOf(const Layers& layers, uint32_t group, const std::string& key) {
  std::string value;
  return layers.Get(group, key, &value) ? value : "";
}

class LayersTest : public ::testing::Test {
 protected:
  std::shared_ptr<ViewFiles> Open(bool read_only = false) { return OpenAt(Path(), read_only); }
  std::string Path() const { return directory_.Path("v"); }

  ScratchDirectory directory_{"layers"};
};

// In both kinds of table, so that every case below is met in each. Stored, frozen, active:
TEST_F(LayersTest, TheNewestLayerThatKnowsARowHasIt) {
  const auto files = Open();
  auto stored = NewTable(), frozen = NewTable(), active = NewTable();
  for (const std::string t : {"o", "u"}) {
    Write({{t + "a", "s"}, {t + "b", "s"}, {t + "c", "s"}, {t + "d", "s"}, {t + "e", "s"}},
          stored.get());
    Write({{t + "b", "f"}, {t + "c", "f"}, {t + "d", ""}, {t + "f", "f"}, {t + "g", ""}},
          frozen.get());
  }
  Write({{"oc", "a"}, {"uc", "a"}, {"of", ""}, {"uf", ""}}, active.get());
  Write({{"oa", ""}, {"ua", ""}, {"oc", "b"}, {"uc", "b"}, {"od", "b"}, {"ud", "b"}}, active.get());
  ASSERT_TRUE(files->Add(*stored).ok());
  const Layers layers{active, frozen, std::make_shared<StoredRows>(files)};

  const auto both = [](const Rows& rows) {
    Rows all;
    for (const auto& [key, value] : rows) all["o" + key] = all["u" + key] = value;
    return all;
  };
  const Rows kAfter[] = {
      both({{"a", "s"}, {"b", "f"}, {"c", "f"}, {"e", "s"}, {"f", "f"}}),
      both({{"a", "s"}, {"b", "f"}, {"c", "a"}, {"e", "s"}}),
      both({{"b", "f"}, {"c", "b"}, {"d", "b"}, {"e", "s"}}),
  };
  for (uint32_t group = 0; group <= 2; ++group) {
    EXPECT_EQ(RowsOf(layers, group), kAfter[group]) << "after group " << group;
    for (const std::string t : {"o", "u"}) {
      for (const char key : std::string("abcdefgh")) {
        const auto row = kAfter[group].find(t + key);
        EXPECT_EQ(RowOf(layers, group, t + key), row != kAfter[group].end() ? row->second : "");
      }
    }
  }
  EXPECT_EQ(RowsOf(layers, 2, "oc", "oe"), (Rows{{"oc", "b"}, {"od", "b"}}));
  EXPECT_EQ(RowsOf(layers, 1, "oa", "ob"), (Rows{{"oa", "s"}}));
  EXPECT_EQ(RowsOf(layers, 2, "oa", "ob"), Rows());
  int visited = 0;
  EXPECT_TRUE(layers.Scan(0, "oa", "\xff", true, [&](auto, auto) { return ++visited < 3; }).ok());
  EXPECT_EQ(visited, 3);
}

TEST_F(LayersTest, StoredRowsStayAsTheyWereWhileFilesAreAdded) {
  const auto files = Open();
  std::vector<std::shared_ptr<const StoredRows>> moments{std::make_shared<StoredRows>(files)};
  for (int i = 1; i <= 3; ++i) {
    auto table = NewTable();
    Write({{"oa", absl::StrCat(i)}, {absl::StrCat("u", i), "x"}}, table.get());
    if (i == 3) Write({{"u1", ""}}, table.get());
    ASSERT_TRUE(files->Add(*table).ok());
    moments.push_back(std::make_shared<StoredRows>(files));
  }
  const Rows kExpected[] = {{},
                            {{"oa", "1"}, {"u1", "x"}},
                            {{"oa", "2"}, {"u1", "x"}, {"u2", "x"}},
                            {{"oa", "3"}, {"u2", "x"}, {"u3", "x"}}};
  for (size_t i = 0; i < moments.size(); ++i) {
    EXPECT_EQ(RowsOf({NewTable(), nullptr, moments[i]}, 0), kExpected[i]);
  }
}

TEST_F(LayersTest, WhatWasAddedIsThereAfterReopeningAndLeftoversOfACrashAreNot) {
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

// Big tables have files of their own, which are cut, and all of them become visible as one.
TEST_F(LayersTest, RowsOfManyFilesAreAddedAtOnce) {
  const auto files = Open();
  auto table = NewTable();
  for (uint64_t i = 0; i < 25'000; ++i) {
    table->Put(EncodeKey('o', std::make_tuple(i)), Noise(200));
  }
  for (uint64_t i = 0; i < 1'200; ++i) {
    table->Put(EncodeKey('u', std::make_tuple(i * 7 % 1'200)), Noise(60'000));
  }
  table->Put("a", "before");
  table->Put("p", "between");
  table->EndGroup();
  ASSERT_TRUE(files->Add(*table).ok());

  const auto none = OpenAt(directory_.Path("none"));
  const Rows rows = RowsOf({NewTable(), nullptr, std::make_shared<StoredRows>(files)}, 0);
  EXPECT_EQ(rows.size(), 26'202);
  EXPECT_TRUE(rows == RowsOf({table, nullptr, std::make_shared<StoredRows>(none)}, 1));

  std::vector<rocksdb::LiveFileMetaData> live;
  files->db().GetLiveFilesMetaData(&live);
  ASSERT_EQ(live.size(), 5) << "a, o, p and two of u";
  for (const auto& file : live) {
    EXPECT_EQ(file.smallestkey[0], file.largestkey[0]);
    EXPECT_EQ(file.level, 6) << "nothing was there that it overlaps";
    EXPECT_LE(file.size, 65u << 20);
  }
}

// Waits until the filter is ready.
void AwaitFilter(const ViewFiles& files) {
  const auto ready = [&] {
    for (const auto& [name, value] : files.Gauges()) {
      if (name == "views.filter_ready") return value == 1;
    }
    return false;
  };
  while (!ready()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST_F(LayersTest, TheFilterKnowsRowsFromBeforeAndSinceOpening) {
  constexpr int kRows = 3'000;
  const auto add = [](ViewFiles* files, const std::string& name) {
    auto table = NewTable();
    for (int i = 0; i < kRows; ++i) {
      table->Put(absl::StrCat("u", name, i), "x");
      table->Put(absl::StrCat("o", name, i), "x");
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
      count += files.MayHold(key, KeyHash(key)) ? 1 : 0;
    }
    return count;
  };
  {
    const auto files = Open();
    AwaitFilter(*files);
    add(files.get(), "before");
    EXPECT_EQ(held(*files, 'u', "before"), kRows);
    EXPECT_LT(held(*files, 'u', "never"), kRows / 50);
    EXPECT_EQ(held(*files, 'o', "never"), kRows) << "ordered tables are not in it";
  }
  const auto files = Open();
  AwaitFilter(*files);
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

TEST_F(LayersTest, AFileThatCannotBeWrittenIsUnavailable) {
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
