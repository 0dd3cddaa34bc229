#pragma once

#include <cstddef>
#include <limits>
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
// in time, again and again. Not thread-safe.
class PendingTimers {
 public:
  static constexpr UnixNanos kNever = std::numeric_limits<UnixNanos>::max();

  // Reads all timers of `view`.
  explicit PendingTimers(const View& view);

  // Follows a layer that lies on what was followed so far.
  void Follow(const GroupLayer& layer);

  // When the next one is due; kNever if none is set.
  UnixNanos next_due() const { return timers_.empty() ? kNever : std::get<0>(*timers_.begin()); }

  // Those with due <= `latest`, in due order, at most `limit`.
  std::vector<v1::TimerDue> DueBy(UnixNanos latest, size_t limit) const;

 private:
  absl::btree_set<tables::Timers::Key> timers_;
};

}  // namespace voucher
