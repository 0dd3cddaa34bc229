// Rows of two views side by side.
#pragma once

#include <cstdint>

#include "absl/functional/function_ref.h"

#include "ledger/fsck/report.h"
#include "ledger/state/view.h"

namespace voucher {

// Compares every row of every table byte for byte and adds a finding for each row of `stored` that
// is not in `replayed`, is missing or differs. `progress` gets the rows compared so far now and
// then. Memory is bounded.
void CompareRows(const RowSource& replayed, const RowSource& stored,
                 absl::FunctionRef<void(uint64_t rows)> progress, FsckCheck* check);

}  // namespace voucher
