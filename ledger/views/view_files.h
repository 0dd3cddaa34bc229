#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "ledger/views/key_filter.h"
#include "ledger/views/loaded_rows.h"
#include "ledger/views/memory_table.h"
#include "ledger/views/view_database.h"

namespace voucher {

// The rows on disk: tables in memory become files of the database. One thread adds; everything else
// is thread-safe beside it.
//
// Even with filters of its own RocksDB is slow to say that there is no such row, and most reads of
// a ledger are for what should not be there: a request_id, an order number. So the keys of tables
// that are not ordered are in a filter of our own besides. A clean end writes the filter to disk
// (filter_file.h); after any other a thread reads all keys, once it is asked to, and until that is
// done every read asks RocksDB.
class ViewFiles {
 public:
  struct Options {
    bool read_only = false;
    OrderedTables ordered{};
    GrowthOfTables growth{};
    // Of a row that every Add changes, and never back: rows are the same where it is the same.
    std::string state_key;
    size_t block_cache_bytes = 0;
    size_t filter_bytes = 0;
  };

  // Opens the directory; read-only neither writes to it nor locks it, and has no filter. NOT_FOUND:
  // read-only, and there is none; FAILED_PRECONDITION: another process holds it; DATA_LOSS;
  // UNAVAILABLE.
  static absl::StatusOr<std::shared_ptr<ViewFiles>> Open(const std::string& path,
                                                         const Options& options);

  ~ViewFiles();
  ViewFiles(const ViewFiles&) = delete;
  ViewFiles& operator=(const ViewFiles&) = delete;

  bool read_only() const { return options_.read_only; }
  rocksdb::DB& db() const { return database_->db(); }
  // Where the rows of a table are.
  rocksdb::ColumnFamilyHandle* family_of(uint8_t table) const {
    return database_->family(options_.growth[table]);
  }

  // Has the thread read the keys, unless the filter is there already, and the database keep its
  // files few. Not if they are read-only.
  absl::Status BeginServing();

  // False: no file has a row at `key`. For whoever reads no more than what was added before the
  // reader came to know of it.
  bool MayHold(absl::string_view key) const;
  // Fetches memory that MayHold will look at.
  void Prefetch(absl::string_view key) const;

  // Adds the newest version of every row, erased ones as erasures: all of them or, also after a
  // crash, none. When it returns they are on disk. Waits before that while compaction is far
  // behind.
  absl::Status Add(const MemoryTable& table);
  absl::Status Add(const LoadedRows& rows);

  // What the filter takes and whether it is ready, and numeric RocksDB properties.
  std::vector<std::pair<std::string, uint64_t>> Gauges() const;

 private:
  ViewFiles(std::string path, const Options& options, std::unique_ptr<ViewDatabase> database);
  std::string incoming() const { return path_ + "/incoming"; }
  std::string filter_file() const { return path_ + "/filters"; }
  // Whether the filter has the keys of a table. A change needs another name in filter_file.cc.
  bool IsFiltered(uint8_t table) const;
  // Whether there is a filter that knows all keys of that table.
  bool HasFilterOf(absl::string_view key) const;
  // Empty if there is none.
  std::string State() const;
  bool ReadFilters();
  // Keeps the filters for the next start. Not those that are there already or lack keys.
  void WriteFilters() const;
  // Adds all keys that are there to the filter.
  void ReadKeys();
  // Those of a family; false if the views are closing or reading failed.
  bool FindKeysOf(Growth growth);
  // Writes rows in order, as the cursors of MemoryTable and LoadedRows show them, and adds their
  // keys to the filter.
  template <class Cursor>
  absl::StatusOr<ViewDatabase::Files> WriteSorted(Cursor row);

  const std::string path_;
  const Options options_;
  const std::unique_ptr<ViewDatabase> database_;
  uint64_t files_written_ = 0;
  std::unique_ptr<KeyFilter> found_;  // keys from before opening
  std::unique_ptr<KeyFilter> added_;  // since then, or since `found_` was read last
  std::atomic<bool> found_all_{false};
  bool filters_are_stored_ = false;
  std::atomic<bool> closing_{false};
  std::thread key_reader_;
};

}  // namespace voucher
