#include "ledger/views/arena.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "gtest/gtest.h"

namespace voucher::testing {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

TEST(Arena, PiecesOfAnySizeDoNotOverlap) {
  Arena arena;
  const std::vector<size_t> sizes = {1, 7, 8, 9, 3 * kMiB, 12 * kMiB, 1, 7 * kMiB, 40 * kMiB, 5};
  std::vector<char*> pieces;
  for (size_t i = 0; i < sizes.size(); ++i) {
    pieces.push_back(arena.Allocate(sizes[i]));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(pieces[i]) % 8, 0u);
    memset(pieces[i], static_cast<int>(i), sizes[i]);
  }
  for (size_t i = 0; i < sizes.size(); ++i) {
    EXPECT_EQ(pieces[i][0], static_cast<char>(i));
    EXPECT_EQ(pieces[i][sizes[i] - 1], static_cast<char>(i));
  }
  EXPECT_GE(arena.bytes(), 62 * kMiB);
  EXPECT_LT(arena.bytes(), 63 * kMiB);
}

TEST(Arena, TheNextOneTakesTheMemoryOfOneThatIsGone) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "memory that is gone stays gone, so that its use is found";
#endif
  {
    Arena gone;
    *gone.Allocate(1) = 'x';
  }
  Arena next;
  EXPECT_EQ(*next.Allocate(1), 'x');  // the system's would be zero
}

}  // namespace
}  // namespace voucher::testing
