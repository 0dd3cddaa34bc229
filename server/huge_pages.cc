#include "server/huge_pages.h"

#ifdef VOUCHER_HAS_TCMALLOC

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>

#include <gperftools/malloc_extension.h>
#include <sys/mman.h>

namespace voucher {
namespace {

constexpr size_t kHugePageBytes = size_t{2} << 20;
// What is not touched takes no memory.
constexpr size_t kTakenAtOnce = 16 * kHugePageBytes;
// More is an error of the caller, and no sum below may overflow.
constexpr size_t kMostAtOnce = size_t{1} << 46;

size_t RoundUp(size_t size, size_t unit) {
  return (size + unit - 1) / unit * unit;
}

class HugePages final : public SysAllocator {
 public:
  void* Alloc(size_t size, size_t* actual_size, size_t alignment) override {
    alignment = std::max(alignment, kHugePageBytes);
    if (size > kMostAtOnce || alignment > kMostAtOnce) return nullptr;
    size = RoundUp(size, kTakenAtOnce);
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
    if (actual_size != nullptr) *actual_size = size;
    return aligned;
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
