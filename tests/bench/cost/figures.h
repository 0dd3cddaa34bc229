// The figures, in the order in which one leads to the next.
#pragma once

#include <vector>

#include "tests/bench/cost/world.h"

namespace voucher::bench {

// Measures `commands` commands of each verb, and at most as many as there are enterprises less
// kWarmUp. Changes the world for good: once per world.
std::vector<Figure> MeasureFigures(World* world, int commands);

}  // namespace voucher::bench
