#ifndef SERVER_HUGE_PAGES_H_
#define SERVER_HUGE_PAGES_H_

namespace voucher {

// Has the allocator ask the system for huge pages from now on: rows and filters are read at random,
// and with small pages most reads of memory wait for the translation of their address too. Where
// the system has none to give, it gives small ones. Does nothing in builds without tcmalloc.
//
// Call it first in main, before any other thread is there.
void AllocateHugePages();

}  // namespace voucher

#endif  // SERVER_HUGE_PAGES_H_
