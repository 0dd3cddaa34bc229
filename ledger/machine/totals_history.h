#pragma once

#include <cstdint>

#include "ledger/state/writer_rows.h"

namespace voucher {

// Totals are kept after every entry whose sequence is a multiple of this, for reads as of then.
inline constexpr uint64_t kTotalsInterval = 65'536;

// The totals of a program now.
rows::TotalsHistoryRow TotalsNow(const View& view, uint32_t program);

// Keeps the totals of every program after the entry `sequence`, if they are due.
void KeepTotals(uint64_t sequence, EditableRows* rows);

}  // namespace voucher
