#include "ledger/views/view_database.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rocksdb/cache.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/table.h"
#include "rocksdb/universal_compaction.h"

#include "ledger/base/status_macros.h"

namespace voucher {
namespace {

using Properties = rocksdb::DB::Properties;

constexpr int kBloomBitsPerKey = 10;
// Files in level 0, of which one comes at a time. Each costs a read of a row one probe of a filter,
// and a scan one more place to look. From so many on they are compacted.
constexpr int kLevel0Files = 8;
constexpr int kLevel0FilesAtFirst = 32;
// As many runs of rows that never change, in level 0 and below, are merged at a time: the more, the
// less often a row is rewritten.
constexpr int kRuns = 32;
// Nothing is added to so many: reads would become slow before compaction catches up. Of scattered
// rows only scans and repeated requests are slower for it.
constexpr uint64_t kMaxLevel0Files = 64;
constexpr uint64_t kMaxRuns = 512;
constexpr std::chrono::milliseconds kCompactionPoll{20};
// Of adding nothing is to wait for, but for the above.
constexpr int kNever = std::numeric_limits<int>::max();

rocksdb::Options MakeOptions(Growth growth, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.write_buffer_size = 1u << 20;  // Never used.
  options.max_background_jobs = 4;  // One compacts; three if level 0 is twice what it should be.
  options.compression = rocksdb::kLZ4Compression;
  options.target_file_size_base = ViewDatabase::kMaxFileBytes;
  options.bytes_per_sync = 1u << 20;  // No burst at the end that the journal would wait for.
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 4;
  options.stats_dump_period_sec = 0;
  options.level0_slowdown_writes_trigger = kNever;
  options.level0_stop_writes_trigger = kNever;
  if (growth == Growth::kScattered) {
    options.compaction_style = rocksdb::kCompactionStyleUniversal;
    options.level0_file_num_compaction_trigger = kRuns;
    // Of rows that never change no older version takes room: never merge all for that, or for age.
    options.compaction_options_universal.max_size_amplification_percent = 1'000'000;
    options.ttl = 0;
    options.periodic_compaction_seconds = 0;
  } else {
    options.level0_file_num_compaction_trigger = kLevel0FilesAtFirst;
    options.level_compaction_dynamic_level_bytes = true;
    options.max_bytes_for_level_base = 512u << 20;
  }
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  table.format_version = 5;
  table.block_size = 8u << 10;
  // Filters and indexes are always in memory, and counted in the cache's.
  table.cache_index_and_filter_blocks = true;
  table.metadata_cache_options.unpartitioned_pinning = rocksdb::PinningTier::kAll;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

const std::string& NameOf(Growth growth) {
  static const std::string kScatteredName("scattered");
  return growth == Growth::kScattered ? kScatteredName : rocksdb::kDefaultColumnFamilyName;
}

uint64_t Property(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family, const std::string& name) {
  uint64_t value = 0;
  std::string text;
  if (!db.GetIntProperty(family, name, &value) && db.GetProperty(family, name, &text)) {
    value = std::strtoull(text.c_str(), nullptr, 10);  // Some are numbers only as text.
  }
  return value;
}

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

absl::StatusOr<std::unique_ptr<ViewDatabase>> ViewDatabase::Open(const std::string& path,
                                                                 size_t block_cache_bytes,
                                                                 bool read_only) {
  const bool exists = rocksdb::Env::Default()->FileExists(path + "/CURRENT").ok();
  if (read_only && !exists) return absl::NotFoundError(absl::StrCat("no views at ", path));
  std::unique_ptr<ViewDatabase> database(new ViewDatabase);
  const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(block_cache_bytes);
  std::vector<std::string> there;
  if (exists) {
    VOUCHER_RETURN_IF_ERROR(ViewsStatus(
        rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), path, &there), "opening"));
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  std::array<size_t, kFamilies.size()> place_of{};
  for (const Growth growth : kFamilies) {
    const auto i = static_cast<size_t>(growth);
    database->options_[i] = MakeOptions(growth, cache);
    const bool is_there = std::erase(there, NameOf(growth)) > 0;
    if (read_only && !is_there) continue;
    place_of[i] = families.size();
    families.emplace_back(NameOf(growth), database->options_[i]);
  }
  // What is left is of another version, which may come back. RocksDB must be told of it to write.
  for (const std::string& name : there) {
    if (!read_only) families.emplace_back(name, database->options_[0]);
  }
  const rocksdb::DBOptions& options = database->options_[0];
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*>& opened = database->opened_;
  VOUCHER_RETURN_IF_ERROR(
      ViewsStatus(read_only ? rocksdb::DB::OpenForReadOnly(options, path, families, &opened, &db)
                            : rocksdb::DB::Open(options, path, families, &opened, &db),
                  "opening"));
  database->db_.reset(db);
  for (size_t i = 0; i < kFamilies.size(); ++i) database->families_[i] = opened[place_of[i]];
  return database;
}

ViewDatabase::~ViewDatabase() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* family : opened_) {
    db_->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  }
}

