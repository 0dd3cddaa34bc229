#include "ledger/views/key_order.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace voucher::testing {
namespace {

struct Row {
  std::string key;
  size_t place = 0;
};

absl::string_view KeyOf(const Row& row) {
  return row.key;
}

size_t PlaceOf(const Row& row) {
  return row.place;
}

// As rows of these keys are sorted: the places that they had. In memory they lie the other way.
std::vector<size_t> Sorted(std::vector<Row> rows) {
  for (size_t i = 0; i < rows.size(); ++i) rows[i].place = i;
  std::reverse(rows.begin(), rows.end());
  std::vector<KeyedRow<Row>> keyed;
  for (const Row& row : rows) keyed.push_back({KeyWords(), &row});
  SortByKey(absl::MakeSpan(keyed));
  std::vector<size_t> places;
  for (const KeyedRow<Row>& row : keyed) places.push_back(row.row->place);
  return places;
}

std::vector<size_t> Expected(const std::vector<Row>& rows) {
  std::vector<size_t> places(rows.size());
  for (size_t i = 0; i < places.size(); ++i) places[i] = i;
  std::stable_sort(places.begin(), places.end(),
                   [&](size_t a, size_t b) { return rows[a].key < rows[b].key; });
  return places;
}

// Few different bytes, so that keys are alike for long, begin with one another and are equal.
TEST(SortByKey, IsAStableSortOfTheKeys) {
  std::mt19937 random(7);
  for (int round = 0; round < 2'000; ++round) {
    const std::string beginning(random() % 40, static_cast<char>(random() % 2));
    const size_t longest = 1 + random() % 60;
    const int different = 1 + static_cast<int>(random() % 3);
    std::vector<Row> rows(random() % (round % 100 == 0 ? 20'000 : 200));
    for (Row& row : rows) {
      row.key = beginning;
      for (size_t size = random() % longest; size > 0; --size) {
        row.key.push_back(static_cast<char>(random() % different == 0 ? 0 : random() % 256));
      }
    }
    ASSERT_EQ(Sorted(rows), Expected(rows)) << round;
  }
}

TEST(SortByKey, TellsKeysThatDifferInTheirEndOnly) {
  std::vector<Row> rows;
  for (int i = 999; i >= 0; --i) {
    rows.push_back({std::string(100, 'x') + std::to_string(1'000 + i)});
    rows.push_back({std::string(100, 'x') + std::to_string(1'000 + i) + std::string(1, '\0')});
  }
  EXPECT_EQ(Sorted(rows), Expected(rows));
}

}  // namespace
}  // namespace voucher::testing
