// How often each verb came to each end, and how often it must.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/simulation/outcome.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::simulation {

// By verb and end, as in "Redeem VOUCHER_EXPIRED".
using Counts = std::map<std::string, int64_t>;

// Counts an entry, whose outcome is `outcome`, under everything that it came to.
void CountOutcome(const v1::Entry& entry, const Outcome& outcome, Counts* counts);

// What `commands` commands on `programs` programs did not come to as often as they must, so that
// generation cannot stop reaching a verb, an end of it, a rule or a program. Empty if all is well.
std::vector<std::string> TooSeldom(int64_t commands, size_t programs, const Counts& counts);

}  // namespace voucher::simulation
