#ifndef LEDGER_VIEWS_VIEW_FILES_H_
#define LEDGER_VIEWS_VIEW_FILES_H_

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
#include "rocksdb/db.h"
#include "rocksdb/options.h"

#include "ledger/views/key_filter.h"
#include "ledger/views/memory_table.h"

namespace voucher {

// The rows on disk: a RocksDB that is only ever given whole sorted files, so that it has neither a
// WAL nor anything in its memtable. One thread adds; everything else is thread-safe beside it.
//
// Even with filters of its own RocksDB is slow to say that there is no such row, and most reads of
// a ledger are for what should not be there: a request_id, an order number. So the keys of tables
// that are not ordered are in a filter of our own besides. It is not kept on disk: after opening, a
// thread reads all keys, and until that is done every read asks RocksDB.
class ViewFiles {
 public:
  struct Options {
    bool read_only = false;
    OrderedTables ordered{};
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
  rocksdb::DB& db() const { return *db_; }

  // False: no file has a row at `key`, whose KeyHash is `hash`. For whoever reads no more than what
  // was added before the reader came to know of it.
  bool MayHold(absl::string_view key, uint64_t hash) const;

  // Adds the newest version of every row, erased ones as erasures: all of them or, also after a
  // crash, none. When it returns they are on disk. Waits before that while compaction is far
  // behind.
  absl::Status Add(const MemoryTable& table);

  // What the filter takes and whether it is ready, and numeric RocksDB properties.
  std::vector<std::pair<std::string, uint64_t>> Gauges() const;

 private:
  ViewFiles(std::string path, const Options& options, rocksdb::Options rocksdb_options,
            std::unique_ptr<rocksdb::DB> db);
  absl::StatusOr<std::vector<std::string>> WriteSorted(const MemoryTable& table);
  void WaitForCompaction() const;
  // Adds all keys that are there to the filter.
  void ReadKeys();

  const std::string incoming_;  // Where files are written before they are added.
  const Options options_;
  const rocksdb::Options rocksdb_options_;
  const std::unique_ptr<rocksdb::DB> db_;
  uint64_t files_written_ = 0;
  KeyFilter added_;  // since opening
  KeyFilter found_;  // when opening, or soon after
  std::atomic<bool> found_all_{false};
  std::atomic<bool> closing_{false};
  std::thread key_reader_;
};

// The rows on disk at one instant, for ever. Keeps the files open.
class StoredRows {
 public:
  // The rows of now.
  explicit StoredRows(std::shared_ptr<ViewFiles> files);
  ~StoredRows();
  StoredRows(const StoredRows&) = delete;
  StoredRows& operator=(const StoredRows&) = delete;

  // OK, NotFound, or what is wrong. `hash` is the KeyHash of the key.
  rocksdb::Status Get(absl::string_view key, uint64_t hash, std::string* value) const;

  // At the first row at or after `first`, if that is before `last`, which must outlive the
  // iterator. A reader of everything should not fill the cache.
  std::unique_ptr<rocksdb::Iterator> Iterate(absl::string_view first, const rocksdb::Slice* last,
                                             bool fill_cache) const;

 private:
  const std::shared_ptr<ViewFiles> files_;
  const rocksdb::Snapshot* const snapshot_;
  rocksdb::ReadOptions options_;
};

// UNAVAILABLE, DATA_LOSS or FAILED_PRECONDITION with what was being done, as in "opening".
absl::Status ViewsStatus(const rocksdb::Status& status, absl::string_view doing);

}  // namespace voucher

#endif  // LEDGER_VIEWS_VIEW_FILES_H_
