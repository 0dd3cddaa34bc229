#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "ledger/state/writer_rows.h"
#include "tests/support/map_rows.h"

namespace voucher {
namespace {

using testing::MapRows;

// Stores what `state` changed; returns how many rows.
size_t Store(WriterRows* state, MapRows* stored) {
  const auto changes = state->TakeChanges();
  stored->Store(*changes);
  state->StoredIn(stored);
  return changes->size();
}

rows::NumberRow Number(uint64_t number) {
  rows::NumberRow row;
  row.set_number(number);
  return row;
}

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
  WriterRows base(nullptr);
  base.Edit<tables::Balances>({1, 2, 3, 4}).set_fen(10);

  EditableRows upper(&base);
  EXPECT_EQ(upper.Find<tables::Balances>({1, 2, 3, 4})->fen(), 10);
  upper.Edit<tables::Balances>({1, 2, 3, 4}).set_fen(11);
  EXPECT_EQ(upper.Find<tables::Balances>({1, 2, 3, 4})->fen(), 11);
  EXPECT_EQ(base.Find<tables::Balances>({1, 2, 3, 4})->fen(), 10);
  upper.Erase<tables::Balances>({1, 2, 3, 4});
  EXPECT_EQ(upper.Find<tables::Balances>({1, 2, 3, 4}), nullptr);
  EXPECT_EQ(upper.Edit<tables::Balances>({1, 2, 3, 4}).fen(), 0);
}

TEST(View, ScanMergesLayersInKeyOrderAndLeavesErasedRowsOut) {
  MapRows stored;
  WriterRows base(&stored);
  for (int64_t due : {10, 30, 50}) base.Put<tables::Timers>({due, 1, 1}, {});
  Store(&base, &stored);
  EditableRows lower(&base);
  lower.Put<tables::Timers>({20, 1, 1}, {});
  lower.Erase<tables::Timers>({30, 1, 1});
  EditableRows upper(&lower);
  upper.Put<tables::Timers>({5, 1, 1}, {});
  upper.Put<tables::Timers>({60, 1, 1}, {});
  upper.Erase<tables::Timers>({20, 1, 1});

  EXPECT_EQ(DuesOf(upper, 0, 100), (std::vector<int64_t>{5, 10, 50, 60}));
  EXPECT_EQ(DuesOf(lower, 0, 100), (std::vector<int64_t>{10, 20, 50}));
  EXPECT_EQ(DuesOf(upper, 10, 60), (std::vector<int64_t>{10, 50}));
}

TEST(View, ScanStopsWhenTheVisitorSaysSo) {
  WriterRows rows(nullptr);
  for (int64_t due : {1, 2, 3}) rows.Put<tables::Timers>({due, 1, 1}, {});
  int seen = 0;
  rows.Scan<tables::Timers>({0, 0, 0}, {9, 0, 0},
                            [&](const auto&, const auto&) { return ++seen < 2; });
  EXPECT_EQ(seen, 2);
}

TEST(WriterRows, ReadsAStoredRowOnceAndRemembersAbsence) {
  MapRows stored;
  WriterRows state(&stored);
  EXPECT_EQ(state.Find<tables::Balances>({1, 1, 1, 1}), nullptr);
  EXPECT_EQ(state.Find<tables::Balances>({1, 1, 1, 1}), nullptr);
  EXPECT_EQ(stored.gets(), 1);
}

TEST(WriterRows, GivesEachChangedRowOncePerBatch) {
  MapRows stored;
  WriterRows state(&stored);
  EXPECT_EQ(state.TakeChanges()->size(), 0u);
  for (int64_t fen : {1, 2, 3}) state.Edit<tables::Balances>({1, 1, 1, 1}).set_fen(fen);
  state.Put<tables::Timers>({10, 1, 1}, {});
  state.Erase<tables::Timers>({10, 1, 1});
  state.Put<tables::Acts>({1, "a"}, Number(7));
  const auto first = state.TakeChanges();
  EXPECT_EQ(first->size(), 3u);
  EXPECT_EQ(state.TakeChanges()->size(), 0u);
  state.Edit<tables::Balances>({1, 1, 1, 1}).set_fen(4);
  EXPECT_EQ(state.TakeChanges()->size(), 1u);

  stored.Store(*first);
  const View view(&stored);
  EXPECT_EQ(view.Find<tables::Balances>({1, 1, 1, 1})->fen(), 3);
  EXPECT_EQ(view.Find<tables::Acts>({1, "a"})->number(), 7u);
  EXPECT_TRUE(DuesOf(view, 0, 100).empty());
}

TEST(WriterRows, KeepsWhatIsNotStoredYetAndDropsWhatIs) {
  MapRows stored;
  WriterRows state(&stored, /*max_cached_rows=*/0);
  state.Put<tables::Acts>({1, "a"}, Number(1));
  state.Edit<tables::Balances>({1, 1, 1, 1}).set_fen(1);
  state.Edit<tables::Balances>({1, 1, 2, 1}).set_fen(1);
  state.Put<tables::Timers>({10, 1, 1}, {});
  state.Put<tables::Timers>({20, 1, 1}, {});
  const auto first = state.TakeChanges();
  // On the way there, other rows change, and two of the same.
  state.Put<tables::Acts>({1, "b"}, Number(2));
  state.Edit<tables::Balances>({1, 1, 1, 1}).set_fen(2);
  state.Erase<tables::Timers>({10, 1, 1});
  stored.Store(*first);
  state.StoredIn(&stored);

  const int gets = stored.gets();
  EXPECT_EQ(state.Find<tables::Acts>({1, "b"})->number(), 2u);
  EXPECT_EQ(state.Find<tables::Balances>({1, 1, 1, 1})->fen(), 2);
  EXPECT_EQ(stored.gets(), gets) << "these are nowhere else";
  EXPECT_EQ(DuesOf(state, 0, 100), (std::vector<int64_t>{20}));
  EXPECT_EQ(state.changed_rows<tables::Timers>().size(), 1u);
  EXPECT_EQ(state.Find<tables::Acts>({1, "a"})->number(), 1u);
  EXPECT_EQ(state.Find<tables::Balances>({1, 1, 2, 1})->fen(), 1);
  EXPECT_EQ(stored.gets(), gets + 2) << "these were dropped";

  EXPECT_EQ(Store(&state, &stored), 3u);
  EXPECT_EQ(DuesOf(View(&stored), 0, 100), (std::vector<int64_t>{20}));
  EXPECT_EQ(View(&stored).Find<tables::Balances>({1, 1, 1, 1})->fen(), 2);
}

TEST(WriterRows, KeepsBatchesThatAreInFlight) {
  MapRows stored;
  WriterRows state(&stored, /*max_cached_rows=*/0);
  const auto change = [&](uint64_t number) {
    state.Put<tables::Acts>({1, std::string(number, 'a')}, Number(number));
    state.Edit<tables::Balances>({1, 1, number, 1}).set_fen(static_cast<int64_t>(number));
    state.Put<tables::Timers>({static_cast<int64_t>(number), 1, 1}, {});
  };
  const auto expect = [&](uint64_t number) {
    EXPECT_EQ(state.Find<tables::Acts>({1, std::string(number, 'a')})->number(), number);
    EXPECT_EQ(state.Find<tables::Balances>({1, 1, number, 1})->fen(), number);
  };
  change(1);
  stored.Store(*state.TakeChanges());
  change(2);
  const auto in_flight = state.TakeChanges();
  EXPECT_EQ(state.TakeChanges()->size(), 0) << "does not count";
  change(3);
  state.StoredIn(&stored, /*in_flight=*/1);
  const int gets = stored.gets();
  expect(2);
  expect(3);
  EXPECT_EQ(stored.gets(), gets) << "these are nowhere else";
  expect(1);
  EXPECT_EQ(stored.gets(), gets + 2) << "these were dropped";
  EXPECT_EQ(DuesOf(state, 0, 100), (std::vector<int64_t>{1, 2, 3}));

  stored.Store(*in_flight);
  state.StoredIn(&stored);
  expect(3);
  expect(2);
  EXPECT_EQ(stored.gets(), gets + 4);
  EXPECT_EQ(DuesOf(state, 0, 100), (std::vector<int64_t>{1, 2, 3}));
}

TEST(WriterRows, PutLooksForNoRow) {
  MapRows stored;
  WriterRows state(&stored);
  state.PutNumber<tables::Acts>({1, "a"}, 1);
  state.PutNumber<tables::EnterpriseNumbers>({"91"}, 2);
  state.PutNumber<tables::ApplicationsByProgram>({1, 1}, 3);
  EXPECT_EQ(stored.gets(), 0);
  EXPECT_EQ(state.Find<tables::Acts>({1, "a"})->number(), 1u);
  EXPECT_EQ(state.Find<tables::EnterpriseNumbers>({"91"})->number(), 2u);
  EXPECT_EQ(state.Find<tables::ApplicationsByProgram>({1, 1})->number(), 3u);
  EXPECT_EQ(stored.gets(), 0);
}

TEST(WriterRows, ABatchWithoutChangesLeavesNothingBehind) {
  MapRows stored;
  WriterRows state(&stored);
  state.Put<tables::Acts>({1, "a"}, Number(1));
  const std::weak_ptr<const RowChanges> taken = state.TakeChanges();
  EXPECT_FALSE(taken.expired()) << "it is not stored yet";
  const std::weak_ptr<const RowChanges> empty = state.TakeChanges();
  EXPECT_TRUE(empty.expired());
  EXPECT_EQ(state.Find<tables::Acts>({1, "a"})->number(), 1u);
}

std::vector<uint64_t> NumbersOf(const View& view) {
  std::vector<uint64_t> numbers;
  view.Scan<tables::Acts>({1, ""}, {2, ""}, [&](const auto&, const rows::NumberRow& row) {
    numbers.push_back(row.number());
    return true;
  });
  return numbers;
}

TEST(WriterRows, PassingRowsAreFoundWhereverTheyAreAndTheLastChangeCounts) {
  MapRows stored;
  WriterRows state(&stored);
  state.Put<tables::Acts>({1, "stored"}, Number(1));
  Store(&state, &stored);
  state.Put<tables::Acts>({1, "taken"}, Number(2));
  const auto taken = state.TakeChanges();
  state.Put<tables::Acts>({1, "new"}, Number(3));
  for (const auto& [order, number] : {std::pair("stored", 1), {"taken", 2}, {"new", 3}}) {
    ASSERT_NE(state.Find<tables::Acts>({1, order}), nullptr) << order;
    EXPECT_EQ(state.Find<tables::Acts>({1, order})->number(), number);
  }
  EXPECT_EQ(NumbersOf(state), (std::vector<uint64_t>{3, 1, 2}));

  state.Put<tables::Acts>({1, "stored"}, Number(10));
  state.Erase<tables::Acts>({1, "new"});
  state.Put<tables::Acts>({1, "taken"}, Number(20));  // beside erased ones
  state.Put<tables::Acts>({1, "newer"}, Number(4));
  EXPECT_EQ(state.Find<tables::Acts>({1, "new"}), nullptr);
  EXPECT_EQ(state.Find<tables::Acts>({1, "taken"})->number(), 20u);
  EXPECT_EQ(NumbersOf(state), (std::vector<uint64_t>{4, 10, 20}));
  stored.Store(*taken);
  state.StoredIn(&stored);
  EXPECT_EQ(NumbersOf(state), (std::vector<uint64_t>{4, 10, 20}));
  Store(&state, &stored);
  EXPECT_EQ(NumbersOf(state), (std::vector<uint64_t>{4, 10, 20}));
  EXPECT_EQ(NumbersOf(View(&stored)), (std::vector<uint64_t>{4, 10, 20}));

  EditableRows scratch(&state);
  scratch.Put<tables::Acts>({1, "scratch"}, Number(5));
  EXPECT_EQ(scratch.Find<tables::Acts>({1, "taken"})->number(), 20u);
  EXPECT_EQ(NumbersOf(scratch), (std::vector<uint64_t>{4, 5, 10, 20}));
  EXPECT_EQ(state.Find<tables::Acts>({1, "scratch"}), nullptr);
}

TEST(WriterRows, DropsItsCacheWhenFullAndReadsTheStoredRowsAgain) {
  MapRows stored;
  WriterRows state(&stored, /*max_cached_rows=*/4);
  for (uint64_t id = 1; id <= 20; ++id) {
    state.Edit<tables::Balances>({1, 1, id, 0}).set_fen(static_cast<int64_t>(id));
    Store(&state, &stored);
  }
  for (uint64_t id = 1; id <= 20; ++id) {
    ASSERT_NE(state.Find<tables::Balances>({1, 1, id, 0}), nullptr);
    EXPECT_EQ(state.Find<tables::Balances>({1, 1, id, 0})->fen(), static_cast<int64_t>(id));
  }
}

TEST(WriterRows, CachesFewerRowsFromTheNextStoredInOn) {
  MapRows stored;
  WriterRows state(&stored);
  state.Edit<tables::Balances>({1, 1, 1, 0}).set_fen(1);
  state.Edit<tables::Balances>({1, 1, 2, 0}).set_fen(2);
  Store(&state, &stored);
  state.CacheAtMost(1);
  ASSERT_NE(state.Find<tables::Balances>({1, 1, 1, 0}), nullptr);
  EXPECT_EQ(stored.gets(), 2);  // of each Edit
  state.StoredIn(&stored);
  ASSERT_NE(state.Find<tables::Balances>({1, 1, 1, 0}), nullptr);
  EXPECT_EQ(stored.gets(), 3);
}

}  // namespace
}  // namespace voucher