absl::Status ViewDatabase::Add(const Files& files) {
  WaitForCompaction(Growth::kChanging, kMaxLevel0Files);
  WaitForCompaction(Growth::kScattered, kMaxRuns);
  std::vector<rocksdb::IngestExternalFileArg> arguments;
  for (const Growth growth : kFamilies) {
    const std::vector<std::string>& paths = files[static_cast<size_t>(growth)];
    if (paths.empty()) continue;
    rocksdb::IngestExternalFileArg& argument = arguments.emplace_back();
    argument.column_family = family(growth);
    argument.external_files = paths;
    argument.options.move_files = true;
    argument.options.write_global_seqno = false;    // It stands in the manifest.
    argument.options.allow_blocking_flush = false;  // There is nothing to flush.
  }
  // One atomic group of the manifest, synced, after the files are.
  return ViewsStatus(db_->IngestExternalFiles(arguments), "adding files to");
}

absl::Status ViewDatabase::KeepFilesFew() {
  return ViewsStatus(
      db_->SetOptions(family(Growth::kChanging),
                      {{"level0_file_num_compaction_trigger", absl::StrCat(kLevel0Files)}}),
      "compacting");
}

uint64_t ViewDatabase::Level0Files(Growth growth) const {
  return Property(*db_, family(growth), Properties::kNumFilesAtLevelPrefix + "0");
}

void ViewDatabase::WaitForCompaction(Growth growth, uint64_t max_files) const {
  rocksdb::ColumnFamilyHandle* const handle = family(growth);
  while (Level0Files(growth) >= max_files &&
         Property(*db_, handle, Properties::kBackgroundErrors) == 0 &&
         (Property(*db_, handle, Properties::kCompactionPending) > 0 ||
          Property(*db_, handle, Properties::kNumRunningCompactions) > 0)) {
    std::this_thread::sleep_for(kCompactionPoll);
  }
}

uint64_t ViewDatabase::total_file_bytes() const {
  uint64_t bytes = 0;
  db_->GetAggregatedIntProperty(Properties::kTotalSstFilesSize, &bytes);
  return bytes;
}

std::vector<std::pair<std::string, uint64_t>> ViewDatabase::Gauges() const {
  std::vector<std::pair<std::string, uint64_t>> gauges;
  const auto add = [&](const char* name, const std::string& property, auto get) {
    uint64_t value = 0;
    if (get(property, &value)) gauges.emplace_back(name, value);
  };
  const auto sum = [&](const std::string& property, uint64_t* value) {
    return db_->GetAggregatedIntProperty(property, value);
  };
  // What is not a family's but the whole database's.
  const auto whole = [&](const std::string& property, uint64_t* value) {
    return db_->GetIntProperty(property, value);
  };
  add("views.total_sst_bytes", Properties::kTotalSstFilesSize, sum);
  add("views.estimated_keys", Properties::kEstimateNumKeys, sum);
  add("views.pending_compaction_bytes", Properties::kEstimatePendingCompactionBytes, sum);
  add("views.running_compactions", Properties::kNumRunningCompactions, whole);
  add("views.block_cache_bytes", Properties::kBlockCacheUsage, whole);
  add("views.background_errors", Properties::kBackgroundErrors, whole);
  for (const Growth growth : kFamilies) {
    gauges.emplace_back(absl::StrCat("views.level0_files_",
                                     growth == Growth::kChanging ? "changing" : NameOf(growth)),
                        Level0Files(growth));
  }
  return gauges;
}

}  // namespace voucher
