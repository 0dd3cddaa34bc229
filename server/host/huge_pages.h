#pragma once

namespace voucher {

// Has the allocator take blocks of huge pages (ledger/base/huge_blocks.h) from now on, two of which
// are kept ready. Does nothing in builds without tcmalloc.
//
// Call it first in main, before any other thread is there.
void AllocateHugePages();

}  // namespace voucher
