#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "ledger/base/clock.h"
#include "ledger/base/sha256.h"
#include "ledger/commands.h"
#include "ledger/machine/view.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// A decided command: its entry, durable, with its receipt. Immutable, shared with replays of the
// same request; whoever holds one holds the memory of the group that it was decided in.
struct Recorded {
  const v1::Entry& entry;
  Hash leaf_hash{};

  v1::Receipt receipt() const;
};

// What became of a submitted command.
//   OK: recorded (accepted or refused), durable; `recorded` is set. For a replay it is the first
//   outcome. ALREADY_EXISTS: the request_id was used for another request; nothing recorded;
//   `recorded` is null. UNAVAILABLE: not recorded, or not known to be; why stands in
//   ledger/unavailable.h, UnavailableReason(status).
struct Outcome {
  absl::Status status;
  std::shared_ptr<const Recorded> recorded;
};

// Whether mutations are taken.
enum class Mode { kReadWrite, kReadOnly, kClockSuspect };

// Times and sizes of one durable group, for metrics. Durations are real time.
struct GroupReport {
  struct Item {
    absl::string_view verb;                      // VerbName; static storage
    v1::Reason reason = v1::REASON_UNSPECIFIED;  // REASON_UNSPECIFIED if accepted
    int64_t queue_ns = 0;                        // from admission to the decision; 0 for timers
    uint32_t program = 0;                        // number of the entry's program; 0 if none
  };
  std::vector<Item> items;  // recorded entries, timers included
  uint64_t replays = 0;     // answered with their first outcome
  uint64_t reused = 0;      // REQUEST_ID_REUSED
  uint64_t shed = 0;        // queued too long
  uint64_t bytes = 0;       // of stored entries
  int64_t decide_ns = 0;    // whole group
  int64_t fsync_ns = 0;     // journal append, synced
  int64_t views_ns = 0;     // views and snapshot
  int64_t reply_ns = 0;
  uint64_t last_sequence = 0;
};

struct LedgerOptions {
  // Directory of the database; holds journal/, views/, high-water-mark and ballast.
  std::string path;
  // Create an empty ledger if there is none.
  bool create_if_missing = false;
  // Open without the right to mutate, whatever the state.
  bool read_only = false;
  // Not owned; must outlive the ledger.
  const Clock* clock = nullptr;
  // Accept a clock more than 24 h after the high-water mark and the last record.
  bool confirm_clock = false;
  // Admission bounds of the queue. One principal holds at most half of each. A submission larger
  // than that is never admitted.
  size_t max_queued_commands = 65'536;
  size_t max_queued_bytes = 256u << 20;
  // Bounds of one group.
  size_t max_group_commands = 8'192;
  size_t max_group_bytes = 4u << 20;
  // Free disk space in bytes below which mutations are UNAVAILABLE; reads go on.
  uint64_t min_free_bytes = 512u << 20;
  // Size of the ballast file: room to restart on a disk that became full all the same.
  uint64_t ballast_bytes = 16u << 20;
  // Refusal bucket of PLATFORM principals and of others: refill per second, burst.
  int64_t platform_refusals_per_second = 1'000, platform_refusal_burst = 50'000;
  int64_t other_refusals_per_second = 100, other_refusal_burst = 5'000;
  // Called on a thread of the ledger after each durable group; must be quick. May be empty.
  std::function<void(const GroupReport&)> on_group;
  // Progress of a rebuild of the views, at most a few times a second. May be empty.
  std::function<void(uint64_t done, uint64_t total)> on_rebuild_progress;
  // One line of operational log (level: 0 info, 1 warning, 2 error), from any thread. May be empty.
  std::function<void(int level, absl::string_view line)> on_log;
  // How a failed write ends the process, after the log line and the replies. Empty: std::abort. If
  // it returns (tests), the ledger is read-only.
  std::function<void()> fail_stop;
  // Called on the sequencer thread before each group takes from the queue; for tests that hold it
  // up. May be empty.
  std::function<void()> before_group;
};

// An immutable state to read: exactly the entries up to `sequence`. Cheap to make and to hold for a
// request; holding one for minutes keeps old files on disk, also past the ledger's destruction.
// Thread-safe; make one View per thread with `NewView`.
class ReadSnapshot {
 public:
  ReadSnapshot(std::shared_ptr<const RowSource> rows, uint64_t sequence, UnixNanos recorded_at,
               const Hash& root)
      : rows_(std::move(rows)), sequence_(sequence), recorded_at_(recorded_at), root_(root) {}

  // Last entry included; 0 if none.
  uint64_t sequence() const { return sequence_; }
  // When that was recorded; 0 if none.
  UnixNanos recorded_at() const { return recorded_at_; }
  // Merkle root over the entries included.
  Hash root() const { return root_; }
  const RowSource& rows() const { return *rows_; }
  // A view over the snapshot; must not outlive it.
  std::unique_ptr<View> NewView() const { return std::make_unique<View>(rows_.get()); }

 private:
  std::shared_ptr<const RowSource> rows_;
  uint64_t sequence_;
  UnixNanos recorded_at_;
  Hash root_;
};

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

  using Done = absl::AnyInvocable<void(std::vector<Outcome>)>;

  // Queues commands that passed CheckCommand, as one unit in FIFO order: all are admitted or none
  // is. `done` is called once, on a thread of the ledger (or before Submit returns if not
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

// Fills the receipt of a stored entry whose leaf hash is `leaf_hash`.
void FillReceipt(const v1::Entry& entry, const Hash& leaf_hash, v1::Receipt* receipt);

}  // namespace voucher
