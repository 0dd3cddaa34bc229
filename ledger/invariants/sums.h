// Sums where damaged rows or entries may hold anything.
#pragma once

#include <cstdint>
#include <limits>

#include "ledger/base/money.h"

namespace voucher::invariants {

inline int64_t Plus(int64_t a, int64_t b) {
  return AddFen(a, b).value_or(std::numeric_limits<int64_t>::max());
}
inline int64_t Minus(int64_t a, int64_t b) {
  return SubtractFen(a, b).value_or(std::numeric_limits<int64_t>::min());
}

}  // namespace voucher::invariants
