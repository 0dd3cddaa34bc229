#include "server/host/huge_pages.h"

#include <cstdint>

#include <sys/resource.h>

#include "ledger/base/huge_blocks.h"
#include "ledger/base/thread_name.h"

#ifdef VOUCHER_HAS_TCMALLOC

#include <algorithm>
#include <cstddef>
#include <new>

#include <gperftools/malloc_extension.h>

namespace voucher {
namespace {

// More is an error of the caller, and no sum below may overflow.
constexpr size_t kMostAtOnce = size_t{1} << 46;

class HugePages final : public SysAllocator {
 public:
  void* Alloc(size_t size, size_t* actual_size, size_t alignment) override {
    alignment = std::max(alignment, kHugePageBytes);
    if (size > kMostAtOnce || alignment > kMostAtOnce) return nullptr;
    // What is not touched takes no memory.
    size = (size + kHugeBlockBytes - 1) / kHugeBlockBytes * kHugeBlockBytes;
    if (actual_size != nullptr) *actual_size = size;
    if (size == kHugeBlockBytes && alignment == kHugePageBytes) return TakeHugeBlock();
    return MapHugePages(size, alignment);
  }
};

// Never destroyed: memory is freed until the very end.
alignas(HugePages) char huge_pages[sizeof(HugePages)];

}  // namespace

void AllocateHugePages() {
  MallocExtension::instance()->SetSystemAllocator(new (huge_pages) HugePages);
}

}  // namespace voucher

#else

namespace voucher {

void AllocateHugePages() {}

}  // namespace voucher

#endif

namespace voucher {

HugeBlockKeeper::HugeBlockKeeper() : thread_([this] { Run(); }) {}

HugeBlockKeeper::~HugeBlockKeeper() {
  stopping_ = true;
  NudgeHugeBlocks();
  thread_.join();
}

void HugeBlockKeeper::Run() {
  constexpr int kNiceness = 5;
  NameThisThread("huge-blocks");
  setpriority(PRIO_PROCESS, 0, kNiceness);  // of this thread, on Linux
  while (true) {
    const uint32_t seen = HugeBlocksTaken();
    if (stopping_) return;
    MakeHugeBlocksReady();
    AwaitHugeBlockTaken(seen);
  }
}

}  // namespace voucher
