#include "ledger/views/arena.h"

#include <cstdint>
#include <utility>

#include <sys/mman.h>

#include "ledger/base/check.h"

namespace voucher {
namespace {

constexpr size_t kHugePageBytes = 2u << 20;
constexpr size_t kBlockBytes = 16 * kHugePageBytes;

}  // namespace

// What is read here is read at random: a huge page saves most of the misses of the address
// translation. Without any the system gives small ones.
Pages::Pages(size_t bytes) : bytes_(bytes + kHugePageBytes) {
  mapped_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  VOUCHER_CHECK(mapped_ != MAP_FAILED) << "no memory for " << bytes << " bytes";
  const auto begin = reinterpret_cast<uintptr_t>(mapped_);
  const uintptr_t aligned = (begin + kHugePageBytes - 1) / kHugePageBytes * kHugePageBytes;
  data_ = static_cast<char*>(mapped_) + (aligned - begin);
  madvise(data_, bytes, MADV_HUGEPAGE);
}

Pages::Pages(Pages&& other) noexcept
    : mapped_(std::exchange(other.mapped_, nullptr)), data_(other.data_), bytes_(other.bytes_) {}

Pages::~Pages() {
  if (mapped_ != nullptr) munmap(mapped_, bytes_);
}

char* Arena::AllocateSlowly(size_t bytes) {
  if (bytes > kBlockBytes / 4) {  // A block of its own wastes less than the rest of this one.
    bytes_.store(bytes_.load(std::memory_order_relaxed) + bytes, std::memory_order_relaxed);
    return blocks_.emplace_back(bytes).data();
  }
  next_ = blocks_.emplace_back(kBlockBytes).data();
  left_ = kBlockBytes;
  return Allocate(bytes);
}

}  // namespace voucher
