#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "ledger/base/mutex.h"
#include "ledger/base/sha256.h"
#include "ledger/state/row_changes.h"
#include "ledger/state/view.h"

namespace voucher {

class LayeredRows;
class LoadedRows;
class MemoryTable;
class ViewFiles;
struct Layers;

// How far views have come: a row among the rows, changed with them.
struct Reached {
  // Ledger that the rows derive from: 32 hexadecimal digits.
  std::string ledger_id;
  // kEvolveVersion of the code that wrote them.
  uint32_t evolve_version = kEvolveVersion;
  // Last entry evolved.
  uint64_t sequence = 0;
  // Merkle root over entries 1 to `sequence`.
  Hash root{};

  friend bool operator==(const Reached&, const Reached&) = default;
};

// What the views may take of the machine.
struct ViewsOptions {
  // A table in memory is written out when it holds so many changes of rows or so many bytes. There
  // are two, one being filled and one being written, and at most twice this in each; more only
  // while old snapshots hold on to tables that were written since. What is in memory is what a
  // start after a crash evolves again.
  size_t table_rows = 1'500'000;
  size_t table_bytes = size_t{192} << 20;
  // For blocks of files, their indexes and filters. The latter two are always held, also beyond it.
  size_t block_cache_bytes = size_t{128} << 20;
  // At most so much for the filters that know which rows are not in files: 1.6 to 5 bytes for each
  // row of a table that is not ordered, but 16 MiB at least. Half of it is for rows written since
  // the keys were last read from the files (at a start that found no filters kept), half for those
  // from before: 330 million keys in each. With more of them, reads take longer and longer.
  size_t filter_bytes = size_t{1} << 30;
};

// The derived rows: a table in memory that Apply adds to, and sorted files of what it held before.
// A full table is written out by a thread of the views, the newest version of each row only, and
// all of it becomes part of the files at once. `Reached` is one of its rows, so after a crash the
// views are some earlier whole number of groups. Deleting them loses nothing.
//
//   key   := key bytes of ledger/state/keys.h; table 0 is the one row of Reached
//   value := row codec of ledger/state/tables.h
//   reached row := evolve_version:u32 sequence:u64 root:32 bytes ledger_id     integers big-endian
//
// A read asks the table being filled, the one being written and then the files, and takes no lock.
//
// One thread writes (Apply, Flush); everything else is thread-safe beside it.
class Views {
 public:
  using Options = ViewsOptions;

  // Opens the directory, creating it if absent. FAILED_PRECONDITION: another process holds it;
  // DATA_LOSS: unreadable (delete the directory, it is rebuilt); UNAVAILABLE: disk.
  static absl::StatusOr<std::unique_ptr<Views>> Open(const std::string& path,
                                                     const Options& options = {});

  // Opens an existing directory without writing to it or locking it. NOT_FOUND, DATA_LOSS,
  // UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<Views>> OpenReadOnly(const std::string& path,
                                                             const Options& options = {});

  // Flushes.
  ~Views();
  Views(const Views&) = delete;
  Views& operator=(const Views&) = delete;

  const Options& options() const { return options_; }

  // nullopt: empty, nothing was ever applied.
  const std::optional<Reached>& reached() const { return reached_; }

  // Takes changed rows and `reached`, in memory. UNAVAILABLE or DATA_LOSS: writing out
  // failed since the last call, or the views are open read-only; they must not be used any more.
  //
  // When the table is full and the one before is still being written, Apply takes longer, the more
  // so the fuller the table is, and at twice its size it waits.
  absl::Status Apply(const RowChanges& changes, const Reached& reached);

  // Takes the changed rows of many entries, and `reached`, to files without a table in memory: for
  // building views. They are sorted and written beside the caller; a read waits until they are
  // sorted. Only while all that was applied or loaded before is flushed. Errors as of Apply.
  absl::Status Load(std::shared_ptr<const RowChanges> changes, const Reached& reached);

  // Whether something that was applied or loaded is being written. Once it is not, Flush after a
  // Load does not wait.
  bool writing() const VOUCHER_EXCLUDES(mutex_);

