// The journal: the ordered, durable record of all entries. It is the truth; everything else in the
// data directory can be built anew from it. Entries are opaque bytes here.
//
//   VOUCHER_ASSIGN_OR_RETURN(std::unique_ptr<Journal> journal,
//                            Journal::Open({.path = "/data/journal", .create_if_missing = true}));
//   std::vector<Hash> leaf_hashes;
//   VOUCHER_RETURN_IF_ERROR(journal->Append(journal->end_sequence() + 1, journal->epoch(),
//                                           {"first", "second"}, &leaf_hashes));
//   std::string entry;
//   VOUCHER_RETURN_IF_ERROR(journal->ReadEntry(2, &entry));   // "second"
//
// Key layout and byte grammar: README.md of this directory and block_codec.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "ledger/base/mutex.h"
#include "ledger/base/sha256.h"
#include "ledger/journal/merkle.h"

namespace voucher {

class JournalStore;

// Largest entry in bytes; the code above holds this bound (checked).
inline constexpr size_t kMaxEntryBytes = size_t{1} << 20;

struct JournalOptions {
  // Directory of the journal's own RocksDB database. Its parent must exist.
  std::string path;
  // Create an empty journal if there is none. Ignored with read_only.
  bool create_if_missing = false;
  // Open without changing a file, also beside a process that writes (shows what it had written at
  // the time of opening).
  bool read_only = false;
  // 32 hexadecimal digits for a journal that is created; random if empty. For tests.
  std::string ledger_id;
};

// An open journal. One thread at a time appends; all const members may be called from any thread
// at any time, and show durable entries only.
class Journal {
 public:
  // Opens or creates. The incomplete tiles of the Merkle tree are computed from complete tiles and
  // the last entries, and the root must equal the stored one.
  // Errors: NOT_FOUND (nothing there and not create_if_missing), FAILED_PRECONDITION (another
  // process holds it), DATA_LOSS (damaged; names the place), UNAVAILABLE (file system).
  // A write-ahead log that was cut between two records cannot be noticed here: compare with the
  // high-water mark (mark_check.h), best before opening for writing, because that truncates and
  // removes old log files.
  static absl::StatusOr<std::unique_ptr<Journal>> Open(const JournalOptions& options);

  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // 32 hexadecimal digits; random, given at creation.
  const std::string& ledger_id() const { return ledger_id_; }
  bool read_only() const { return read_only_; }

  // Epoch of the last entry; 1 for an empty journal. It grows when another writer takes over.
  uint64_t epoch() const VOUCHER_EXCLUDES(mutex_);
  // Sequence of the last durable entry; 0 for an empty journal. Sequences are dense from 1.
  uint64_t end_sequence() const VOUCHER_EXCLUDES(mutex_);
  // Root of the tree over all durable entries.
  Hash root() const VOUCHER_EXCLUDES(mutex_);

  // All three of one moment.
  struct End {
    uint64_t epoch = 1;
    uint64_t sequence = 0;
    Hash root;
  };
  End end() const VOUCHER_EXCLUDES(mutex_);

  // Makes one group of entries durable, all or nothing: blocks, completed tiles and the frontier
  // in one write with one fdatasync. `first_sequence` must be end_sequence() + 1 and `epoch` not
  // smaller than epoch(), or nothing is done (FAILED_PRECONDITION). There must be at least one
  // entry, none above kMaxEntryBytes (checked). Replaces *leaf_hashes (may be null) by the
  // entries' leaf hashes.
  // On UNAVAILABLE or DATA_LOSS the outcome is unknown: the entries may or may not be there after
  // a restart. The caller must stop the process, and this object refuses all further appends.
  absl::Status Append(uint64_t first_sequence, uint64_t epoch,
                      absl::Span<const absl::string_view> entries, std::vector<Hash>* leaf_hashes)
      VOUCHER_EXCLUDES(mutex_);

  // Stored bytes of one entry. Reads one block of up to 1 MiB, mostly from memory if recent.
  // Errors: NOT_FOUND (0 or beyond end_sequence()), DATA_LOSS, UNAVAILABLE.
  absl::Status ReadEntry(uint64_t sequence, std::string* entry) const VOUCHER_EXCLUDES(mutex_);

  // Calls `visit` with the entries first..last in order until it returns false. The bytes are
  // valid during the call only. first > last visits nothing.
  // Errors: OUT_OF_RANGE (first is 0, or last beyond end_sequence(); nothing visited), DATA_LOSS,
  // UNAVAILABLE.
  absl::Status ReadEntries(
      uint64_t first, uint64_t last,
      absl::FunctionRef<bool(uint64_t sequence, absl::string_view entry)> visit) const
      VOUCHER_EXCLUDES(mutex_);

  // Root of the tree over the first `size` entries, from tiles; at most 8 small reads and some
  // 1,000 hash operations. It rests on the tiles, not on the blocks: verify.h compares the two.
  // Errors: OUT_OF_RANGE (beyond end_sequence()), DATA_LOSS, UNAVAILABLE.
  absl::StatusOr<Hash> RootAt(uint64_t size) const VOUCHER_EXCLUDES(mutex_);

  // Numeric properties of the database, as in {"journal.total_sst_bytes", 123}; the names do not
  // change while the process runs.
  std::vector<std::pair<std::string, uint64_t>> Gauges() const;

 private:
  Journal(std::unique_ptr<JournalStore> store, std::string ledger_id, bool read_only,
          uint64_t epoch, TiledTree tree);

  const std::unique_ptr<JournalStore> store_;
  const std::string ledger_id_;
  const bool read_only_;
  bool failed_ = false;  // of the appending thread only

  mutable Mutex mutex_;
  End end_ VOUCHER_GUARDED_BY(mutex_);
  TiledTree tree_ VOUCHER_GUARDED_BY(mutex_);  // end_.sequence leaves, root end_.root
};

}  // namespace voucher
