#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rocksdb/db.h"
#include "rocksdb/options.h"

#include "ledger/state/tables.h"

namespace voucher {

inline rocksdb::Slice ToSlice(absl::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

// How rows come, of each table by the first byte of its keys.
using GrowthOfTables = std::array<Growth, 256>;

// A RocksDB that is only ever given whole sorted files, so that it has neither a WAL nor anything
// in its memtable. It has a column family for each Growth, because what is cheap for one is dear
// for another:
//
//   changing   levels: many versions of a row become one soon
//   scattered  runs of like sizes are merged, many at a time (RocksDB's "universal" style), so that
//              a row is rewritten once or twice while files grow a thousandfold; in levels each new
//              file would have most of the older rows rewritten
//
// Thread-safe, but one thread adds.
class ViewDatabase {
 public:
  static constexpr std::array<Growth, 2> kFamilies = {Growth::kChanging, Growth::kScattered};
  static constexpr uint64_t kMaxFileBytes = 64u << 20;
  // Paths of files of each family, by the number of its Growth.
  using Files = std::array<std::vector<std::string>, kFamilies.size()>;

  // Opens the directory; read-only neither writes to it nor locks it. NOT_FOUND: read-only, and
  // there is none; FAILED_PRECONDITION: another process holds it; DATA_LOSS; UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<ViewDatabase>> Open(const std::string& path,
                                                            size_t block_cache_bytes,
                                                            bool read_only);

  ~ViewDatabase();
  ViewDatabase(const ViewDatabase&) = delete;
  ViewDatabase& operator=(const ViewDatabase&) = delete;

  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* family(Growth growth) const {
    return families_[static_cast<size_t>(growth)];
  }
  // For files to be added to it.
  const rocksdb::Options& options(Growth growth) const {
    return options_[static_cast<size_t>(growth)];
  }

  // Moves files in: all of them or, also after a crash, none. When it returns they are on disk.
  // Waits before that while compaction is far behind: adding files does not slow down by itself as
  // writes to a memtable do.
  absl::Status Add(const Files& files);

  // Has rows that change compacted sooner than at first, when views are built: each time costs as
  // much as all older ones of them.
  absl::Status KeepFilesFew();

  uint64_t total_file_bytes() const;
  // Numeric RocksDB properties, as in {"views.total_sst_bytes", 123}.
  std::vector<std::pair<std::string, uint64_t>> Gauges() const;

 private:
  ViewDatabase() = default;
  uint64_t Level0Files(Growth growth) const;
  void WaitForCompaction(Growth growth, uint64_t max_files) const;

  std::array<rocksdb::Options, kFamilies.size()> options_;
  std::unique_ptr<rocksdb::DB> db_;
  // Of files that were written before there were families all are the same one.
  std::array<rocksdb::ColumnFamilyHandle*, kFamilies.size()> families_{};
  std::vector<rocksdb::ColumnFamilyHandle*> opened_;
};

// UNAVAILABLE, DATA_LOSS or FAILED_PRECONDITION with what was being done, as in "opening".
absl::Status ViewsStatus(const rocksdb::Status& status, absl::string_view doing);

}  // namespace voucher
