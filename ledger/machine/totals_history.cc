#include "ledger/machine/totals_history.h"

#include <limits>
#include <utility>

namespace voucher {

rows::TotalsHistoryRow TotalsNow(const View& view, uint32_t program) {
  rows::TotalsHistoryRow now;
  *now.mutable_program() = *view.Find<tables::Programs>({program});
  if (const auto* totals = view.Find<tables::Totals>({program})) *now.mutable_totals() = *totals;
  if (const auto* grants = view.Find<tables::ProgramGrants>({program})) {
    *now.mutable_grants() = *grants;
  }
  return now;
}

void KeepTotals(uint64_t sequence, EditableRows* rows) {
  if (sequence % kTotalsInterval != 0) return;
  const uint32_t last = rows->Find<tables::Counters>({})->program();
  for (uint32_t program = 1; program <= last; ++program) {
    rows->Put<tables::TotalsHistory>({program, sequence}, TotalsNow(*rows, program));
  }
}

}  // namespace voucher
