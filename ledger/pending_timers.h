#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "absl/container/btree_set.h"

#include "ledger/base/clock.h"
#include "ledger/machine/view.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// The overlay of one group; also tells which timers it changed.
class GroupLayer : public Overlay {
 public:
  using Overlay::Overlay;
  const LayerTable<tables::Timers>& timers() const {
    return std::get<LayerTable<tables::Timers>>(tables_);
  }
};

// All timers that are set, in memory: some 40 bytes for each live voucher, unanswered transfer and
// program before its cutoff. Asking the views instead would pass over every timer that was answered
// in time, again and again. Immediate ones (IsImmediate) are few and kept apart. Not thread-safe.
class PendingTimers {
 public:
  static constexpr UnixNanos kNever = std::numeric_limits<UnixNanos>::max();

  // Reads all timers of `view`.
  explicit PendingTimers(const View& view);

  // Follows a layer that lies on what was followed so far.
  void Follow(const GroupLayer& layer);

  // When the next one that is not immediate is due; kNever if none is set.
  UnixNanos next_due() const { return timers_.empty() ? kNever : std::get<0>(*timers_.begin()); }
  // When the next immediate one is due; kNever if none is set.
  UnixNanos next_immediate() const {
    return immediate_.empty() ? kNever : std::get<0>(*immediate_.begin());
  }

  // Those that are not immediate, with due <= `latest`, in due order, at most `limit`.
  std::vector<v1::TimerDue> DueBy(UnixNanos latest, size_t limit) const;

  // The first immediate one with due <= `latest` in the state that `layer`, on what was followed,
  // makes; nullopt if there is none. Passes over the timers that the layer changed and that are due
  // by then.
  std::optional<v1::TimerDue> FirstImmediate(const GroupLayer& layer, UnixNanos latest) const;

 private:
  absl::btree_set<tables::Timers::Key> timers_;
  absl::btree_set<tables::Timers::Key> immediate_;
};

}  // namespace voucher
