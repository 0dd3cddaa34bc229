#include "ledger/base/huge_blocks.h"

#include <array>
#include <atomic>
#include <cstdint>

#include <sys/mman.h>

namespace voucher {
namespace {

constexpr size_t kPageBytes = 4096;

constinit std::array<std::atomic<char*>, 2> ready{};
constinit std::atomic<uint32_t> taken{0};

size_t RoundUp(size_t size, size_t unit) {
  return (size + unit - 1) / unit * unit;
}

void Touch(char* block) {
  for (size_t at = 0; at < kHugeBlockBytes; at += kPageBytes) {
    *static_cast<volatile char*>(block + at) = 0;
  }
}

}  // namespace

char* MapHugePages(size_t bytes, size_t alignment) {
  const size_t size = RoundUp(bytes, kHugePageBytes);
  const size_t mapped = size + alignment;
  void* const begin = mmap(nullptr, mapped, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (begin == MAP_FAILED) return nullptr;
  const size_t before =
      RoundUp(reinterpret_cast<uintptr_t>(begin), alignment) - reinterpret_cast<uintptr_t>(begin);
  char* const aligned = static_cast<char*>(begin) + before;
  if (before > 0) munmap(begin, before);
  munmap(aligned + size, mapped - before - size);
  madvise(aligned, size, MADV_HUGEPAGE);
  return aligned;
}

char* TakeHugeBlock() {
  for (std::atomic<char*>& block : ready) {
    char* const made = block.exchange(nullptr);
    if (made == nullptr) continue;
    taken.fetch_add(1);
    taken.notify_one();
    return made;
  }
  return MapHugePages(kHugeBlockBytes);
}

void UnmapHugePages(char* begin, size_t bytes) {
  munmap(begin, RoundUp(bytes, kHugePageBytes));
}

void MakeHugeBlocksReady() {
  for (std::atomic<char*>& block : ready) {
    if (block.load() != nullptr) continue;
    char* const made = MapHugePages(kHugeBlockBytes);
    if (made == nullptr) continue;  // Whoever needs one finds out.
    Touch(made);
    char* expected = nullptr;
    if (!block.compare_exchange_strong(expected, made)) UnmapHugePages(made, kHugeBlockBytes);
  }
}

uint32_t HugeBlocksTaken() {
  return taken.load();
}

void AwaitHugeBlockTaken(uint32_t seen) {
  taken.wait(seen);
}

void NudgeHugeBlocks() {
  taken.fetch_add(1);
  taken.notify_all();
}

}  // namespace voucher
