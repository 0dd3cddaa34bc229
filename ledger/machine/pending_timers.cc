#include "ledger/machine/pending_timers.h"

#include "ledger/machine/machine.h"

namespace voucher {
namespace {

bool IsImmediateKey(const tables::Timers::Key& key) {
  return IsImmediate(static_cast<v1::TimerKind>(std::get<1>(key)));
}

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
                              auto& timers = IsImmediateKey(key) ? immediate_ : timers_;
                              timers.insert(timers.end(), key);
                              return true;
                            });
}

void PendingTimers::Follow(const EditableRows& state) {
  for (const auto& [key, held] : state.changed_rows<tables::Timers>()) {
    auto& timers = IsImmediateKey(key) ? immediate_ : timers_;
    if (held.row) {
      timers.insert(key);
    } else {
      timers.erase(key);
    }
  }
}

std::vector<v1::TimerDue> PendingTimers::DueBy(UnixNanos latest, size_t limit) const {
  std::vector<v1::TimerDue> due;
  for (const auto& key : timers_) {
    if (std::get<0>(key) > latest || due.size() >= limit) break;
    due.push_back(ToTimer(key));
  }
  return due;
}

std::optional<v1::TimerDue> PendingTimers::FirstImmediate(const EditableRows& state,
                                                          UnixNanos latest) const {
  const auto& changed = state.changed_rows<tables::Timers>();
  std::optional<tables::Timers::Key> first;
  for (const auto& key : immediate_) {
    if (std::get<0>(key) > latest) break;
    const auto change = changed.find(key);
    if (change != changed.end() && !change->second.row) continue;
    first = key;
    break;
  }
  for (const auto& [key, held] : changed) {
    if (std::get<0>(key) > latest || (first && *first <= key)) break;
    if (!held.row || !IsImmediateKey(key)) continue;
    first = key;
    break;
  }
  if (!first) return std::nullopt;
  return ToTimer(*first);
}

}  // namespace voucher