  // Makes everything applied or loaded survive a crash. Errors as of Apply.
  absl::Status Flush();

  // Rows will be asked for here and there: makes reads quick for rows that are not there, if the
  // last end was not clean only when all keys have been read, and keeps files few. Both is work
  // beside everything else, of which building views has no need. Errors as of Apply.
  absl::Status BeginServing();

  // The newest rows, changing with every Apply: for the one writer. Lives as long as the views.
  const RowSource& newest() const;

  // The rows of now, for ever. Costs two reference counts; keeps the database open, and so locked,
  // and the tables that were in memory, while it lives.
  std::shared_ptr<const RowSource> NewSnapshot() const VOUCHER_EXCLUDES(mutex_);

  // SHA-256 over every row, the reached row included, in key order: len:u32 key len:u32 value.
  // UNAVAILABLE or DATA_LOSS if reading fails.
  absl::StatusOr<Hash> Digest() const;

  // What is in memory, how often and how long Apply waited for the disk, and numeric RocksDB
  // properties, as in {"views.total_sst_bytes", 123}.
  std::vector<std::pair<std::string, uint64_t>> Gauges() const VOUCHER_EXCLUDES(mutex_);

 private:
  // The rows at one moment: layers, and the last group in the active one.
  struct Moment {
    std::shared_ptr<const Layers> layers;
    uint32_t group = 0;
  };

  Views(std::shared_ptr<ViewFiles> files, const Options& options, std::optional<Reached> reached);
  static absl::StatusOr<std::unique_ptr<Views>> OpenWith(const std::string& path,
                                                         const Options& options, bool read_only);
  absl::Status CheckWritable() const;
  std::shared_ptr<MemoryTable> NewTable() const;
  Moment Now() const VOUCHER_EXCLUDES(mutex_);
  // Fill of the active table in thousandths of its size.
  size_t Fill() const VOUCHER_REQUIRES(mutex_);
  // Goes on to a new table if this one is full and the one before is written.
  absl::Status MakeRoom() VOUCHER_EXCLUDES(mutex_);
  void WaitForRoom() VOUCHER_REQUIRES(mutex_);
  void WaitUntilWritten() VOUCHER_REQUIRES(mutex_);
  void Freeze() VOUCHER_REQUIRES(mutex_);
  bool IsWriting() const VOUCHER_REQUIRES(mutex_);
  // The thread that writes frozen tables out, and what is loaded.
  void Run() VOUCHER_EXCLUDES(mutex_);
  void WriteOut(const MemoryTable& table) VOUCHER_EXCLUDES(mutex_);
  void WriteOut(LoadedRows* loaded) VOUCHER_EXCLUDES(mutex_);
  // Its rows are in the files from now on, or could not be added.
  void EndWriting(const absl::Status& added, std::optional<uint64_t> ns_per_row)
      VOUCHER_EXCLUDES(mutex_);

  const Options options_;
  const std::shared_ptr<ViewFiles> files_;
  // The writer's.
  std::optional<Reached> reached_;
  std::unique_ptr<LayeredRows> newest_;
  size_t last_rows_ = 0;  // Of the last Apply.

  mutable Mutex mutex_;
  CondVar changed_;
  Moment now_ VOUCHER_GUARDED_BY(mutex_);
  std::shared_ptr<LoadedRows> loading_ VOUCHER_GUARDED_BY(mutex_);  // The loaded of now_.
  absl::Status failed_ VOUCHER_GUARDED_BY(mutex_);
  bool stopping_ VOUCHER_GUARDED_BY(mutex_) = false;
  uint64_t write_ns_per_row_ VOUCHER_GUARDED_BY(mutex_) = 1'000;
  uint64_t waits_ VOUCHER_GUARDED_BY(mutex_) = 0;
  uint64_t waited_ns_ VOUCHER_GUARDED_BY(mutex_) = 0;
  bool gives_way_ = false;  // The thread's own: it has a lower priority.
  std::thread thread_;      // Absent if opened read-only.
};

}  // namespace voucher
