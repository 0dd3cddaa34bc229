// The entries evolved again into an empty state on disk.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "ledger/fsck/report.h"
#include "ledger/invariants/redemption_sums.h"
#include "ledger/journal/journal.h"
#include "ledger/machine/pending_timers.h"
#include "ledger/state/writer_rows.h"
#include "ledger/views/views.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// Evolves one entry after another, and on request decides each again on the state before it. Not
// thread-safe.
class Replay {
 public:
  // Makes the rows in the new directory `path`. UNAVAILABLE: disk.
  static absl::StatusOr<std::unique_ptr<Replay>> Begin(std::string path, bool redecide);

  // Removes the rows.
  ~Replay();
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  // Applies the next entry. `named` is the entry that EntryNamedBy its command; null if there is
  // none. Aborts the process if it does not fit the rows before it, as Evolve does.
  void Take(absl::string_view stored, const v1::Entry& entry, const v1::Entry* named);

  // Writes what was taken so far to the rows. UNAVAILABLE: disk.
  absl::Status Store();

  // Takes what was stored from memory to files, where reading all of it in pieces is quick: every
  // piece of a table in memory is sorted out of all of it. UNAVAILABLE: disk.
  absl::Status MoveToFiles() { return views_->Flush(); }

  // The rows as of the last Store.
  const RowSource& rows() const { return views_->newest(); }

  // What the entries say of redemptions.
  const RedemptionSums& redeemed() const { return redeemed_; }

  // Last entry taken.
  uint64_t sequence() const { return sequence_; }

  const FsckCheck& request_ids() const { return request_ids_; }
  const FsckCheck& decisions() const { return decisions_; }
  const FsckCheck& deadlines() const { return deadlines_; }

 private:
  Replay(std::string path, bool redecide, std::unique_ptr<Views> views);
  void DecideAgain(absl::string_view stored, const v1::Entry& entry, const v1::Entry* named);
  void CheckDeadlines(const v1::Entry& entry);

  const std::string path_;
  const bool redecide_;
  std::unique_ptr<Views> views_;
  WriterRows state_;
  PendingTimers timers_;
  RedemptionSums redeemed_;
  size_t unstored_ = 0;  // entries
  uint64_t sequence_ = 0;
  uint64_t other_versions_ = 0;
  uint64_t other_outcomes_ = 0;
  FsckCheck request_ids_{"request ids", "no principal's request_id was decided twice"};
  FsckCheck deadlines_{
      "deadlines", "each was booked, in order, before what was received at its instant or later"};
  FsckCheck decisions_{"decisions", "deciding again gives the same entries, byte for byte"};
};

}  // namespace voucher
