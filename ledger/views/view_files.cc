#include "ledger/views/view_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rocksdb/sst_file_writer.h"
#include <sys/resource.h>

#include "ledger/base/status_macros.h"
#include "ledger/base/thread_name.h"
#include "ledger/views/filter_file.h"

namespace voucher {
namespace {

// The keys of files no larger than this are read while opening.
constexpr uint64_t kReadAtOnceBytes = 4u << 20;
constexpr int kKeyReaderNiceness = 10;  // Nobody waits for it.

// Writes rows in key order to files that do not overlap.
class SortedFiles {
 public:
  // In files named `prefix` and a number.
  SortedFiles(const rocksdb::Options& options, std::string prefix)
      : options_(options), prefix_(std::move(prefix)) {}

  // The row at which a cursor is.
  template <class Cursor>
  absl::Status Add(const Cursor& row) {
    if (!writer_) VOUCHER_RETURN_IF_ERROR(Begin());
    const rocksdb::Status status = row.erased()
                                       ? writer_->Delete(ToSlice(row.key()))
                                       : writer_->Put(ToSlice(row.key()), ToSlice(row.value()));
    if (!status.ok()) return ViewsStatus(status, "writing");
    if (writer_->FileSize() >= ViewDatabase::kMaxFileBytes) return Cut();
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

// Adds keys to a filter, each a little later, when the memory that it needs has come.
class Additions {
 public:
  explicit Additions(KeyFilter* filter) : filter_(*filter) {}
  ~Additions() {
    for (size_t i = count_ - std::min(count_, kPending); i < count_; ++i) AddNow(at(i));
  }
  Additions(const Additions&) = delete;
  Additions& operator=(const Additions&) = delete;

  // `is_new`: it was hardly added before.
  void Add(absl::string_view key, bool is_new) {
    if (count_ >= kPending) AddNow(at(count_));
    const uint64_t hash = KeyFilter::HashOf(key);
    is_new ? filter_.PrefetchNew(hash) : filter_.Prefetch(hash);
    at(count_++) = {hash, is_new};
  }

 private:
  static constexpr size_t kPending = 16;
  struct Pending {
    uint64_t hash;
    bool is_new;
  };

  Pending& at(size_t i) { return pending_[i % kPending]; }
  void AddNow(const Pending& key) { key.is_new ? filter_.AddNew(key.hash) : filter_.Add(key.hash); }

  KeyFilter& filter_;
  std::array<Pending, kPending> pending_{};  // a ring
  size_t count_ = 0;
};

}  // namespace

ViewFiles::ViewFiles(std::string path, const Options& options,
                     std::unique_ptr<ViewDatabase> database)
    : path_(std::move(path)),
      options_(options),
      database_(std::move(database)),
      found_(std::make_unique<KeyFilter>(options.filter_bytes / 2)),
      added_(std::make_unique<KeyFilter>(options.filter_bytes / 2)) {
  if (read_only()) return;
  if (ReadFilters()) return;
  if (database_->total_file_bytes() <= kReadAtOnceBytes) ReadKeys();
}

absl::Status ViewFiles::BeginServing() {
  if (read_only()) return absl::OkStatus();
  VOUCHER_RETURN_IF_ERROR(database_->KeepFilesFew());
  if (found_all_.load(std::memory_order_relaxed) || key_reader_.joinable()) return absl::OkStatus();
  key_reader_ = std::thread([this] {
    NameThisThread("view-keys");
    setpriority(PRIO_PROCESS, 0, kKeyReaderNiceness);  // Of this thread, on Linux.
    ReadKeys();
  });
  return absl::OkStatus();
}

ViewFiles::~ViewFiles() {
  closing_.store(true, std::memory_order_relaxed);
  if (key_reader_.joinable()) key_reader_.join();
  if (!read_only()) WriteFilters();
}

absl::StatusOr<std::shared_ptr<ViewFiles>> ViewFiles::Open(const std::string& path,
                                                           const Options& options) {
  VOUCHER_ASSIGN_OR_RETURN(std::unique_ptr<ViewDatabase> database,
                           ViewDatabase::Open(path, options.block_cache_bytes, options.read_only));
  std::shared_ptr<ViewFiles> files(new ViewFiles(path, options, std::move(database)));
  if (!options.read_only) {
    // What a crash left there was never added.
    std::error_code error;
    std::filesystem::remove_all(files->incoming(), error);
    if (!error) std::filesystem::create_directory(files->incoming(), error);
    if (error) {
      return absl::UnavailableError(absl::StrCat(files->incoming(), ": ", error.message()));
    }
  }
  return files;
}

std::string ViewFiles::State() const {
  std::string state;
  const rocksdb::Status status =
      db().Get(rocksdb::ReadOptions(), family_of(static_cast<uint8_t>(options_.state_key[0])),
               options_.state_key, &state);
  return status.ok() ? state : std::string();
}

bool ViewFiles::ReadFilters() {
  const std::string state = State();
  if (!state.empty() && ReadFilterFile(filter_file(), state, {found_.get(), added_.get()})) {
    filters_are_stored_ = true;
    found_all_.store(true, std::memory_order_release);
    return true;
  }
  found_ = std::make_unique<KeyFilter>(options_.filter_bytes / 2);
  added_ = std::make_unique<KeyFilter>(options_.filter_bytes / 2);
  return false;
}

void ViewFiles::WriteFilters() const {
  if (filters_are_stored_ || !found_all_.load(std::memory_order_relaxed)) return;
  WriteFilterFile(filter_file(), State(), {found_.get(), added_.get()});
}

bool ViewFiles::IsFiltered(uint8_t table) const {
  return !options_.ordered[table];
}

void ViewFiles::ReadKeys() {
  if (FindKeysOf(Growth::kChanging) && FindKeysOf(Growth::kScattered)) {
    found_all_.store(true, std::memory_order_release);
  }
}

bool ViewFiles::FindKeysOf(Growth growth) {
  Additions additions(found_.get());
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> row(
      db().NewIterator(options, database_->family(growth)));
  row->SeekToFirst();
  while (row->Valid()) {
    if (closing_.load(std::memory_order_relaxed)) return false;
    const absl::string_view key(row->key().data(), row->key().size());
    const auto table = static_cast<uint8_t>(key[0]);
    if (IsFiltered(table)) {
      additions.Add(key, /*is_new=*/true);
      row->Next();
    } else {
      row->Seek(std::string(1, static_cast<char>(table + 1)));
    }
  }
  return row->status().ok();
}

bool ViewFiles::HasFilterOf(absl::string_view key) const {
  return IsFiltered(static_cast<uint8_t>(key[0])) && found_all_.load(std::memory_order_acquire);
}

void ViewFiles::Prefetch(absl::string_view key) const {
  if (!HasFilterOf(key)) return;
  const uint64_t hash = KeyFilter::HashOf(key);
  added_->Prefetch(hash);
  found_->Prefetch(hash);
}

bool ViewFiles::MayHold(absl::string_view key) const {
  if (!HasFilterOf(key)) return true;
  const uint64_t hash = KeyFilter::HashOf(key);
  return added_->MayContain(hash) || found_->MayContain(hash);
}

absl::Status ViewFiles::Add(const MemoryTable& table) {
  VOUCHER_ASSIGN_OR_RETURN(
      const ViewDatabase::Files files,
      WriteSorted(MemoryTable::Cursor(&table, MemoryTable::kNewest, {}, kAfterEveryKey)));
  return database_->Add(files);
}

absl::Status ViewFiles::Add(const LoadedRows& rows) {
  VOUCHER_ASSIGN_OR_RETURN(const ViewDatabase::Files files,
                           WriteSorted(LoadedRows::Cursor(&rows, {}, kAfterEveryKey)));
  return database_->Add(files);
}

template <class Cursor>
absl::StatusOr<ViewDatabase::Files> ViewFiles::WriteSorted(Cursor row) {
  const std::string prefix = absl::StrCat(incoming(), "/", ++files_written_, "-");
  const auto begin = [&](Growth growth) {
    return SortedFiles(database_->options(growth),
                       absl::StrCat(prefix, static_cast<int>(growth), "-"));
  };
  std::array<SortedFiles, ViewDatabase::kFamilies.size()> files = {begin(Growth::kChanging),
                                                                   begin(Growth::kScattered)};
  Additions additions(added_.get());
  filters_are_stored_ = false;
  for (; row.valid(); row.Next()) {
    const auto id = static_cast<uint8_t>(row.key()[0]);
    const Growth growth = options_.growth[id];
    VOUCHER_RETURN_IF_ERROR(files[static_cast<size_t>(growth)].Add(row));
    if (IsFiltered(id) && !row.erased()) additions.Add(row.key(), growth == Growth::kScattered);
  }
  ViewDatabase::Files paths;
  for (size_t i = 0; i < files.size(); ++i) {
    VOUCHER_RETURN_IF_ERROR(files[i].Cut());
    paths[i] = files[i].paths();
  }
  return paths;
}

std::vector<std::pair<std::string, uint64_t>> ViewFiles::Gauges() const {
  std::vector<std::pair<std::string, uint64_t>> gauges = database_->Gauges();
  gauges.emplace_back("views.filter_bytes", added_->bytes() + found_->bytes());
  gauges.emplace_back("views.filter_ready", found_all_.load(std::memory_order_relaxed) ? 1 : 0);
  return gauges;
}

}  // namespace voucher
