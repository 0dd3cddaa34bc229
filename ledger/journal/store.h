// The journal's RocksDB database: how it is opened, and typed reads of its rows. For the files of
// this directory and their tests; everyone else uses journal.h or verify.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"

#include "ledger/base/sha256.h"
#include "ledger/journal/block_codec.h"

namespace voucher {

// An open database. Thread-safe as RocksDB is; writes come from one thread.
class JournalStore {
 public:
  enum class Mode { kCreate, kReadWrite, kReadOnly };

  // kCreate also opens what is there.
  // Errors: NOT_FOUND (no database, or one without a ledger row, and not kCreate),
  // FAILED_PRECONDITION (another process holds it), DATA_LOSS (RocksDB finds damage),
  // UNAVAILABLE (file system).
  static absl::StatusOr<std::unique_ptr<JournalStore>> Open(const std::string& path, Mode mode);

  ~JournalStore();
  JournalStore(const JournalStore&) = delete;
  JournalStore& operator=(const JournalStore&) = delete;

  const std::string& path() const { return path_; }
  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* singles() const { return singles_; }  // "default"
  rocksdb::ColumnFamilyHandle* blocks() const { return blocks_; }
  rocksdb::ColumnFamilyHandle* tiles() const { return tiles_; }

  // Writes and syncs the log. After an error the outcome is unknown.
  absl::Status WriteSynced(rocksdb::WriteBatch* batch);
  // Moves all rows from the log to table files.
  absl::Status Flush();

  // The ledger's 16-byte id; nullopt if creation did not get that far. DATA_LOSS, UNAVAILABLE.
  absl::StatusOr<std::optional<std::string>> ReadLedgerId() const;
  // Size 0 if absent. DATA_LOSS, UNAVAILABLE.
  absl::StatusOr<FrontierRow> ReadFrontier() const;
  // DATA_LOSS (absent or malformed), UNAVAILABLE.
  absl::StatusOr<std::vector<Hash>> ReadTile(int level, uint64_t index) const;
  // Last sequence of the last block, 0 without blocks. DATA_LOSS, UNAVAILABLE.
  absl::StatusOr<uint64_t> ReadLastSequence() const;

  // Visits the entries first..last, which must be stored, until `visit` returns false. Reads of
  // several entries leave the block cache as it is. DATA_LOSS (a block is missing or unreadable),
  // UNAVAILABLE.
  absl::Status ScanEntries(
      uint64_t first, uint64_t last,
      absl::FunctionRef<bool(uint64_t sequence, absl::string_view entry)> visit) const;

  // Numeric properties, without prefix.
  std::vector<std::pair<std::string, uint64_t>> Gauges() const;

  // A status of RocksDB as ours; the text names the database and what was done.
  absl::Status ToStatus(const rocksdb::Status& status, absl::string_view doing) const;
  // DATA_LOSS naming the database and the place.
  absl::Status Damaged(absl::string_view place, absl::string_view what) const;

 private:
  explicit JournalStore(std::string path) : path_(std::move(path)) {}
  absl::StatusOr<std::optional<std::string>> ReadSingle(absl::string_view key) const;

  const std::string path_;
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::ColumnFamilyHandle* singles_ = nullptr;
  rocksdb::ColumnFamilyHandle* blocks_ = nullptr;
  rocksdb::ColumnFamilyHandle* tiles_ = nullptr;
};

}  // namespace voucher
