// What the demonstration leaves behind: a table for people and summary.json.
#pragma once

#include <string>

#include "tests/demo/world.h"

namespace voucher::demo {

// Prints the table to stdout.
void PrintTable(const World& world);

// The same as JSON, for programs. Amounts in fen.
std::string SummaryJson(const World& world, bool ok, int64_t milliseconds);

}  // namespace voucher::demo
