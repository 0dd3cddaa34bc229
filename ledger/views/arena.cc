#include "ledger/views/arena.h"

#include <cstdint>
#include <utility>
#include <vector>

#include <sys/mman.h>

#include "ledger/base/check.h"
#include "ledger/base/mutex.h"

namespace voucher {
namespace {

constexpr size_t kHugePageBytes = 2u << 20;
constexpr size_t kBlockBytes = 16 * kHugePageBytes;

// Blocks of arenas that are gone. Thread-safe.
class SpareBlocks {
 public:
  Pages Take() VOUCHER_EXCLUDES(mutex_) {
    {
      const MutexLock lock(mutex_);
      if (!blocks_.empty()) {
        Pages block = std::move(blocks_.back());
        blocks_.pop_back();
        return block;
      }
    }
    return Pages(kBlockBytes);
  }

  void Keep(std::vector<Pages> blocks) VOUCHER_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    while (!blocks.empty() && blocks_.size() != kMost) {
      if (blocks.back().bytes() == kBlockBytes) blocks_.push_back(std::move(blocks.back()));
      blocks.pop_back();
    }
  }

 private:
#ifdef __SANITIZE_ADDRESS__
  static constexpr size_t kMost = 0;  // whoever reads what is gone is to be found
#else
  static constexpr size_t kMost = 6;  // what a table of the views fills
#endif

  Mutex mutex_;
  std::vector<Pages> blocks_ VOUCHER_GUARDED_BY(mutex_);
};

// Never destroyed: the last arena may go at the very end.
SpareBlocks& Spare() {
  static auto* const spare = new SpareBlocks;
  return *spare;
}

}  // namespace

// What is read here is read at random: a huge page saves most of the misses of the address
// translation. Without any the system gives small ones.
Pages::Pages(size_t bytes) : bytes_(bytes) {
  mapped_ = mmap(nullptr, bytes + kHugePageBytes, PROT_READ | PROT_WRITE,
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
  if (mapped_ != nullptr) munmap(mapped_, bytes_ + kHugePageBytes);
}

Arena::~Arena() {
  Spare().Keep(std::move(blocks_));
}

char* Arena::AllocateSlowly(size_t bytes) {
  if (bytes > kBlockBytes / 4) {  // A block of its own wastes less than the rest of this one.
    bytes_.store(bytes_.load(std::memory_order_relaxed) + bytes, std::memory_order_relaxed);
    blocks_.push_back(bytes <= kBlockBytes ? Spare().Take() : Pages(bytes));
    return blocks_.back().data();
  }
  next_ = blocks_.emplace_back(Spare().Take()).data();
  left_ = kBlockBytes;
  return Allocate(bytes);
}

}  // namespace voucher
