// The results for people and for machines.
#pragma once

#include <string>

#include "tests/bench/options.h"
#include "tests/bench/results.h"

namespace voucher::bench {

// Print the figures, and the ratios with their targets, to stdout.
void PrintFigures(const Results& results);
void PrintRatios(const Results& results);

// {machine, revision, options, figures: {name: {unit, median, min, max, rounds}}, ratios: {key:
// median}, ratio_details: {key: {target, at_least, holds, rounds}}}; a ratio that was not measured
// is absent.
std::string ResultsJson(const Options& options, const Results& results);

}  // namespace voucher::bench
