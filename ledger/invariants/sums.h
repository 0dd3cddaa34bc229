// Bounds of what is found, and sums where damaged rows or entries may hold anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "ledger/base/money.h"

namespace voucher {

// Findings that are kept; more damage than that is not told one by one.
inline constexpr size_t kMaxInvariantFindings = 100;

}  // namespace voucher

namespace voucher::invariants {

inline int64_t Plus(int64_t a, int64_t b) {
  return AddFen(a, b).value_or(std::numeric_limits<int64_t>::max());
}
inline int64_t Minus(int64_t a, int64_t b) {
  return SubtractFen(a, b).value_or(std::numeric_limits<int64_t>::min());
}

}  // namespace voucher::invariants
