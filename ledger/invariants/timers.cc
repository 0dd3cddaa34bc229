#include "ledger/invariants/checker.h"

namespace voucher::invariants {

namespace {

// A program's cutoff that passed waits for its timer, or its timer is gone.
bool IsCutoff(const View& view, const tables::Timers::Key& key) {
  const auto& [due, kind, id] = key;
  if (kind != v1::TIMER_KIND_PROGRAM_CUTOFF) return false;
  const rows::ProgramRow* program = view.Find<tables::Programs>({static_cast<uint32_t>(id)});
  return program != nullptr && program->cutoff_unix_ns() == due &&
         program->state() != v1::PROGRAM_STATE_CLOSED &&
         program->state() != v1::PROGRAM_STATE_ARCHIVED;
}

}  // namespace

void CheckTimers(Checker* checker) {
  checker->view.Scan<tables::Timers>(
      {std::numeric_limits<int64_t>::min(), 0, 0},
      {std::numeric_limits<int64_t>::max(), kLastKind, kLastId},
      [&](const tables::Timers::Key& key, const rows::PresentRow&) {
        const auto& [due, kind, id] = key;
        if (checker->timers.erase(key) > 0) return true;
        checker->Require(IsCutoff(checker->view, key), "there is a timer of kind ", kind, " for ",
                         id, " due ", due, " that nothing waits for");
        return true;
      });
  for (const auto& [due, kind, id] : checker->timers) {
    checker->Require(false, "there is no timer of kind ", kind, " for ", id, " due ", due);
  }
}

}  // namespace voucher::invariants
