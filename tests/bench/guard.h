// What CI holds a quick run against.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/results.h"

namespace voucher::bench {

// Figures that the guard needs, as a regular expression.
inline constexpr char kGuardedFigures[] =
    "^(empty_unary|unary_spread|unary_fcfs|empty_stream|stream_spread|rocksdb_floor|"
    "batch1000_spread)$";

// So that one disturbed round changes no median.
inline constexpr int kGuardRounds = 3;

// A sentence for every guarded ratio that is out of its bounds or was not measured. The bounds
// leave room for a machine that does something else beside: they catch what became several times
// slower.
std::vector<std::string> BrokenGuards(const Results& results);

}  // namespace voucher::bench
