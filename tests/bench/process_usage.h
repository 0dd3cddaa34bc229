// What a process uses.
#ifndef TESTS_BENCH_PROCESS_USAGE_H_
#define TESTS_BENCH_PROCESS_USAGE_H_

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

#endif  // TESTS_BENCH_PROCESS_USAGE_H_
