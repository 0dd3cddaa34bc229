#include "ledger/query/as_of.h"

#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/base/check.h"
#include "ledger/base/money.h"
#include "ledger/machine/accounts.h"
#include "ledger/machine/grants.h"
#include "ledger/machine/totals_history.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::query {
namespace {

// Totals of all programs, moved on entry by entry.
class MovingTotals {
 public:
  // Those kept after `sequence`, a multiple of kTotalsInterval; nothing for 0.
  MovingTotals(const View& view, uint64_t sequence) : view_(view) {
    const rows::CountersRow* counters = view.Find<tables::Counters>({});
    const uint32_t last = counters == nullptr ? 0 : counters->program();
    for (uint32_t program = 1; program <= last; ++program) {
      const auto* kept = view.Find<tables::TotalsHistory>({program, sequence});
      if (kept == nullptr) continue;
      programs_[program] = *kept;
    }
  }

  void Take(const v1::Entry& entry) {
    recorded_at_ = entry.recorded_unix_ns();
    if (entry.queue_number() != 0) {
      rows::ProgramRow* program = Program(entry.program());
      program->set_queue_number(entry.queue_number());
      if (entry.has_refusal()) program->set_refused_submissions(program->refused_submissions() + 1);
    }
    for (const v1::Posting& posting : entry.event().postings()) {
      const uint32_t program = posting.program() != 0 ? posting.program() : entry.program();
      Move(program, posting.from().kind(), -posting.amount_fen());
      Move(program, posting.to().kind(), posting.amount_fen());
    }
    // What an application counts in never changes, so the newest row of it says that of then.
    for (const auto& [id, delta_fen] : GrantChanges(view_, entry)) {
      const auto& application = *view_.Find<tables::Applications>({id});
      CountInPools(application, delta_fen, programs_[application.program()].mutable_grants());
    }
    TakeProgram(entry);
  }

  PastTotals Finish() && { return {std::move(programs_), recorded_at_}; }

 private:
  rows::ProgramRow* Program(uint32_t number) { return programs_[number].mutable_program(); }

  void Move(uint32_t program, v1::AccountKind kind, int64_t delta_fen) {
    auto* classes = programs_[program].mutable_totals()->mutable_class_fen();
    while (classes->size() <= kind) classes->Add(0);
    classes->Set(kind, CheckedAddFen(classes->Get(kind), delta_fen));
  }

  // What an event does to the row of its program besides its queue.
  void TakeProgram(const v1::Entry& entry) {
    const v1::Event& event = entry.event();
    if (event.has_program_published()) {
      const v1::ProgramPublished& published = event.program_published();
      rows::ProgramRow* program = Program(published.program_number());
      program->set_program_id(entry.command().publish_program().rules().program_id());
      program->set_revision(published.revision());
      program->set_cutoff_unix_ns(published.cutoff_unix_ns());
      if (published.revision() == 1) program->set_state(v1::PROGRAM_STATE_DRAFT);
    } else if (event.has_program_state_set()) {
      Program(entry.program())->set_state(entry.command().set_program_state().state());
    } else if (event.has_program_cutoff_reached()) {
      if (event.program_cutoff_reached().from() != v1::PROGRAM_STATE_DRAFT) {
        Program(entry.program())->set_state(v1::PROGRAM_STATE_CLOSED);
      }
    } else if (event.has_program_archived()) {
      Program(entry.program())->set_state(v1::PROGRAM_STATE_ARCHIVED);
    } else if (event.appropriated().tranche_id() != 0) {
      AddUnopened(entry.program(), entry.command().appropriate().amount_fen());
    } else if (event.has_tranche_opened()) {
      for (const v1::Posting& posting : event.postings()) {
        if (posting.from().kind() != v1::ACCOUNT_KIND_TREASURY) continue;
        AddUnopened(entry.program(), -posting.amount_fen());
      }
    }
  }

  void AddUnopened(uint32_t number, int64_t delta_fen) {
    rows::ProgramRow* program = Program(number);
    program->set_unopened_fen(CheckedAddFen(program->unopened_fen(), delta_fen));
  }

  const View& view_;
  absl::btree_map<uint32_t, rows::TotalsHistoryRow> programs_;
  UnixNanos recorded_at_ = 0;
};

}  // namespace

absl::Status CheckSequence(const View& view, uint64_t sequence) {
  if (sequence >= 1 && sequence <= AsOf(view)) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("There is no entry ", sequence,
                                          "; the ledger has entries 1 to ", AsOf(view), "."));
}

absl::StatusOr<uint64_t> LastRecordedBy(const View& view, const google::protobuf::Timestamp& time,
                                        const EntryReader& entries) {
  const std::optional<UnixNanos> at = FromTimestamp(time);
  VOUCHER_CHECK(at.has_value());
  const rows::CountersRow* counters = view.Find<tables::Counters>({});
  if (counters != nullptr && counters->recorded_unix_ns() <= *at) return counters->sequence();
  // Entry `low` (0: none) was recorded by then, entry `high` later.
  uint64_t low = 0;
  uint64_t high = AsOf(view);
  while (high > low + 1) {
    const uint64_t middle = low + (high - low) / 2;
    UnixNanos recorded_at = 0;
    VOUCHER_RETURN_IF_ERROR(ReadEntries(entries, middle, middle, [&](const v1::Entry& entry) {
      recorded_at = entry.recorded_unix_ns();
    }));
    (recorded_at <= *at ? low : high) = middle;
  }
  if (low == 0) return absl::NotFoundError("Nothing was recorded at or before that time.");
  return low;
}

absl::StatusOr<PastTotals> TotalsAsOf(const View& view, uint64_t sequence,
                                      const EntryReader& entries) {
  const uint64_t kept = (sequence - 1) / kTotalsInterval * kTotalsInterval;
  MovingTotals totals(view, kept);
  VOUCHER_RETURN_IF_ERROR(ReadEntries(entries, kept + 1, sequence,
                                      [&](const v1::Entry& entry) { totals.Take(entry); }));
  return std::move(totals).Finish();
}

}  // namespace voucher::query
