// Totals as of an earlier sequence: stored ones, and the entries after them.
#pragma once

#include <cstdint>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/timestamp.pb.h"

#include "ledger/base/clock.h"
#include "ledger/base/status_macros.h"
#include "ledger/query/entry_reader.h"
#include "ledger/query/resources.h"
#include "ledger/state/view.h"

namespace voucher::query {

// The last entry of the view that was recorded at or before `time`, a valid instant (checked).
// NOT_FOUND if nothing was recorded then.
absl::StatusOr<uint64_t> LastRecordedBy(const View& view, const google::protobuf::Timestamp& time,
                                        const EntryReader& entries);

// The entry that a request's as_of names, the view's last without one. NOT_FOUND beyond that, and
// for 0.
absl::Status CheckSequence(const View& view, uint64_t sequence);
template <class Request>
absl::StatusOr<uint64_t> SequenceAsOf(const View& view, const Request& request,
                                      const EntryReader& entries) {
  switch (request.as_of_case()) {
    case Request::kSequence:
      VOUCHER_RETURN_IF_ERROR(CheckSequence(view, request.sequence()));
      return request.sequence();
    case Request::kTime:
      return LastRecordedBy(view, request.time(), entries);
    default:
      return AsOf(view);
  }
}

// Programs and their totals after the entry `sequence` (in the view, > 0), by program: those that
// there were then; the counts of applications and transfers by state are not kept up. Reads at most
// kTotalsInterval entries.
struct PastTotals {
  absl::btree_map<uint32_t, rows::TotalsHistoryRow> programs;
  UnixNanos recorded_at = 0;
};
absl::StatusOr<PastTotals> TotalsAsOf(const View& view, uint64_t sequence,
                                      const EntryReader& entries);

}  // namespace voucher::query
