#include "ledger/views/memory_table.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "ledger/state/keys.h"

namespace voucher::testing {
namespace {

constexpr uint8_t kOrdered = 7;
constexpr uint8_t kUnordered = 9;

OrderedTables TestTables() {
  OrderedTables ordered{};
  ordered[kOrdered] = true;
  return ordered;
}

std::string Key(uint8_t table, uint64_t a, uint64_t b = 0) {
  return EncodeKey(table, std::make_tuple(a, b));
}

// "absent", "erased" or the value.
std::string Shown(const MemoryTable& table, absl::string_view key, uint32_t group) {
  const RowVersion* version = table.Find(key, KeyHash(key), group);
  if (version == nullptr) return "absent";
  return version->erased() ? "erased" : std::string(version->value());
}

// What a cursor shows, as "key=value" with nothing after = if erased.
std::vector<std::pair<std::string, std::string>> Rows(const MemoryTable& table, uint32_t group,
                                                      absl::string_view first,
                                                      absl::string_view last) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (MemoryTable::Cursor row(&table, group, first, last); row.valid(); row.Next()) {
    rows.emplace_back(row.key(), row.erased() ? "erased" : row.value());
  }
  return rows;
}

TEST(MemoryTable, ShowsARowAsItWasAfterAnyGroup) {
  MemoryTable table(100, TestTables());
  EXPECT_EQ(Shown(table, "\x09k", MemoryTable::kNewest), "absent");
  table.Put("\x09k", "one");
  EXPECT_EQ(table.EndGroup(), 1);
  table.Put("\x09other", "");
  EXPECT_EQ(table.EndGroup(), 2);
  table.Erase("\x09k");
  EXPECT_EQ(table.EndGroup(), 3);
  table.Put("\x09k", "four");
  EXPECT_EQ(table.EndGroup(), 4);
  EXPECT_EQ(Shown(table, "\x09k", 0), "absent");
  EXPECT_EQ(Shown(table, "\x09k", 1), "one");
  EXPECT_EQ(Shown(table, "\x09k", 2), "one");
  EXPECT_EQ(Shown(table, "\x09k", 3), "erased");
  EXPECT_EQ(Shown(table, "\x09k", MemoryTable::kNewest), "four");
  EXPECT_EQ(Shown(table, "\x09other", 1), "absent");
  EXPECT_EQ(Shown(table, "\x09other", 2), "");
  EXPECT_EQ(table.rows(), 4);
}

TEST(MemoryTable, OfChangesOfOneRowInAGroupTheLastHolds) {
  MemoryTable table(100, TestTables());
  // More than wait for their memory, so that some are written before the group ends.
  for (int i = 0; i <= 100; ++i) table.Put(Key(kUnordered, i % 3), absl::StrCat(i));
  const uint32_t group = table.EndGroup();
  EXPECT_EQ(Shown(table, Key(kUnordered, 0), group), "99");
  EXPECT_EQ(Shown(table, Key(kUnordered, 1), group), "100");
  EXPECT_EQ(Shown(table, Key(kUnordered, 2), group), "98");
}

TEST(MemoryTable, HoldsValuesOfAnySize) {
  MemoryTable table(100, TestTables());
  const std::string large(5 << 20, 'x'), huge(50 << 20, 'y');
  table.Put("\x09large", large);
  table.Put("\x09huge", huge);
  table.Put("\x09small", "z");
  const uint32_t group = table.EndGroup();
  EXPECT_TRUE(Shown(table, "\x09large", group) == large);
  EXPECT_TRUE(Shown(table, "\x09huge", group) == huge);
  EXPECT_EQ(Shown(table, "\x09small", group), "z");
  EXPECT_GE(table.bytes(), large.size() + huge.size());
}

// Keys in an order of insertion that the parameter says.
class CursorTest : public ::testing::TestWithParam<const char*> {
 protected:
  // 20,000 keys of each kind of table, some alike in their first 16 bytes, as many groups.
  void Fill() {
    std::vector<std::string> keys;
    for (const uint8_t id : {kOrdered, kUnordered}) {
      for (uint64_t i = 0; i < 19'900; ++i) keys.push_back(Key(id, i / 7, i * 3));
      for (int i = 0; i < 100; ++i) {
        keys.push_back(Key(id, 5'000, 0) + std::string(static_cast<size_t>(i), '\0'));
      }
    }
    const std::string order = GetParam();
    std::mt19937 random(42);
    if (order == "random") std::shuffle(keys.begin(), keys.end(), random);
    if (order == "descending") std::reverse(keys.begin(), keys.end());
    for (const std::string& key : keys) {
      const uint32_t group = static_cast<uint32_t>(expected_.size()) + 1;
      table_.Put(key, absl::StrCat(group));
      ASSERT_EQ(table_.EndGroup(), group);
      expected_[key] = group;
    }
  }

  std::vector<std::pair<std::string, std::string>> Expected(uint32_t group,
                                                            const std::string& first,
                                                            const std::string& last) const {
    std::vector<std::pair<std::string, std::string>> rows;
    for (auto it = expected_.lower_bound(first); it != expected_.end() && it->first < last; ++it) {
      if (it->second <= group) rows.emplace_back(it->first, absl::StrCat(it->second));
    }
    return rows;
  }

  MemoryTable table_{1'000, TestTables()};
  std::map<std::string, uint32_t> expected_;
};

TEST_P(CursorTest, ShowsTheRowsOfARangeInKeyOrder) {
  Fill();
  const std::string everything = "\xff";
  for (const uint32_t group : {0u, 1u, 64u, 65u, 12'345u, MemoryTable::kNewest}) {
    EXPECT_EQ(Rows(table_, group, "", everything), Expected(group, "", everything));
  }
  EXPECT_EQ(Rows(table_, MemoryTable::kNewest, "", everything).size(), 40'000);
  const std::pair<std::string, std::string> kRanges[] = {
      {Key(kOrdered, 0), Key(kOrdered, 0)},
      {Key(kOrdered, 100), Key(kOrdered, 101)},
      {Key(kOrdered, 2'842), Key(kOrdered, 5'001)},
      {Key(kOrdered, 5'000) + std::string(50, '\0'), Key(kOrdered, 5'001)},
      {Key(kOrdered, 9'999), Key(kOrdered, 99'999)},
      {Key(kOrdered, 2'000), Key(kUnordered, 700)},
      {Key(kUnordered, 100), Key(kUnordered, 101)},
      {Key(kUnordered, 2'842), everything},
      {everything, everything},
      {"", ""},
  };
  for (const auto& [first, last] : kRanges) {
    EXPECT_EQ(Rows(table_, 30'000, first, last), Expected(30'000, first, last));
  }
}

INSTANTIATE_TEST_SUITE_P(Orders, CursorTest, ::testing::Values("ascending", "descending", "random"),
                         [](const auto& order) { return std::string(order.param); });

TEST(MemoryTable, ReadersBesideTheWriterSeeWholeGroupsAndNothingLater) {
  constexpr uint32_t kGroups = 5'000;
  constexpr uint64_t kKeys = 5;
  MemoryTable table(1'000, TestTables());
  std::atomic<uint32_t> published{0};
  // Group g sets kKeys rows to g, and adds rows of its own to both kinds of table.
  const auto check = [&](uint32_t group) {
    for (uint64_t key = 0; key < kKeys; ++key) {
      EXPECT_EQ(Shown(table, Key(kUnordered, key), group), absl::StrCat(group));
    }
    EXPECT_EQ(Shown(table, Key(kOrdered, group % 97, group), group), absl::StrCat(group));
    EXPECT_EQ(Shown(table, Key(kOrdered, (group + 1) % 97, group + 1), group), "absent");
    uint32_t expected = group % 97;
    const std::string first = Key(kOrdered, group % 97), last = Key(kOrdered, group % 97 + 1);
    if (expected == 0) expected = 97;
    for (MemoryTable::Cursor row(&table, group, first, last); row.valid(); row.Next()) {
      ASSERT_EQ(row.value(), absl::StrCat(expected));
      expected += 97;
    }
    EXPECT_EQ(expected, group + 97);
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&, i] {
      std::mt19937 random(static_cast<unsigned>(i));
      for (uint32_t newest = 0; newest < kGroups && !::testing::Test::HasFailure();) {
        newest = published.load(std::memory_order_acquire);
        if (newest == 0) continue;
        check(newest);
        check(1 + static_cast<uint32_t>(random() % newest));
      }
    });
  }
  for (uint32_t group = 1; group <= kGroups; ++group) {
    const std::string value = absl::StrCat(group);
    for (uint64_t key = 0; key < kKeys; ++key) table.Put(Key(kUnordered, key), value);
    table.Put(Key(kOrdered, group % 97, group), value);
    ASSERT_EQ(table.EndGroup(), group);
    published.store(group, std::memory_order_release);
  }
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace voucher::testing
