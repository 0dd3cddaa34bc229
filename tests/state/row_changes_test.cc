#include "ledger/state/row_changes.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace voucher::testing {
namespace {

void Put(absl::string_view key, absl::string_view value, RowChanges* changes) {
  value.copy(changes->Put(key, value.size()), value.size());
}

TEST(RowChanges, AreInTheOrderInWhichTheyWereMade) {
  // More than one block of memory, and one that is larger than blocks are.
  constexpr size_t kChanges = 100'000, kLarge = 77'777, kErased = 5;
  RowChanges changes(/*expected_bytes=*/100);
  EXPECT_FALSE(changes.begin() != changes.end());
  size_t bytes = 0;
  for (size_t i = 0; i < kChanges; ++i) {
    const std::string key = absl::StrCat("key", i % 1'000);
    const std::string value(i == kLarge ? size_t{3} << 20 : i % 100, static_cast<char>(i));
    bytes += key.size();
    if (i % 10 == kErased) {
      changes.Erase(key);
    } else {
      Put(key, value, &changes);
      bytes += value.size();
    }
  }
  EXPECT_EQ(changes.size(), kChanges);
  EXPECT_EQ(changes.bytes(), bytes);
  const RowChanges moved = std::move(changes);
  size_t i = 0;
  for (const RowChange& change : moved) {
    const bool erased = i % 10 == kErased;
    const size_t size = erased ? 0 : i == kLarge ? size_t{3} << 20 : i % 100;
    ASSERT_EQ(PlaceOf(change), i);
    ASSERT_EQ(KeyOf(change), absl::StrCat("key", i % 1'000));
    ASSERT_EQ(change.erased, erased);
    ASSERT_EQ(change.value(), std::string(size, static_cast<char>(i)));
    ++i;
  }
  EXPECT_EQ(i, kChanges);
}

TEST(RowChanges, FindSeesTheLastChangeThatWasShown) {
  constexpr int kRows = 3'000;
  RowChanges changes;
  EXPECT_EQ(changes.Find("key0"), nullptr);
  for (int round = 1; round <= 3; ++round) {
    // Found while more are made.
    for (int row = 0; row < kRows; ++row) {
      const std::string key = absl::StrCat("key", row);
      Put(key, absl::StrCat(round), &changes);
      if (row % 2 == 0) changes.IndexLast();
      if (row % 7 == 0) {
        const RowChange* const found = changes.Find(key);
        ASSERT_EQ(found != nullptr, row % 2 == 0) << key;
        if (found != nullptr) {
          ASSERT_EQ(found->value(), absl::StrCat(round));
        }
      }
    }
  }
  EXPECT_EQ(changes.shown(), 3 * kRows / 2);
  EXPECT_EQ(changes.Find("key2999"), nullptr);
  EXPECT_EQ(changes.Find("key2998")->value(), "3");
  EXPECT_EQ(changes.Find("another"), nullptr);
}

}  // namespace
}  // namespace voucher::testing
