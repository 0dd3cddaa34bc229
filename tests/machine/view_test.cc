#include "ledger/machine/view.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace voucher {
namespace {

// Stored rows in a sorted map.
class MapSource : public RowSource {
 public:
  bool Get(absl::string_view key, std::string* value) const override {
    ++gets;
    auto it = rows.find(std::string(key));
    if (it == rows.end()) return false;
    *value = it->second;
    return true;
  }
  void Scan(absl::string_view first, absl::string_view last,
            absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit) const override {
    for (auto it = rows.lower_bound(std::string(first));
         it != rows.end() && it->first < std::string(last); ++it) {
      if (!visit(it->first, it->second)) return;
    }
  }
  void Store(const Overlay& layer) {
    layer.ForEachChange([&](const std::string& key, const std::string* value) {
      if (value != nullptr) {
        rows[key] = *value;
      } else {
        rows.erase(key);
      }
    });
  }

  std::map<std::string, std::string> rows;
  mutable int gets = 0;
};

std::vector<int64_t> DuesOf(const View& view, int64_t first, int64_t last) {
  std::vector<int64_t> dues;
  view.Scan<tables::Timers>({first, 0, 0}, {last, 0, 0}, [&](const auto& key, const auto&) {
    dues.push_back(std::get<0>(key));
    return true;
  });
  return dues;
}

TEST(Keys, BytesSortAsTuplesDo) {
  const std::vector<tables::Timers::Key> keys = {
      {-5, 1, 1}, {-1, 0, 9}, {0, 0, 0}, {0, 0, 1}, {0, 1, 0}, {7, 0, 0}, {INT64_MAX, 255, 3}};
  for (size_t i = 0; i + 1 < keys.size(); ++i) {
    EXPECT_LT(EncodeKey(33, keys[i]), EncodeKey(33, keys[i + 1])) << i;
  }
  EXPECT_LT(EncodeKey(5, tables::Requests::Key{1, "a"}),
            EncodeKey(5, tables::Requests::Key{1, "ab"}));
  EXPECT_LT(EncodeKey(5, tables::Requests::Key{1, "zz"}),
            EncodeKey(5, tables::Requests::Key{2, ""}));
}

TEST(Keys, DecodeIsTheInverseOfEncode) {
  const tables::Products::Key product = {7, uint64_t{1} << 40, "ecs"};
  EXPECT_EQ(DecodeKey<tables::Products::Key>(EncodeKey(15, product)), product);
  const tables::Timers::Key timer = {-3, 2, 99};
  EXPECT_EQ(DecodeKey<tables::Timers::Key>(EncodeKey(33, timer)), timer);
}

TEST(View, AnUpperLayerHidesTheRowsBelow) {
  HotView base(nullptr);
  Overlay lower(&base);
  lower.Edit<tables::Balances>({1, 2, 3, 4}).set_fen(10);
  base.Absorb(std::move(lower));

  Overlay upper(&base);
  EXPECT_EQ(upper.Find<tables::Balances>({1, 2, 3, 4})->fen(), 10);
  upper.Edit<tables::Balances>({1, 2, 3, 4}).set_fen(11);
  EXPECT_EQ(upper.Find<tables::Balances>({1, 2, 3, 4})->fen(), 11);
  EXPECT_EQ(base.Find<tables::Balances>({1, 2, 3, 4})->fen(), 10);
  upper.Erase<tables::Balances>({1, 2, 3, 4});
  EXPECT_EQ(upper.Find<tables::Balances>({1, 2, 3, 4}), nullptr);
  EXPECT_EQ(upper.Edit<tables::Balances>({1, 2, 3, 4}).fen(), 0);
}

TEST(View, ScanMergesLayersInKeyOrderAndLeavesErasedRowsOut) {
  MapSource source;
  {
    HotView empty(&source);
    Overlay stored(&empty);
    for (int64_t due : {10, 30, 50}) stored.Put<tables::Timers>({due, 1, 1}, {});
    source.Store(stored);
  }
  HotView base(&source);
  Overlay lower(&base);
  lower.Put<tables::Timers>({20, 1, 1}, {});
  lower.Erase<tables::Timers>({30, 1, 1});
  Overlay upper(&lower);
  upper.Put<tables::Timers>({5, 1, 1}, {});
  upper.Put<tables::Timers>({60, 1, 1}, {});
  upper.Erase<tables::Timers>({20, 1, 1});

  EXPECT_EQ(DuesOf(upper, 0, 100), (std::vector<int64_t>{5, 10, 50, 60}));
  EXPECT_EQ(DuesOf(lower, 0, 100), (std::vector<int64_t>{10, 20, 50}));
  EXPECT_EQ(DuesOf(upper, 10, 60), (std::vector<int64_t>{10, 50}));
}

TEST(View, ScanStopsWhenTheVisitorSaysSo) {
  HotView base(nullptr);
  Overlay layer(&base);
  for (int64_t due : {1, 2, 3}) layer.Put<tables::Timers>({due, 1, 1}, {});
  int seen = 0;
  layer.Scan<tables::Timers>({0, 0, 0}, {9, 0, 0},
                             [&](const auto&, const auto&) { return ++seen < 2; });
  EXPECT_EQ(seen, 2);
}

TEST(HotView, ReadsAStoredRowOnceAndRemembersAbsence) {
  MapSource source;
  HotView hot(&source);
  EXPECT_EQ(hot.Find<tables::Balances>({1, 1, 1, 1}), nullptr);
  EXPECT_EQ(hot.Find<tables::Balances>({1, 1, 1, 1}), nullptr);
  EXPECT_EQ(source.gets, 1);
}

TEST(HotView, DropsItsCacheWhenFullAndReadsTheStoredRowsAgain) {
  MapSource source;
  HotView hot(&source, /*max_cached_rows=*/4);
  for (uint64_t id = 1; id <= 20; ++id) {
    Overlay layer(&hot);
    layer.Edit<tables::Balances>({1, 1, id, 0}).set_fen(static_cast<int64_t>(id));
    source.Store(layer);
    hot.Absorb(std::move(layer));
  }
  for (uint64_t id = 1; id <= 20; ++id) {
    ASSERT_NE(hot.Find<tables::Balances>({1, 1, id, 0}), nullptr);
    EXPECT_EQ(hot.Find<tables::Balances>({1, 1, id, 0})->fen(), static_cast<int64_t>(id));
  }
}

}  // namespace
}  // namespace voucher
