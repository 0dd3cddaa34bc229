#include "ledger/views/view_files.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rocksdb/cache.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/sst_file_writer.h"
#include "rocksdb/table.h"
#include <sys/resource.h>

#include "ledger/base/status_macros.h"

namespace voucher {
namespace {

constexpr int kBloomBitsPerKey = 10;
constexpr uint64_t kMaxFileBytes = 64u << 20;
// A table with so much to write gets files of its own. Where its keys only ascend, they lie after
// all older ones, and RocksDB puts them to the oldest level at once, never to be compacted.
constexpr size_t kOwnFileBytes = 4u << 20;
// Level 0 is compacted from so many files on, a handful of which come at a time. Each that spans a
// key costs a read of that key one probe of a filter.
constexpr int kLevel0Files = 32;
constexpr uint64_t kMaxLevel0Files = 96;
constexpr std::chrono::milliseconds kCompactionPoll{20};
// The keys of files no larger than this are read while opening.
constexpr uint64_t kReadAtOnceBytes = 4u << 20;
constexpr int kKeyReaderNiceness = 10;  // Nobody waits for it.

rocksdb::Slice ToSlice(absl::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

uint64_t Property(rocksdb::DB& db, const std::string& name) {
  uint64_t value = 0;
  std::string text;
  if (!db.GetIntProperty(name, &value) && db.GetProperty(name, &text)) {
    value = std::strtoull(text.c_str(), nullptr, 10);  // Some are numbers only as text.
  }
  return value;
}

rocksdb::Options MakeOptions(size_t block_cache_bytes) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.write_buffer_size = 1u << 20;  // Never used.
  options.max_background_jobs = 2;       // One of them compacts.
  options.compression = rocksdb::kLZ4Compression;
  options.level_compaction_dynamic_level_bytes = true;
  options.level0_file_num_compaction_trigger = kLevel0Files;
  options.target_file_size_base = kMaxFileBytes;
  options.max_bytes_for_level_base = 512u << 20;
  options.bytes_per_sync = 1u << 20;  // No burst at the end that the journal would wait for.
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 4;
  options.stats_dump_period_sec = 0;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(block_cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  table.format_version = 5;
  table.block_size = 8u << 10;
  // Filters and indexes are always in memory, and counted in the cache's.
  table.cache_index_and_filter_blocks = true;
  table.metadata_cache_options.unpartitioned_pinning = rocksdb::PinningTier::kAll;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

// Writes rows in key order to files that do not overlap.
class SortedFiles {
 public:
  SortedFiles(const rocksdb::Options& options, std::string prefix)
      : options_(options), prefix_(std::move(prefix)) {}

  absl::Status Add(absl::string_view key, const RowVersion& version) {
    if (!writer_) VOUCHER_RETURN_IF_ERROR(Begin());
    const rocksdb::Status status = version.erased()
                                       ? writer_->Delete(ToSlice(key))
                                       : writer_->Put(ToSlice(key), ToSlice(version.value()));
    VOUCHER_RETURN_IF_ERROR(ViewsStatus(status, "writing"));
    if (writer_->FileSize() >= kMaxFileBytes) return Cut();
    return absl::OkStatus();
  }

  // Ends the file, if one was begun, and syncs it.
  absl::Status Cut() {
    if (!writer_) return absl::OkStatus();
    const rocksdb::Status status = writer_->Finish();
    writer_.reset();
    return ViewsStatus(status, "writing");
  }

  const std::vector<std::string>& paths() const { return paths_; }

 private:
  absl::Status Begin() {
    constexpr bool kDropFromPageCache = false;  // It will be read soon.
    writer_.emplace(rocksdb::EnvOptions(options_), options_, nullptr, kDropFromPageCache);
    paths_.push_back(absl::StrCat(prefix_, paths_.size(), ".sst"));
    return ViewsStatus(writer_->Open(paths_.back()), "writing");
  }

  const rocksdb::Options& options_;
  const std::string prefix_;
  std::vector<std::string> paths_;
  std::optional<rocksdb::SstFileWriter> writer_;
};

}  // namespace

absl::Status ViewsStatus(const rocksdb::Status& status, absl::string_view doing) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = absl::StrCat(doing, " the views: ", status.ToString());
  if (status.IsCorruption()) {
    return absl::DataLossError(
        absl::StrCat(text, "; delete the views directory, it is rebuilt from the journal"));
  }
  if (status.IsIOError() && absl::StrContains(status.ToString(), "LOCK")) {
    return absl::FailedPreconditionError(absl::StrCat("another process holds the views: ", text));
  }
  return absl::UnavailableError(text);
}

ViewFiles::ViewFiles(std::string incoming, const Options& options, rocksdb::Options rocksdb_options,
                     std::unique_ptr<rocksdb::DB> db)
    : incoming_(std::move(incoming)),
      options_(options),
      rocksdb_options_(std::move(rocksdb_options)),
      db_(std::move(db)),
      added_(options.filter_bytes / 2),
      found_(options.filter_bytes / 2) {
  if (read_only()) return;
  if (Property(*db_, rocksdb::DB::Properties::kTotalSstFilesSize) <= kReadAtOnceBytes) {
    ReadKeys();
  } else {
    key_reader_ = std::thread([this] {
      setpriority(PRIO_PROCESS, 0, kKeyReaderNiceness);  // Of this thread, on Linux.
      ReadKeys();
    });
  }
}

ViewFiles::~ViewFiles() {
  closing_.store(true, std::memory_order_relaxed);
  if (key_reader_.joinable()) key_reader_.join();
}

absl::StatusOr<std::shared_ptr<ViewFiles>> ViewFiles::Open(const std::string& path,
                                                           const Options& options) {
  rocksdb::Options rocksdb_options = MakeOptions(options.block_cache_bytes);
  rocksdb::DB* raw = nullptr;
  if (options.read_only) {
    if (!rocksdb::Env::Default()->FileExists(path + "/CURRENT").ok()) {
      return absl::NotFoundError(absl::StrCat("no views at ", path));
    }
    rocksdb_options.create_if_missing = false;
    VOUCHER_RETURN_IF_ERROR(
        ViewsStatus(rocksdb::DB::OpenForReadOnly(rocksdb_options, path, &raw), "opening"));
  } else {
    VOUCHER_RETURN_IF_ERROR(ViewsStatus(rocksdb::DB::Open(rocksdb_options, path, &raw), "opening"));
  }
  std::unique_ptr<rocksdb::DB> db(raw);
  std::string incoming = path + "/incoming";
  if (!options.read_only) {
    // What a crash left there was never added.
    std::error_code error;
    std::filesystem::remove_all(incoming, error);
    if (!error) std::filesystem::create_directory(incoming, error);
    if (error) return absl::UnavailableError(absl::StrCat(incoming, ": ", error.message()));
  }
  return std::shared_ptr<ViewFiles>(
      new ViewFiles(std::move(incoming), options, std::move(rocksdb_options), std::move(db)));
}

void ViewFiles::ReadKeys() {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(options));
  row->SeekToFirst();
  while (row->Valid()) {
    if (closing_.load(std::memory_order_relaxed)) return;
    const absl::string_view key(row->key().data(), row->key().size());
    const auto table = static_cast<uint8_t>(key[0]);
    if (options_.ordered[table]) {
      row->Seek(std::string(1, static_cast<char>(table + 1)));
    } else {
      found_.Add(KeyHash(key));
      row->Next();
    }
  }
  if (row->status().ok()) found_all_.store(true, std::memory_order_release);
}

bool ViewFiles::MayHold(absl::string_view key, uint64_t hash) const {
  return !found_all_.load(std::memory_order_acquire) ||
         options_.ordered[static_cast<uint8_t>(key[0])] || added_.MayContain(hash) ||
         found_.MayContain(hash);
}

absl::Status ViewFiles::Add(const MemoryTable& table) {
  VOUCHER_ASSIGN_OR_RETURN(const std::vector<std::string> paths, WriteSorted(table));
  WaitForCompaction();
  rocksdb::IngestExternalFileOptions options;
  options.move_files = true;
  options.write_global_seqno = false;    // It stands in the manifest.
  options.allow_blocking_flush = false;  // There is nothing to flush.
  // One record of the manifest, synced, after the files are.
  return ViewsStatus(db_->IngestExternalFile(paths, options), "adding files to");
}

absl::StatusOr<std::vector<std::string>> ViewFiles::WriteSorted(const MemoryTable& table) {
  SortedFiles files(rocksdb_options_, absl::StrCat(incoming_, "/", ++files_written_, "-"));
  int table_id = -1;
  for (MemoryTable::Cursor row(&table, MemoryTable::kNewest, {}, kAfterEveryKey); row.valid();
       row.Next()) {
    const auto id = static_cast<uint8_t>(row.key()[0]);
    if (id != table_id) {
      const bool alone =
          table.bytes_of(id) >= kOwnFileBytes ||
          (table_id >= 0 && table.bytes_of(static_cast<uint8_t>(table_id)) >= kOwnFileBytes);
      if (alone) VOUCHER_RETURN_IF_ERROR(files.Cut());
      table_id = id;
    }
    VOUCHER_RETURN_IF_ERROR(files.Add(row.key(), row.version()));
    if (!options_.ordered[id] && !row.version().erased()) added_.Add(KeyHash(row.key()));
  }
  VOUCHER_RETURN_IF_ERROR(files.Cut());
  return files.paths();
}

// Adding files does not slow down by itself when level 0 fills up, as writes to a memtable do.
void ViewFiles::WaitForCompaction() const {
  using Properties = rocksdb::DB::Properties;
  while (Property(*db_, Properties::kNumFilesAtLevelPrefix + "0") >= kMaxLevel0Files &&
         Property(*db_, Properties::kBackgroundErrors) == 0 &&
         (Property(*db_, Properties::kCompactionPending) > 0 ||
          Property(*db_, Properties::kNumRunningCompactions) > 0)) {
    std::this_thread::sleep_for(kCompactionPoll);
  }
}

std::vector<std::pair<std::string, uint64_t>> ViewFiles::Gauges() const {
  static constexpr struct {
    const char* name;
    const std::string* property;
  } kGauges[] = {
      {"views.total_sst_bytes", &rocksdb::DB::Properties::kTotalSstFilesSize},
      {"views.estimated_keys", &rocksdb::DB::Properties::kEstimateNumKeys},
      {"views.pending_compaction_bytes", &rocksdb::DB::Properties::kEstimatePendingCompactionBytes},
      {"views.running_compactions", &rocksdb::DB::Properties::kNumRunningCompactions},
      {"views.block_cache_bytes", &rocksdb::DB::Properties::kBlockCacheUsage},
      {"views.background_errors", &rocksdb::DB::Properties::kBackgroundErrors},
  };
  std::vector<std::pair<std::string, uint64_t>> gauges;
  for (const auto& gauge : kGauges) {
    uint64_t value = 0;
    if (db_->GetIntProperty(*gauge.property, &value)) gauges.emplace_back(gauge.name, value);
  }
  gauges.emplace_back("views.filter_bytes", added_.bytes() + found_.bytes());
  gauges.emplace_back("views.filter_ready", found_all_.load(std::memory_order_relaxed) ? 1 : 0);
  return gauges;
}

StoredRows::StoredRows(std::shared_ptr<ViewFiles> files)
    : files_(std::move(files)), snapshot_(files_->db().GetSnapshot()) {
  options_.snapshot = snapshot_;
}

StoredRows::~StoredRows() {
  files_->db().ReleaseSnapshot(snapshot_);
}

rocksdb::Status StoredRows::Get(absl::string_view key, uint64_t hash, std::string* value) const {
  if (!files_->MayHold(key, hash)) return rocksdb::Status::NotFound();
  return files_->db().Get(options_, ToSlice(key), value);
}

std::unique_ptr<rocksdb::Iterator> StoredRows::Iterate(absl::string_view first,
                                                       const rocksdb::Slice* last,
                                                       bool fill_cache) const {
  rocksdb::ReadOptions options = options_;
  options.iterate_upper_bound = last;
  options.fill_cache = fill_cache;
  std::unique_ptr<rocksdb::Iterator> rows(files_->db().NewIterator(options));
  rows->Seek(ToSlice(first));
  return rows;
}

}  // namespace voucher
