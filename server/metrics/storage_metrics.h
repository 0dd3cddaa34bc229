#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "server/metrics/families.h"

namespace voucher {

// Adds the gauges of both databases and their disk, as Ledger::StorageGauges tells them; what has
// no name here is left out.
void AddStorageMetrics(const std::vector<std::pair<std::string, uint64_t>>& gauges,
                       MetricFamilies* out);

}  // namespace voucher
