#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "ledger/api/commands.h"
#include "ledger/api/options.h"
#include "ledger/api/outcome.h"
#include "ledger/api/snapshot.h"
#include "ledger/base/sha256.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// Whether mutations are taken.
enum class Mode { kReadWrite, kReadOnly, kClockSuspect };

// The door to the ledger: commands go in, durable outcomes come out, reads see snapshots.
// Thread-safe.
//
//   VOUCHER_ASSIGN_OR_RETURN(std::unique_ptr<Ledger> ledger, Ledger::Open(options));
//   auto commands = std::make_shared<Commands>();
//   *commands->Add() = command;
//   ledger->Submit(commands, authority, [](std::vector<Outcome> outcomes) { ... });
class Ledger {
 public:
  // Opens or creates. A ledger whose files disagree (shorter than its mark, altered, mixed up)
  // opens read-only with a reason. Errors: NOT_FOUND (nothing there and not create_if_missing),
  // FAILED_PRECONDITION (clock > 2 s before the last record, or too far after the mark without
  // confirmation; another process holds it), DATA_LOSS (journal unreadable), UNAVAILABLE (disk).
  static absl::StatusOr<std::unique_ptr<Ledger>> Open(LedgerOptions options);

  // Drains, writes the mark, closes.
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Queues commands that passed ValidateCommand, as one unit in FIFO order: all are admitted or
  // none is. `done` is called once, on a thread of the ledger (or before Submit returns if not
  // admitted), with one outcome per command when all are durable; it must be quick and must not
  // destroy the ledger. The instant of the call is the commands' received_at.
  void Submit(std::shared_ptr<Commands> commands, const v1::Authority& authority, Done done);

  // The newest durable state.
  std::shared_ptr<const ReadSnapshot> Snapshot() const;

  // The newest state once it includes `min_sequence`, waiting at most `timeout_ns` of real time.
  // DEADLINE_EXCEEDED otherwise.
  absl::StatusOr<std::shared_ptr<const ReadSnapshot>> SnapshotAt(uint64_t min_sequence,
                                                                 int64_t timeout_ns) const;

  // A recorded entry: stored bytes and receipt. NOT_FOUND for 0 and beyond the newest snapshot.
  absl::StatusOr<v1::Receipt> ReadEntry(uint64_t sequence, std::string* stored) const;

  // The stored bytes of entries `first` to `last`, both included and cut to the newest snapshot, in
  // order, until the visitor returns false. DATA_LOSS if the journal cannot be read.
  absl::Status ReadEntries(
      uint64_t first, uint64_t last,
      absl::FunctionRef<bool(uint64_t sequence, absl::string_view stored)> visit) const;

  // The receipt of a recorded entry; `stored` are its bytes as ReadEntries gives them.
  static v1::Receipt ReceiptOf(const v1::Entry& entry, absl::string_view stored);

  // Version of the decision rules in this program, which stands in every entry that it decides.
  static uint32_t decider_version();

  // Calls back (on a thread of the ledger, quickly) after each group with its last sequence, until
  // the returned handle is destroyed: no call runs or comes after that. Do not destroy it inside
  // the callback, nor while holding a lock that the callback takes. The handle may outlive the
  // ledger.
  std::shared_ptr<void> OnProgress(std::function<void(uint64_t sequence)> callback);

  Mode mode() const;
  // Why mutations are not taken; empty with kReadWrite.
  std::string mode_reason() const;
  std::string ledger_id() const;  // 32 hexadecimal digits
  // Commands admitted and not yet decided, and their bytes.
  size_t queued_commands() const;
  size_t queued_bytes() const;
  // Numeric properties of both databases for gauges, as in {"journal.total_sst_bytes", 123}; and
  // free disk bytes "disk.free_bytes".
  std::vector<std::pair<std::string, uint64_t>> StorageGauges() const;

  // SHA-256 over all rows of the views in key order, bookkeeping included: equal for equal entries
  // and evolve version. Reads everything.
  absl::StatusOr<Hash> ViewsDigest() const;

  // Takes no more mutations (UNAVAILABLE, DRAINING) and returns when those queued are answered.
  // Reads go on until destruction. Not from a callback.
  void Drain();

 private:
  struct Parts;
  explicit Ledger(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace voucher
