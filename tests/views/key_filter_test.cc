#include "ledger/views/key_filter.h"

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "ledger/views/memory_row.h"

namespace voucher::testing {
namespace {

uint64_t Hash(uint64_t number) {
  return KeyFilter::HashOf(absl::StrCat(number));
}

constexpr size_t kMiB = 1u << 20;

TEST(KeyFilter, NeverDeniesAKeyAndSeldomAffirmsAnother) {
  KeyFilter filter(64 * kMiB, kMiB);
  EXPECT_FALSE(filter.MayContain(Hash(0)));
  EXPECT_EQ(filter.bytes(), 0);
  uint64_t added = 0;
  // Room for 655,360 keys in the first MiB, for twice as many in the next two, and so on.
  for (const auto& [keys, mib] : {std::pair{600'000, 1}, {1'900'000, 3}, {2'100'000, 7}}) {
    for (; added < static_cast<uint64_t>(keys); ++added) filter.Add(Hash(added));
    for (uint64_t key = 0; key < added; ++key) ASSERT_TRUE(filter.MayContain(Hash(key))) << key;
    int wrong = 0;
    for (uint64_t key = 0; key < 100'000; ++key) {
      wrong += filter.MayContain(Hash(10'000'000 + key)) ? 1 : 0;
    }
    EXPECT_LT(wrong, 1'000) << keys;
    EXPECT_EQ(filter.bytes(), mib * kMiB) << keys;
  }
}

TEST(KeyFilter, TakesNoRoomForAKeyThatIsThere) {
  KeyFilter filter(64 * kMiB, kMiB);
  for (int i = 0; i < 2'000'000; ++i) filter.Add(Hash(i % 1'000));
  EXPECT_EQ(filter.bytes(), kMiB);
}

TEST(KeyFilter, WhatIsAddedAsNewIsThere) {
  KeyFilter filter(64 * kMiB, kMiB);
  for (uint64_t key = 0; key < 700'000; ++key) filter.AddNew(Hash(key));
  for (uint64_t key = 0; key < 700'000; ++key) ASSERT_TRUE(filter.MayContain(Hash(key))) << key;
  EXPECT_EQ(filter.bytes(), 3 * kMiB);
}

TEST(KeyFilter, AffirmsMoreAndMoreWhenItIsFull) {
  // Room for 4.6 million keys, since the next segment would be too much.
  constexpr uint64_t kRoom = 7 * kMiB / 64 * 40;
  KeyFilter filter(14 * kMiB, kMiB);
  uint64_t added = 0;
  const auto wrong_of_1000 = [&](uint64_t keys) {
    for (; added < keys; ++added) filter.AddNew(Hash(added));
    for (uint64_t key = 0; key < added; key += 7) EXPECT_TRUE(filter.MayContain(Hash(key))) << key;
    int wrong = 0;
    for (uint64_t key = 0; key < 100'000; ++key) {
      wrong += filter.MayContain(Hash(100'000'000 + key)) ? 1 : 0;
    }
    EXPECT_EQ(filter.bytes(), 7 * kMiB);
    return wrong / 100;
  };
  EXPECT_LT(wrong_of_1000(kRoom), 15);
  EXPECT_LT(wrong_of_1000(kRoom * 5 / 4), 50);
  EXPECT_LT(wrong_of_1000(2 * kRoom), 200);
}

TEST(KeyFilter, OfNoSizeAtAllHasALine) {
  KeyFilter filter(0);
  for (uint64_t key = 0; key < 100; ++key) filter.Add(Hash(key));
  for (uint64_t key = 0; key < 100; ++key) EXPECT_TRUE(filter.MayContain(Hash(key)));
  EXPECT_EQ(filter.bytes(), 64);
}

TEST(KeyFilter, WhoKnowsOfAnAddedKeyFindsItWhileOthersAreAdded) {
  KeyFilter filter(64 * kMiB, kMiB);
  constexpr uint64_t kKeys = 1'000'000;
  std::atomic<uint64_t> added{0};
  std::thread reader([&] {
    for (uint64_t known = 0; known < kKeys;) {
      known = added.load(std::memory_order_acquire);
      if (known == 0) continue;
      ASSERT_TRUE(filter.MayContain(Hash(known - 1)));
      ASSERT_TRUE(filter.MayContain(Hash(known / 2)));
    }
  });
  for (uint64_t key = 0; key < kKeys; ++key) {
    filter.Add(Hash(key));
    added.store(key + 1, std::memory_order_release);
  }
  reader.join();
}

}  // namespace
}  // namespace voucher::testing
