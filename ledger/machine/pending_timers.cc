#include "ledger/machine/pending_timers.h"

namespace voucher {
namespace {

v1::TimerDue ToTimer(const tables::Timers::Key& key) {
  v1::TimerDue timer;
  timer.set_due_unix_ns(std::get<0>(key));
  timer.set_kind(static_cast<v1::TimerKind>(std::get<1>(key)));
  timer.set_id(std::get<2>(key));
  return timer;
}

}  // namespace

PendingTimers::PendingTimers(const View& view) {
  view.Scan<tables::Timers>({std::numeric_limits<int64_t>::min(), 0, 0}, {kNever, 0, 0},
                            [&](const tables::Timers::Key& key, const rows::PresentRow&) {
                              timers_.insert(timers_.end(), key);
                              return true;
                            });
}

void PendingTimers::Follow(const EditableRows& state) {
  for (const auto& [key, held] : state.changed_rows<tables::Timers>()) {
    if (held.row) {
      timers_.insert(key);
    } else {
      timers_.erase(key);
    }
  }
}

std::optional<v1::TimerDue> PendingTimers::First(const EditableRows& state, UnixNanos latest) {
  const auto& changed = state.changed_rows<tables::Timers>();
  std::optional<tables::Timers::Key> first;
  for (auto key = timers_.begin(); key != timers_.end() && std::get<0>(*key) <= latest;) {
    const auto change = changed.find(*key);
    if (change == changed.end() || change->second.row) {
      first = *key;
      break;
    }
    key = timers_.erase(key);  // booked since; the state is never taken back
  }
  for (const auto& [key, held] : changed) {
    if (std::get<0>(key) > latest || (first && *first <= key)) break;
    if (!held.row) continue;
    first = key;
    break;
  }
  if (!first) return std::nullopt;
  return ToTimer(*first);
}

}  // namespace voucher
