#pragma once

#include <cstddef>
#include <cstdint>

namespace voucher {

// Memory from the operating system in huge pages, for what is read at random: with small pages most
// such reads wait for the translation of their address too. Where the system has no huge pages to
// give, it gives small ones.
//
// Whoever touches a huge page first waits until the system has cleared it: a tenth of a millisecond
// on a quick machine, 4.5 ms where a hypervisor must find the memory. So two blocks can be kept
// ready, which whoever has nothing else to do touches (server/host/huge_pages.h).
//
// All functions are thread-safe, take no lock of this process and allocate nothing: an allocator
// may use them. What they return is zeroed.

inline constexpr size_t kHugePageBytes = size_t{2} << 20;
inline constexpr size_t kHugeBlockBytes = 16 * kHugePageBytes;

// At least `bytes` bytes, untouched: up to the next huge page. `alignment` is at least
// kHugePageBytes and a power of two. nullptr: there is no such memory.
char* MapHugePages(size_t bytes, size_t alignment = kHugePageBytes);

// kHugeBlockBytes bytes, from a block that is ready if there is one. nullptr: there is no memory.
char* TakeHugeBlock();

// Gives back what either returned; `bytes` as asked for.
void UnmapHugePages(char* begin, size_t bytes);

// Makes up to two blocks ready where fewer are, and touches them.
void MakeHugeBlocksReady();

// How often a ready block was taken or NudgeHugeBlocks called; AwaitHugeBlockTaken waits until that
// is no longer `seen`. Whoever keeps blocks ready reads it before it looks whether to stop, so that
// a nudge between the two is not slept through.
uint32_t HugeBlocksTaken();
void AwaitHugeBlockTaken(uint32_t seen);
void NudgeHugeBlocks();

}  // namespace voucher
