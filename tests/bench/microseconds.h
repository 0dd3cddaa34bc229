#ifndef TESTS_BENCH_MICROSECONDS_H_
#define TESTS_BENCH_MICROSECONDS_H_

#include <cstdint>

namespace voucher::bench {

inline double Microseconds(int64_t nanos) {
  return static_cast<double>(nanos) / 1e3;
}

}  // namespace voucher::bench

#endif  // TESTS_BENCH_MICROSECONDS_H_
