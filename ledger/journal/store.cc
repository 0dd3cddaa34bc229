#include "ledger/journal/store.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rocksdb/cache.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"

#include "ledger/base/check.h"
#include "ledger/base/status_macros.h"

namespace voucher {
namespace {

constexpr size_t kBlockCacheBytes = size_t{64} << 20;

rocksdb::Slice ToSlice(absl::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

absl::string_view ToView(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

rocksdb::DBOptions DatabaseOptions(JournalStore::Mode mode) {
  rocksdb::DBOptions options;
  options.create_if_missing = mode == JournalStore::Mode::kCreate;
  options.create_missing_column_families = mode == JournalStore::Mode::kCreate;
  // Refuses a log that is damaged in the middle, where the default would silently drop all that
  // follows; a torn last record, which nobody was answered for, is dropped.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.paranoid_checks = true;
  // Column families share the log: flushing them together lets each log file go as a whole.
  options.atomic_flush = true;
  // Never try again after a failed write: the process stops instead.
  options.max_bgerror_resume_count = 0;
  options.max_open_files = 512;
  options.keep_log_file_num = 4;
  options.bytes_per_sync = 1 << 20;
  return options;
}

rocksdb::ColumnFamilyOptions RowOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 16 << 10;
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;

  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = 64 << 20;
  options.max_write_buffer_number = 3;
  options.compression = rocksdb::kNoCompression;  // hashes do not compress
  return options;
}

// Blocks come in key order, so their files never overlap and compaction only moves them.
rocksdb::ColumnFamilyOptions BlockOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options = RowOptions(cache);
  options.compression = rocksdb::kLZ4Compression;
  options.target_file_size_base = 256 << 20;
  return options;
}

bool IsHeldByAnother(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  return status.IsIOError() && (absl::StrContains(text, "While lock file: ") ||
                                absl::StrContains(text, "lock hold by current process"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<JournalStore>> JournalStore::Open(const std::string& path,
                                                                 Mode mode) {
  std::error_code error;
  const bool exists = std::filesystem::exists(path + "/CURRENT", error);
  if (!exists && mode != Mode::kCreate) {
    return absl::NotFoundError(absl::StrCat("no journal in ", path));
  }
  const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, RowOptions(cache)},
      {"blocks", BlockOptions(cache)},
      {"tiles", RowOptions(cache)}};

  std::unique_ptr<JournalStore> store(new JournalStore(path));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened =
      mode == Mode::kReadOnly
          ? rocksdb::DB::OpenForReadOnly(DatabaseOptions(mode), path, families, &handles, &db)
          : rocksdb::DB::Open(DatabaseOptions(mode), path, families, &handles, &db);
  if (IsHeldByAnother(opened)) {
    return absl::FailedPreconditionError(
        absl::StrCat("another process holds journal ", path, ": ", opened.ToString()));
  }
  // The files list no column families of ours, or other ones.
  if (opened.IsInvalidArgument()) return store->Damaged("column families", opened.ToString());
  VOUCHER_RETURN_IF_ERROR(store->ToStatus(opened, "open"));
  store->db_.reset(db);
  store->singles_ = handles[0];
  store->blocks_ = handles[1];
  store->tiles_ = handles[2];
  return store;
}

JournalStore::~JournalStore() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* family : {tiles_, blocks_, singles_}) {
    db_->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  }
  db_->Close().PermitUncheckedError();
}

absl::Status JournalStore::WriteSynced(rocksdb::WriteBatch* batch) {
  rocksdb::WriteOptions options;
  options.sync = true;
  return ToStatus(db_->Write(options, batch), "write");
}

absl::Status JournalStore::Flush() {
  return ToStatus(db_->Flush(rocksdb::FlushOptions(), {singles_, blocks_, tiles_}), "flush");
}

absl::StatusOr<std::optional<std::string>> JournalStore::ReadSingle(absl::string_view key) const {
  std::string value;
  const rocksdb::Status read = db_->Get(rocksdb::ReadOptions(), singles_, ToSlice(key), &value);
  if (read.IsNotFound()) return std::optional<std::string>();
  VOUCHER_RETURN_IF_ERROR(ToStatus(read, absl::StrCat("read ", key, " row")));
  return std::optional<std::string>(std::move(value));
}

absl::StatusOr<std::optional<std::string>> JournalStore::ReadLedgerId() const {
  VOUCHER_ASSIGN_OR_RETURN(const std::optional<std::string> row, ReadSingle(LedgerKey()));
  if (!row.has_value()) return std::optional<std::string>();
  absl::StatusOr<std::string> id = ParseLedger(*row);
  if (absl::IsFailedPrecondition(id.status())) {
    return absl::FailedPreconditionError(absl::StrCat(path(), ": ", id.status().message()));
  }
  if (!id.ok()) return Damaged("ledger row", id.status().message());
  return std::optional<std::string>(*std::move(id));
}

absl::StatusOr<FrontierRow> JournalStore::ReadFrontier() const {
  VOUCHER_ASSIGN_OR_RETURN(const std::optional<std::string> row, ReadSingle(FrontierKey()));
  if (!row.has_value()) return FrontierRow{1, 0, EmptyRoot()};
  absl::StatusOr<FrontierRow> frontier = ParseFrontier(*row);
  if (!frontier.ok()) return Damaged("frontier row", frontier.status().message());
  return frontier;
}

absl::StatusOr<std::vector<Hash>> JournalStore::ReadTile(int level, uint64_t index) const {
  const std::string place = absl::StrCat("tile ", level, "/", index);
  rocksdb::PinnableSlice value;
  const rocksdb::Status read =
      db_->Get(rocksdb::ReadOptions(), tiles_, TileKey(level, index), &value);
  if (read.IsNotFound()) return Damaged(place, "is missing");
  VOUCHER_RETURN_IF_ERROR(ToStatus(read, absl::StrCat("read ", place)));
  absl::StatusOr<std::vector<Hash>> hashes = ParseTile(ToView(value));
  if (!hashes.ok()) return Damaged(place, hashes.status().message());
  return hashes;
}

absl::StatusOr<uint64_t> JournalStore::ReadLastSequence() const {
  const std::unique_ptr<rocksdb::Iterator> last(db_->NewIterator(rocksdb::ReadOptions(), blocks_));
  last->SeekToLast();
  if (!last->Valid()) {
    VOUCHER_RETURN_IF_ERROR(ToStatus(last->status(), "read the last block"));
    return 0;
  }
  const absl::StatusOr<BlockView> block = BlockView::Parse(ToView(last->value()));
  if (!block.ok()) return Damaged("last block", block.status().message());
  return block->last_sequence();
}

absl::Status JournalStore::ScanEntries(
    uint64_t first, uint64_t last,
    absl::FunctionRef<bool(uint64_t sequence, absl::string_view entry)> visit) const {
  rocksdb::ReadOptions options;
  options.fill_cache = first == last;
  const std::unique_ptr<rocksdb::Iterator> rows(db_->NewIterator(options, blocks_));
  uint64_t next = first;
  for (rows->SeekForPrev(BlockKey(first)); next <= last; rows->Next()) {
    const std::string place = absl::StrCat("block of sequence ", next);
    if (!rows->Valid()) {
      VOUCHER_RETURN_IF_ERROR(ToStatus(rows->status(), absl::StrCat("read ", place)));
      return Damaged(place, "is missing");
    }
    const absl::StatusOr<BlockView> block = BlockView::Parse(ToView(rows->value()));
    if (!block.ok()) return Damaged(place, block.status().message());
    const uint64_t begin = block->header().first_sequence;
    const bool follows = next == first ? begin <= next : begin == next;
    if (rows->key().compare(BlockKey(begin)) != 0 || !follows || block->last_sequence() < next) {
      return Damaged(place, absl::StrCat("is missing; found ", begin, " to ",
                                         block->last_sequence(), " instead"));
    }
    for (; next <= std::min(last, block->last_sequence()); ++next) {
      if (!visit(next, block->entries()[next - begin])) return absl::OkStatus();
    }
  }
  return absl::OkStatus();
}

std::vector<std::pair<std::string, uint64_t>> JournalStore::Gauges() const {
  static constexpr std::pair<const char*, const char*> kProperties[] = {
      {"total_sst_bytes", "rocksdb.total-sst-files-size"},
      {"memtable_bytes", "rocksdb.cur-size-all-mem-tables"},
      {"table_readers_bytes", "rocksdb.estimate-table-readers-mem"},
      {"immutable_memtables", "rocksdb.num-immutable-mem-table"},
      {"running_flushes", "rocksdb.num-running-flushes"},
      {"running_compactions", "rocksdb.num-running-compactions"},
      {"pending_compaction_bytes", "rocksdb.estimate-pending-compaction-bytes"},
      {"background_errors", "rocksdb.background-errors"},
      {"write_stopped", "rocksdb.is-write-stopped"},
      {"delayed_write_bytes_per_second", "rocksdb.actual-delayed-write-rate"},
  };
  std::vector<std::pair<std::string, uint64_t>> gauges;
  for (const auto& [name, property] : kProperties) {
    uint64_t value = 0;
    VOUCHER_CHECK(db_->GetAggregatedIntProperty(property, &value)) << property;
    gauges.emplace_back(name, value);
  }
  uint64_t cache_bytes = 0;
  VOUCHER_CHECK(db_->GetIntProperty(singles_, "rocksdb.block-cache-usage", &cache_bytes));
  gauges.emplace_back("block_cache_bytes", cache_bytes);  // one cache for all column families
  return gauges;
}

absl::Status JournalStore::ToStatus(const rocksdb::Status& status, absl::string_view doing) const {
  if (status.ok()) return absl::OkStatus();
  const std::string text = absl::StrCat("journal ", path_, ": ", doing, ": ", status.ToString());
  if (status.IsCorruption()) return absl::DataLossError(text);
  // Everything else is the file system, or RocksDB stopped after an error of the file system.
  return absl::UnavailableError(text);
}

absl::Status JournalStore::Damaged(absl::string_view place, absl::string_view what) const {
  return absl::DataLossError(absl::StrCat("journal ", path_, ": ", place, ": ", what));
}

}  // namespace voucher
