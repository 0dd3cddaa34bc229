#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "absl/container/btree_set.h"

#include "ledger/base/clock.h"
#include "ledger/state/writer_rows.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// All timers that are set, in memory: some 40 bytes for each live voucher, unanswered transfer and
// program before its cutoff. Asking the views instead would pass over every timer that was answered
// in time, again and again. Immediate ones (IsImmediate) are few and kept apart. Not thread-safe.
class PendingTimers {
 public:
  static constexpr UnixNanos kNever = std::numeric_limits<UnixNanos>::max();

  // Reads all timers of `view`.
  explicit PendingTimers(const View& view);

  // Follows the changed timers of a state; that it followed some of them before does no harm.
  void Follow(const EditableRows& state);

  // When the next one that is not immediate is due; kNever if none is set.
  UnixNanos next_due() const { return timers_.empty() ? kNever : std::get<0>(*timers_.begin()); }
  // When the next immediate one is due; kNever if none is set.
  UnixNanos next_immediate() const {
    return immediate_.empty() ? kNever : std::get<0>(*immediate_.begin());
  }

  // Those that are not immediate, with due <= `latest`, in due order, at most `limit`.
  std::vector<v1::TimerDue> DueBy(UnixNanos latest, size_t limit) const;

  // The first immediate one with due <= `latest` in `state`, which may have changed since it was
  // followed; nullopt if there is none. Passes over its changed timers that are due by then.
  std::optional<v1::TimerDue> FirstImmediate(const EditableRows& state, UnixNanos latest) const;

 private:
  absl::btree_set<tables::Timers::Key> timers_;
  absl::btree_set<tables::Timers::Key> immediate_;
};

}  // namespace voucher
