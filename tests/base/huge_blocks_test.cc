#include "ledger/base/huge_blocks.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include <sys/mman.h>

namespace voucher {
namespace {

constexpr size_t kPageBytes = 4096;

// Pages that are in memory.
size_t TouchedPages(char* begin, size_t bytes) {
  std::vector<unsigned char> pages(bytes / kPageBytes);
  EXPECT_EQ(mincore(begin, bytes, pages.data()), 0);
  return static_cast<size_t>(
      std::count_if(pages.begin(), pages.end(), [](unsigned char page) { return page & 1; }));
}

TEST(HugeBlocks, MappedMemoryIsAlignedZeroedAndUntouched) {
  for (const size_t alignment : {kHugePageBytes, 16 * kHugePageBytes}) {
    const size_t bytes = 3 * kHugePageBytes + 1;
    char* const begin = MapHugePages(bytes, alignment);
    ASSERT_NE(begin, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(begin) % alignment, 0u);
    EXPECT_EQ(TouchedPages(begin, 4 * kHugePageBytes), 0u);
    EXPECT_EQ(begin[bytes - 1], 0);
    begin[4 * kHugePageBytes - 1] = 'x';
    UnmapHugePages(begin, bytes);
  }
  EXPECT_EQ(MapHugePages(size_t{1} << 60), nullptr);
}

TEST(HugeBlocks, ReadyOnesAreTouched) {
  char* block = TakeHugeBlock();
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(TouchedPages(block, kHugeBlockBytes), 0u);
  UnmapHugePages(block, kHugeBlockBytes);

  std::atomic<bool> stopping{false};
  std::thread keeper([&] {
    while (true) {
      const uint32_t seen = HugeBlocksTaken();
      if (stopping) return;
      MakeHugeBlocksReady();
      AwaitHugeBlockTaken(seen);
    }
  });
  // More than are ready at first, so that some are made ready after others were taken.
  int touched = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (touched < 5 && std::chrono::steady_clock::now() < end) {
    block = TakeHugeBlock();
    ASSERT_NE(block, nullptr);
    if (TouchedPages(block, kHugeBlockBytes) == kHugeBlockBytes / kPageBytes) ++touched;
    EXPECT_EQ(std::count(block, block + kHugeBlockBytes, 0), kHugeBlockBytes);
    UnmapHugePages(block, kHugeBlockBytes);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));  // it sleeps by then
  }
  EXPECT_EQ(touched, 5);
  stopping = true;
  NudgeHugeBlocks();
  keeper.join();
}

}  // namespace
}  // namespace voucher
