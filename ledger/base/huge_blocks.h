#pragma once

#include <cstddef>

namespace voucher {

// Memory from the operating system in huge pages, for what is read at random: with small pages most
// such reads wait for the translation of their address too. Where the system has no huge pages to
// give, it gives small ones.
//
// Whoever touches a huge page first waits until the system has cleared it: a tenth of a millisecond
// on a quick machine, 4.5 ms where a hypervisor must find the memory. Blocks that are ready were
// touched by a thread that has nothing else to do.
//
// All functions are thread-safe and, but for KeepHugeBlocksReady, take no lock of this process and
// allocate nothing: an allocator may use them. What they return is zeroed.

inline constexpr size_t kHugePageBytes = size_t{2} << 20;
inline constexpr size_t kHugeBlockBytes = 16 * kHugePageBytes;

// At least `bytes` bytes, untouched: up to the next huge page. `alignment` is at least
// kHugePageBytes and a power of two. nullptr: there is no such memory.
char* MapHugePages(size_t bytes, size_t alignment = kHugePageBytes);

// kHugeBlockBytes bytes, from a block that is ready if there is one. nullptr: there is no memory.
char* TakeHugeBlock();

// Gives back what either returned; `bytes` as asked for.
void UnmapHugePages(char* begin, size_t bytes);

// From now on two blocks are made ready whenever fewer are, by a thread that gives way to others
// and lives as long as the process. For the start of a program.
void KeepHugeBlocksReady();

}  // namespace voucher
