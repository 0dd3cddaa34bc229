#include "ledger/machine/totals_history.h"

#include <limits>
#include <utility>

#include "ledger/base/proto_enum.h"

namespace voucher {

bool IsPoolLimit(v1::LimitKind kind) {
  switch (kind) {
    case v1::LIMIT_KIND_DIVISION:
    case v1::LIMIT_KIND_PROVIDER:
    case v1::LIMIT_KIND_ITEM:
    case v1::LIMIT_KIND_CLUSTER:
      return true;
    case v1::LIMIT_KIND_UNSPECIFIED:
    case v1::LIMIT_KIND_ENTERPRISE_YEAR:
    case v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR:
    case v1::LIMIT_KIND_PROJECT:
      VOUCHER_PROTO_SENTINELS(v1::LimitKind)
      break;
  }
  return false;
}

rows::TotalsHistoryRow TotalsNow(const View& view, uint32_t program) {
  rows::TotalsHistoryRow now;
  *now.mutable_program() = *view.Find<tables::Programs>({program});
  if (const auto* totals = view.Find<tables::Totals>({program})) *now.mutable_totals() = *totals;
  for (int number = 1; number < v1::LimitKind_ARRAYSIZE; ++number) {
    const auto kind = static_cast<v1::LimitKind>(number);
    if (!IsPoolLimit(kind)) continue;
    const auto pools = static_cast<uint8_t>(kind);
    view.Scan<tables::Limits>({program, pools, 0, 0},
                              {program, static_cast<uint8_t>(pools + 1), 0, 0},
                              [&](const tables::Limits::Key& key, const rows::LimitRow& row) {
                                rows::PoolUse* pool = now.add_pools();
                                pool->mutable_limit()->set_kind(kind);
                                pool->mutable_limit()->set_id(std::get<2>(key));
                                pool->mutable_limit()->set_sub(std::get<3>(key));
                                pool->set_used_fen(row.used_fen());
                                return true;
                              });
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
