#include "ledger/views/layers.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "tests/views/layer_rows.h"

namespace voucher::testing {
namespace {

class LayersTest : public FilesFixture {};

constexpr char kOneMore[] = "t";

// Rows as they are loaded, each changed before, and one more.
std::shared_ptr<LoadedRows> Loaded(const Rows& rows) {
  auto changes = std::make_shared<RowChanges>();
  for (const auto& [key, value] : rows) *changes->Put(key, 1) = '-';
  for (const auto& [key, value] : rows) {
    if (value.empty()) {
      changes->Erase(key);
    } else {
      value.copy(changes->Put(key, value.size()), value.size());
    }
  }
  return std::make_shared<LoadedRows>(std::move(changes), kOneMore, "m");
}

// In every kind of table, so that every case below is met in each. Stored, frozen or loaded,
// active:
class LayersInTheMiddleTest : public LayersTest, public ::testing::WithParamInterface<bool> {};

TEST_P(LayersInTheMiddleTest, TheNewestLayerThatKnowsARowHasIt) {
  const bool is_loaded = GetParam();
  const auto files = Open();
  auto stored = NewTable(), active = NewTable();
  Rows middle;
  for (const char table : std::string(kTables)) {
    const std::string t(1, table);
    Write({{t + "a", "s"}, {t + "b", "s"}, {t + "c", "s"}, {t + "d", "s"}, {t + "e", "s"}},
          stored.get());
    middle.merge(
        Rows{{t + "b", "f"}, {t + "c", "f"}, {t + "d", ""}, {t + "f", "f"}, {t + "g", ""}});
  }
  const auto in_all = [](const Rows& rows) {
    Rows all;
    for (const auto& [key, value] : rows) {
      for (const char table : std::string(kTables)) all[std::string(1, table) + key] = value;
    }
    all[kOneMore] = "m";
    return all;
  };
  Write(in_all({{"c", "a"}, {"f", ""}}), active.get());
  Write(in_all({{"a", ""}, {"c", "b"}, {"d", "b"}}), active.get());
  ASSERT_TRUE(files->Add(*stored).ok());
  Layers layers{active, nullptr, std::make_shared<StoredRows>(files)};
  if (is_loaded) {
    const auto loaded = Loaded(middle);
    loaded->Sort();
    layers.loaded = loaded;
  } else {
    const auto frozen = NewTable();
    middle[kOneMore] = "m";
    Write(middle, frozen.get());
    layers.frozen = frozen;
  }

  const Rows kAfter[] = {
      in_all({{"a", "s"}, {"b", "f"}, {"c", "f"}, {"e", "s"}, {"f", "f"}}),
      in_all({{"a", "s"}, {"b", "f"}, {"c", "a"}, {"e", "s"}}),
      in_all({{"b", "f"}, {"c", "b"}, {"d", "b"}, {"e", "s"}}),
  };
  for (uint32_t group = 0; group <= 2; ++group) {
    EXPECT_EQ(RowsOf(layers, group), kAfter[group]) << "after group " << group;
    for (const char t : std::string(kTables)) {
      for (const char letter : std::string("abcdefgh")) {
        const std::string key{t, letter};
        const auto row = kAfter[group].find(key);
        EXPECT_EQ(RowOf(layers, group, key), row != kAfter[group].end() ? row->second : "");
      }
    }
  }
  EXPECT_EQ(RowsOf(layers, 2, "oc", "oe"), (Rows{{"oc", "b"}, {"od", "b"}}));
  EXPECT_EQ(RowsOf(layers, 1, "oa", "ob"), (Rows{{"oa", "s"}}));
  EXPECT_EQ(RowsOf(layers, 2, "oa", "ob"), Rows());
  EXPECT_EQ(RowsOf(layers, 2, "oe", "pc"), (Rows{{"oe", "s"}, {"pb", "f"}})) << "of two families";
  EXPECT_EQ(RowsOf(layers, 2, "pe", "qb"), (Rows{{"pe", "s"}}));
  EXPECT_EQ(RowsOf(layers, 2, "r", "t"), Rows());
  EXPECT_EQ(RowsOf(layers, 2, "r", "uc"), (Rows{{"t", "m"}, {"ub", "f"}}));
  int visited = 0;
  EXPECT_TRUE(layers.Scan(0, "oa", "\xff", true, [&](auto, auto) { return ++visited < 3; }).ok());
  EXPECT_EQ(visited, 3);
}

INSTANTIATE_TEST_SUITE_P(Rows, LayersInTheMiddleTest, ::testing::Values(false, true),
                         [](const auto& which) { return which.param ? "Loaded" : "Frozen"; });

TEST(LoadedRows, AReadWaitsUntilTheyAreSorted) {
  const auto rows = Loaded({{"oa", "1"}, {"pa", "2"}});
  std::atomic<bool> is_sorted{false};
  std::thread reader([&] {
    const RowChange* const row = rows->Find("pa");
    EXPECT_TRUE(is_sorted.load());
    ASSERT_NE(row, nullptr);
    EXPECT_EQ(row->value(), "2");
    EXPECT_EQ(rows->Find("pb"), nullptr);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  is_sorted.store(true);
  rows->Sort();
  reader.join();
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

}  // namespace
}  // namespace voucher::testing
