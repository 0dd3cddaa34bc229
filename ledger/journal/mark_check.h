// Whether a journal still holds everything that its high-water mark remembers.
#pragma once

#include <optional>
#include <string>

#include "ledger/journal/high_water_mark.h"
#include "ledger/journal/journal.h"

namespace voucher {

// nullopt if the journal extends the mark; otherwise one sentence for the operator: the journal is
// another ledger's, is shorter than the mark, has another root at the mark, or cannot be read
// there. Thread-safe.
std::optional<std::string> CompareWithMark(const Journal& journal, const HighWaterMark& mark);

}  // namespace voucher
