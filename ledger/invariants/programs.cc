#include "ledger/invariants/checker.h"
#include "ledger/machine/totals_history.h"

namespace voucher::invariants {

namespace {

void CheckProgram(uint32_t number, const rows::ProgramRow& row, Checker* checker) {
  checker->Require(checker->NumberOf<tables::ProgramNumbers>({row.program_id()}) == number,
                   "program ", number, " is not found by its name ", row.program_id());
  for (uint32_t revision = 1; revision <= row.revision(); ++revision) {
    checker->Require(checker->view.Find<tables::Revisions>({number, revision}) != nullptr,
                     "program ", number, " has no rules of revision ", revision);
  }
  if (row.state() != v1::PROGRAM_STATE_CLOSED && row.state() != v1::PROGRAM_STATE_ARCHIVED &&
      row.cutoff_unix_ns() > checker->counters.received_unix_ns()) {
    checker->timers.insert({row.cutoff_unix_ns(), v1::TIMER_KIND_PROGRAM_CUTOFF, number});
  }
  if (row.waitlist_continues()) {
    checker->timers.insert({0, v1::TIMER_KIND_WAITLIST, number});
  }
}

// Tranches that have not opened: their sums by program.
absl::btree_map<uint32_t, int64_t> CheckTranches(Checker* checker) {
  absl::btree_map<uint32_t, int64_t> unopened_fen;
  checker->view.Scan<tables::Tranches>(
      {0}, {kLastId}, [&](const tables::Tranches::Key& key, const rows::TrancheRow& row) {
        const uint64_t id = std::get<0>(key);
        checker->Require(
            checker->WasGiven(id, &rows::DenseNumbers::tranche) && row.amount_fen() > 0,
            "there is a tranche ", id, " of ", row.amount_fen(), " fen");
        int64_t& sum_fen = unopened_fen[row.program()];
        sum_fen = Plus(sum_fen, row.amount_fen());
        checker->timers.insert({row.opens_unix_ns(), v1::TIMER_KIND_TRANCHE, id});
        return true;
      });
  return unopened_fen;
}

void CheckHistory(Checker* checker) {
  checker->view.Scan<tables::TotalsHistory>(
      {0, 0}, {kLastProgram, kLastId},
      [&](const tables::TotalsHistory::Key& key, const rows::TotalsHistoryRow& row) {
        const auto& [program, sequence] = key;
        checker->Require(sequence > 0 && sequence % kTotalsInterval == 0 &&
                             sequence <= checker->counters.sequence() &&
                             program <= checker->counters.program(),
                         "there are totals of program ", program, " after entry ", sequence);
        int64_t sum_fen = 0;
        for (const int64_t fen : row.totals().class_fen()) sum_fen = Plus(sum_fen, fen);
        checker->Require(sum_fen == 0, "the classes of program ", program, " after entry ",
                         sequence, " add up to ", sum_fen, " fen, not to 0");
        return true;
      });
}

}  // namespace

void CheckPrograms(Checker* checker) {
  const uint32_t last = checker->counters.program();
  const absl::btree_map<uint32_t, int64_t> unopened_fen = CheckTranches(checker);
  for (uint32_t number = 1; number <= last; ++number) {
    const rows::ProgramRow* row = checker->view.Find<tables::Programs>({number});
    checker->Require(row != nullptr, "program ", number, " has no row");
    if (row == nullptr) continue;
    CheckProgram(number, *row, checker);
    const auto tranches = unopened_fen.find(number);
    const int64_t sum_fen = tranches == unopened_fen.end() ? 0 : tranches->second;
    checker->Require(row->unopened_fen() == sum_fen, "program ", number, " says ",
                     row->unopened_fen(), " fen in tranches, they add up to ", sum_fen);
  }
  checker->Require(checker->view.Find<tables::Programs>({last + 1}) == nullptr, "program ",
                   last + 1, " is above the counter");
  CheckHistory(checker);
}

}  // namespace voucher::invariants
