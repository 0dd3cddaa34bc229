// Counts what operator new is asked for in this program.
#pragma once

#include <cstdint>

namespace voucher::bench {

struct Allocations {
  uint64_t count = 0;
  uint64_t bytes = 0;
};

// Since the program's start: every operator new of it and of its libraries; not what C code takes
// from malloc itself. Of one thread only: the program has no other.
Allocations AllocationsSoFar();

}  // namespace voucher::bench
