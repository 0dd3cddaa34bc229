#pragma once

#include <cstdint>

namespace voucher::bench {

inline double Microseconds(int64_t nanos) {
  return static_cast<double>(nanos) / 1e3;
}

}  // namespace voucher::bench
