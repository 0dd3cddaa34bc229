// What a process uses.
#pragma once

#include <cstdint>

#include <sys/types.h>

namespace voucher::bench {

// Seconds of CPU that a process has used so far, all threads; 0 if there is no such process.
double CpuSeconds(pid_t pid);

// The most memory that a process has had so far, in bytes; 0 if there is no such process.
int64_t PeakBytes(pid_t pid);

// Bytes that a process has had written to disk so far; 0 if there is no such process.
int64_t WrittenBytes(pid_t pid);

}  // namespace voucher::bench
