#include "ledger/views/views.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rocksdb/db.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"
#include "rocksdb/write_batch.h"

#include "ledger/base/big_endian.h"
#include "ledger/base/check.h"
#include "ledger/base/status_macros.h"

namespace voucher {
namespace {

constexpr size_t kWriteBufferBytes = 64u << 20;
constexpr size_t kBlockCacheBytes = 128u << 20;
constexpr int kBloomBitsPerKey = 10;
constexpr char kReachedKey[] = {'\0'};

rocksdb::Slice ToSlice(absl::string_view bytes) {
  return {bytes.data(), bytes.size()};
}
absl::string_view FromSlice(const rocksdb::Slice& bytes) {
  return {bytes.data(), bytes.size()};
}
rocksdb::Slice ReachedKey() {
  return {kReachedKey, sizeof kReachedKey};
}

absl::Status ToStatus(const rocksdb::Status& status, absl::string_view doing) {
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

rocksdb::Options MakeOptions() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.write_buffer_size = kWriteBufferBytes;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 4;
  options.stats_dump_period_sec = 0;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

std::string EncodeReached(const Reached& reached) {
  std::string out;
  AppendU32(reached.evolve_version, &out);
  AppendU64(reached.sequence, &out);
  absl::StrAppend(&out, AsBytes(reached.root), reached.ledger_id);
  return out;
}

std::optional<Reached> DecodeReached(absl::string_view bytes) {
  const std::optional<uint32_t> evolve_version = TakeU32(&bytes);
  const std::optional<uint64_t> sequence = TakeU64(&bytes);
  if (!evolve_version || !sequence || bytes.size() < kHashSize) return std::nullopt;
  return Reached{.ledger_id = std::string(bytes.substr(kHashSize)),
                 .evolve_version = *evolve_version,
                 .sequence = *sequence,
                 .root = *HashFromBytes(bytes.substr(0, kHashSize))};
}

}  // namespace

// The open database; its own RowSource of the newest rows.
class Views::Database final : public RowSource {
 public:
  Database(std::unique_ptr<rocksdb::DB> db, bool read_only)
      : db_(std::move(db)), read_only_(read_only) {}

  rocksdb::DB& db() { return *db_; }
  bool read_only() const { return read_only_; }

  bool Get(absl::string_view key, std::string* value) const override {
    return GetWith(rocksdb::ReadOptions(), key, value);
  }
  void Scan(absl::string_view first, absl::string_view last,
            absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit) const override {
    ScanWith(rocksdb::ReadOptions(), first, last, visit);
  }

  bool GetWith(const rocksdb::ReadOptions& options, absl::string_view key,
               std::string* value) const {
    const rocksdb::Status status = db_->Get(options, ToSlice(key), value);
    VOUCHER_CHECK(status.ok() || status.IsNotFound())
        << "read of a view row: " << status.ToString();
    return status.ok();
  }

