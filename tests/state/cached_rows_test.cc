#include "ledger/state/cached_rows.h"

#include <tuple>

#include "gtest/gtest.h"

namespace voucher::testing {
namespace {

using Map = NodeMap<std::tuple<int>, int>;

// What the map holds for `key`, looked for twice; 0 if nothing.
int ValueOf(const Map& map, int key) {
  const auto first = map.find({key}), second = map.find({key});
  EXPECT_EQ(first, second);
  return first != map.end() ? first->second : 0;
}

TEST(NodeMap, FindsWhatWasFoundLastWhereItIs) {
  Map map;
  EXPECT_EQ(ValueOf(map, 1), 0);
  map[{1}] = 10;
  const int* const first = &map[{1}];
  for (int key = 2; key <= 1'000; ++key) {
    EXPECT_EQ(ValueOf(map, 1), 10);  // also when the next one makes the others move
    map[{key}] = 10 * key;
    EXPECT_EQ(ValueOf(map, key - 1), 10 * (key - 1));
    EXPECT_EQ(ValueOf(map, key), 10 * key);
    EXPECT_EQ(ValueOf(map, key + 1), 0);
  }
  EXPECT_EQ(&map[{1}], first);
}

TEST(NodeMap, FindsNothingThatIsErased) {
  Map map;
  for (int key = 1; key <= 4; ++key) map[{key}] = 10 * key;
  EXPECT_EQ(ValueOf(map, 2), 20);
  map.erase({2});
  EXPECT_EQ(ValueOf(map, 2), 0);
  EXPECT_TRUE(map.try_emplace({2}).second);
  EXPECT_FALSE(map.try_emplace({2}).second);

  EXPECT_EQ(ValueOf(map, 3), 30);
  map.EraseIf([](const auto& pair) { return pair.first == std::tuple(3); });
  EXPECT_EQ(ValueOf(map, 3), 0);
  EXPECT_EQ(ValueOf(map, 4), 40);
}

}  // namespace
}  // namespace voucher::testing
