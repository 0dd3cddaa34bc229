#include "ledger/pending_timers.h"

namespace voucher {

PendingTimers::PendingTimers(const View& view) {
  view.Scan<tables::Timers>({std::numeric_limits<int64_t>::min(), 0, 0}, {kNever, 0, 0},
                            [&](const tables::Timers::Key& key, const rows::PresentRow&) {
                              timers_.insert(timers_.end(), key);
                              return true;
                            });
}

void PendingTimers::Follow(const GroupLayer& layer) {
  for (const auto& [key, row] : layer.timers().rows) {
    if (row) {
      timers_.insert(key);
    } else {
      timers_.erase(key);
    }
  }
}

std::vector<v1::TimerDue> PendingTimers::DueBy(UnixNanos latest, size_t limit) const {
  std::vector<v1::TimerDue> due;
  for (const auto& [instant, kind, id] : timers_) {
    if (instant > latest || due.size() >= limit) break;
    v1::TimerDue& timer = due.emplace_back();
    timer.set_due_unix_ns(instant);
    timer.set_kind(static_cast<v1::TimerKind>(kind));
    timer.set_id(id);
  }
  return due;
}

}  // namespace voucher