  void ScanWith(rocksdb::ReadOptions options, absl::string_view first, absl::string_view last,
                absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit) const {
    const rocksdb::Slice end = ToSlice(last);
    options.iterate_upper_bound = &end;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));
    for (it->Seek(ToSlice(first)); it->Valid(); it->Next()) {
      if (!visit(FromSlice(it->key()), FromSlice(it->value()))) break;
    }
    VOUCHER_CHECK(it->status().ok()) << "scan of view rows: " << it->status().ToString();
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  bool read_only_;
};

class Views::Snapshot final : public RowSource {
 public:
  explicit Snapshot(std::shared_ptr<Database> database)
      : database_(std::move(database)), snapshot_(database_->db().GetSnapshot()) {
    options_.snapshot = snapshot_;
  }
  ~Snapshot() override { database_->db().ReleaseSnapshot(snapshot_); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  bool Get(absl::string_view key, std::string* value) const override {
    return database_->GetWith(options_, key, value);
  }
  void Scan(absl::string_view first, absl::string_view last,
            absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit) const override {
    database_->ScanWith(options_, first, last, visit);
  }

 private:
  std::shared_ptr<Database> database_;
  const rocksdb::Snapshot* snapshot_;
  rocksdb::ReadOptions options_;
};

Views::Views(std::shared_ptr<Database> database, std::optional<Reached> reached)
    : database_(std::move(database)), reached_(std::move(reached)) {}

Views::~Views() {
  Flush().IgnoreError();
}

absl::StatusOr<std::unique_ptr<Views>> Views::Open(const std::string& path) {
  return OpenWith(path, false);
}

absl::StatusOr<std::unique_ptr<Views>> Views::OpenReadOnly(const std::string& path) {
  return OpenWith(path, true);
}

absl::StatusOr<std::unique_ptr<Views>> Views::OpenWith(const std::string& path, bool read_only) {
  rocksdb::Options options = MakeOptions();
  rocksdb::DB* raw = nullptr;
  rocksdb::Status status;
  if (read_only) {
    if (!rocksdb::Env::Default()->FileExists(path + "/CURRENT").ok()) {
      return absl::NotFoundError(absl::StrCat("no views at ", path));
    }
    options.create_if_missing = false;
    status = rocksdb::DB::OpenForReadOnly(options, path, &raw);
  } else {
    status = rocksdb::DB::Open(options, path, &raw);
  }
  VOUCHER_RETURN_IF_ERROR(ToStatus(status, "opening"));
  auto database = std::make_shared<Database>(std::unique_ptr<rocksdb::DB>(raw), read_only);
  std::optional<Reached> reached;
  std::string bytes;
  status = raw->Get(rocksdb::ReadOptions(), ReachedKey(), &bytes);
  if (!status.IsNotFound()) {
    VOUCHER_RETURN_IF_ERROR(ToStatus(status, "reading"));
    reached = DecodeReached(bytes);
    if (!reached) {
      return ToStatus(rocksdb::Status::Corruption("undecodable reached row"), "reading");
    }
  }
  return std::unique_ptr<Views>(new Views(std::move(database), std::move(reached)));
}

absl::Status Views::Apply(const Overlay& layer, const Reached& reached) {
  rocksdb::WriteBatch batch;
  layer.ForEachChange([&](const std::string& key, const std::string* value) {
    const rocksdb::Status status = value != nullptr ? batch.Put(key, *value) : batch.Delete(key);
    VOUCHER_CHECK(status.ok()) << status.ToString();
  });
  VOUCHER_RETURN_IF_ERROR(
      ToStatus(batch.Put(ReachedKey(), EncodeReached(reached)), "preparing a batch for"));
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  VOUCHER_RETURN_IF_ERROR(ToStatus(database_->db().Write(options, &batch), "writing"));
  reached_ = reached;
  return absl::OkStatus();
}

absl::Status Views::Flush() {
  if (database_->read_only()) return absl::OkStatus();
  return ToStatus(database_->db().Flush(rocksdb::FlushOptions()), "flushing");
}

const RowSource& Views::newest() const {
  return *database_;
}

std::shared_ptr<const RowSource> Views::NewSnapshot() const {
  return std::make_shared<Snapshot>(database_);
}

absl::StatusOr<Hash> Views::Digest() const {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  Sha256 sha256;
  std::string length;
  const auto add = [&](absl::string_view bytes) {
    length.clear();
    AppendU32(static_cast<uint32_t>(bytes.size()), &length);
    sha256.Update(length);
    sha256.Update(bytes);
  };
  // An iterator is a snapshot.
  const std::unique_ptr<rocksdb::Iterator> it(database_->db().NewIterator(options));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    add(FromSlice(it->key()));
    add(FromSlice(it->value()));
  }
  VOUCHER_RETURN_IF_ERROR(ToStatus(it->status(), "reading"));
  return sha256.Finish();
}

std::vector<std::pair<std::string, uint64_t>> Views::Gauges() const {
  static constexpr struct {
    const char* name;
    const std::string* property;
  } kGauges[] = {
      {"views.total_sst_bytes", &rocksdb::DB::Properties::kTotalSstFilesSize},
      {"views.memtable_bytes", &rocksdb::DB::Properties::kCurSizeAllMemTables},
      {"views.estimated_keys", &rocksdb::DB::Properties::kEstimateNumKeys},
      {"views.pending_compaction_bytes", &rocksdb::DB::Properties::kEstimatePendingCompactionBytes},
      {"views.running_compactions", &rocksdb::DB::Properties::kNumRunningCompactions},
      {"views.block_cache_bytes", &rocksdb::DB::Properties::kBlockCacheUsage},
      {"views.background_errors", &rocksdb::DB::Properties::kBackgroundErrors},
  };
  std::vector<std::pair<std::string, uint64_t>> gauges;
  for (const auto& gauge : kGauges) {
    uint64_t value = 0;
    if (database_->db().GetIntProperty(*gauge.property, &value)) {
      gauges.emplace_back(gauge.name, value);
    }
  }
  return gauges;
}

}  // namespace voucher
