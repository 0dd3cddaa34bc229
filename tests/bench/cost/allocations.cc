#include "tests/bench/cost/allocations.h"

#include <cstdlib>
#include <new>

namespace voucher::bench {
namespace {

Allocations so_far;

void* Allocate(size_t size, size_t alignment) {
  ++so_far.count;
  so_far.bytes += size;
  const size_t whole = (size + alignment - 1) / alignment * alignment;
  void* memory = alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__
                     ? std::malloc(size != 0 ? size : 1)
                     : std::aligned_alloc(alignment, whole != 0 ? whole : alignment);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

Allocations AllocationsSoFar() {
  return so_far;
}

}  // namespace voucher::bench

// The other forms of new and delete come down to these.
void* operator new(size_t size) {
  return voucher::bench::Allocate(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__);
}
void* operator new(size_t size, std::align_val_t alignment) {
  return voucher::bench::Allocate(size, static_cast<size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t, std::align_val_t) noexcept {
  std::free(memory);
}
