#pragma once

#include <limits>
#include <optional>

#include "absl/container/btree_set.h"

#include "ledger/base/clock.h"
#include "ledger/state/writer_rows.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// All timers that are set, in the order in which they are booked, in memory: some 40 bytes for each
// live voucher, unanswered transfer and program before its cutoff. Asking the views instead would
// pass over every timer that was answered in time, again and again. Not thread-safe.
class PendingTimers {
 public:
  static constexpr UnixNanos kNever = std::numeric_limits<UnixNanos>::max();

  // Reads all timers of `view`.
  explicit PendingTimers(const View& view);

  // Follows the changed timers of a state; that it followed some of them before does no harm.
  void Follow(const EditableRows& state);

  // When the next one is due; kNever if none is set. Knows no change since Follow.
  UnixNanos next_due() const { return timers_.empty() ? kNever : std::get<0>(*timers_.begin()); }

  // The first one with due <= `latest` in `state`, which may have changed since it was followed;
  // nullopt if there is none. Passes over its changed timers that are due by then.
  std::optional<v1::TimerDue> First(const EditableRows& state, UnixNanos latest);

 private:
  absl::btree_set<tables::Timers::Key> timers_;
};

}  // namespace voucher
