#include "ledger/views/arena.h"

#include <utility>
#include <vector>

#include "ledger/base/check.h"
#include "ledger/base/huge_blocks.h"
#include "ledger/base/mutex.h"

namespace voucher {
namespace {

constexpr size_t kBlockBytes = kHugeBlockBytes;

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

Pages::Pages(size_t bytes)
    : data_(bytes == kHugeBlockBytes ? TakeHugeBlock() : MapHugePages(bytes)), bytes_(bytes) {
  VOUCHER_CHECK(data_ != nullptr) << "no memory for " << bytes << " bytes";
}

Pages::Pages(Pages&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(other.bytes_) {}

Pages::~Pages() {
  if (data_ != nullptr) UnmapHugePages(data_, bytes_);
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
