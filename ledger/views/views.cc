#include "ledger/views/views.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include <sys/resource.h>

#include "ledger/base/big_endian.h"
#include "ledger/base/status_macros.h"
#include "ledger/base/thread_name.h"
#include "ledger/state/tables.h"
#include "ledger/views/layers.h"
#include "ledger/views/memory_table.h"
#include "ledger/views/view_files.h"

namespace voucher {
namespace {

using SteadyClock = std::chrono::steady_clock;

// How often the thread looks whether the last reader of a written table is gone.
constexpr std::chrono::milliseconds kRetiredPoll{100};
constexpr absl::string_view kReachedKey("\0", 1);
// The thread that writes tables out has seconds of work at a time, and threads that answer callers
// should not wait for it; it still needs its share of a machine that is busy. For what is loaded
// somebody waits.
constexpr int kWriterNiceness = 5;

constexpr OrderedTables kOrderedTables = [] {
  OrderedTables ordered{};
#define VOUCHER_ORDERED(Name, ...) ordered[tables::Name::kId] = tables::Name::kOrdered;
  VOUCHER_TABLES(VOUCHER_ORDERED)
#undef VOUCHER_ORDERED
  return ordered;
}();

constexpr GrowthOfTables kGrowthOfTables = [] {
  GrowthOfTables growth{};
#define VOUCHER_GROWTH(Name, ...) growth[tables::Name::kId] = tables::Name::kGrowth;
  VOUCHER_TABLES(VOUCHER_GROWTH)
#undef VOUCHER_GROWTH
  return growth;
}();

uint64_t NanosSince(SteadyClock::time_point start) {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(SteadyClock::now() - start).count());
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

absl::StatusOr<std::optional<Reached>> ReadReached(const ViewFiles& files) {
  std::string bytes;
  const rocksdb::Status status = files.db().Get(
      rocksdb::ReadOptions(), rocksdb::Slice(kReachedKey.data(), kReachedKey.size()), &bytes);
  if (status.IsNotFound()) return std::nullopt;
  VOUCHER_RETURN_IF_ERROR(ViewsStatus(status, "reading"));
  std::optional<Reached> reached = DecodeReached(bytes);
  if (!reached) {
    return ViewsStatus(rocksdb::Status::Corruption("undecodable reached row"), "reading");
  }
  return reached;
}

}  // namespace

Views::Views(std::shared_ptr<ViewFiles> files, const Options& options,
             std::optional<Reached> reached)
    : options_(options), files_(std::move(files)), reached_(std::move(reached)) {
  MutexLock lock(mutex_);
  now_.layers = std::make_shared<const Layers>(
      Layers{.active = NewTable(), .stored = std::make_shared<const StoredRows>(files_)});
  newest_ = std::make_unique<LayeredRows>(now_.layers, MemoryTable::kNewest);
  if (!files_->read_only()) thread_ = std::thread([this] { Run(); });
}

Views::~Views() {
  Flush().IgnoreError();
  if (!thread_.joinable()) return;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

absl::StatusOr<std::unique_ptr<Views>> Views::Open(const std::string& path,
                                                   const Options& options) {
  return OpenWith(path, options, false);
}

absl::StatusOr<std::unique_ptr<Views>> Views::OpenReadOnly(const std::string& path,
                                                           const Options& options) {
  return OpenWith(path, options, true);
}

absl::StatusOr<std::unique_ptr<Views>> Views::OpenWith(const std::string& path,
                                                       const Options& options, bool read_only) {
  VOUCHER_ASSIGN_OR_RETURN(std::shared_ptr<ViewFiles> files,
                           ViewFiles::Open(path, {.read_only = read_only,
                                                  .ordered = kOrderedTables,
                                                  .growth = kGrowthOfTables,
                                                  .state_key = std::string(kReachedKey),
                                                  .block_cache_bytes = options.block_cache_bytes,
                                                  .filter_bytes = options.filter_bytes}));
  VOUCHER_ASSIGN_OR_RETURN(std::optional<Reached> reached, ReadReached(*files));
  return std::unique_ptr<Views>(new Views(std::move(files), options, std::move(reached)));
}

std::shared_ptr<MemoryTable> Views::NewTable() const {
  return std::make_shared<MemoryTable>(options_.table_rows, kOrderedTables);
}

absl::Status Views::CheckWritable() const {
  if (!files_->read_only()) return absl::OkStatus();
  return absl::UnavailableError("writing the views: they are open read-only");
}

absl::Status Views::Apply(const RowChanges& changes, const Reached& reached) {
  VOUCHER_RETURN_IF_ERROR(CheckWritable());
  VOUCHER_RETURN_IF_ERROR(MakeRoom());
  MemoryTable& table = *newest_->layers().active;
  const size_t rows_before = table.rows();
  for (const RowChange& change : changes) {
    change.erased ? table.Erase(change.key()) : table.Put(change.key(), change.value());
  }
  table.Put(kReachedKey, EncodeReached(reached));
  const uint32_t group = table.EndGroup();
  last_rows_ = table.rows() - rows_before;
  reached_ = reached;
  MutexLock lock(mutex_);
  now_.group = group;
  return absl::OkStatus();
}

absl::Status Views::Load(std::shared_ptr<const RowChanges> changes, const Reached& reached) {
  VOUCHER_RETURN_IF_ERROR(CheckWritable());
  MutexLock lock(mutex_);
  VOUCHER_RETURN_IF_ERROR(failed_);
  VOUCHER_CHECK(now_.group == 0 && !IsWriting()) << "what came before is not flushed";
  loading_ = std::make_shared<LoadedRows>(std::move(changes), kReachedKey, EncodeReached(reached));
  now_.layers = std::make_shared<const Layers>(
      Layers{.active = now_.layers->active, .stored = now_.layers->stored, .loaded = loading_});
  newest_->MoveTo(now_.layers);
  reached_ = reached;
  changed_.NotifyAll();
  return absl::OkStatus();
}

bool Views::writing() const {
  MutexLock lock(mutex_);
  return IsWriting();
}

absl::Status Views::Flush() {
  if (files_->read_only()) return absl::OkStatus();
  MutexLock lock(mutex_);
  WaitUntilWritten();
  if (failed_.ok() && now_.group > 0) {
    Freeze();
    WaitUntilWritten();
  }
  newest_->MoveTo(now_.layers);
  return failed_;
}

absl::Status Views::MakeRoom() {
  MutexLock lock(mutex_);
  if (Fill() >= 1'000) {
    if (IsWriting()) WaitForRoom();
    if (failed_.ok() && !IsWriting()) Freeze();
  }
  newest_->MoveTo(now_.layers);
  return failed_;
}

// Half a table over, Apply takes as long as writing out what the last one brought: then whoever
// fills cannot be faster than what empties, and nobody ever waits for a whole table.
void Views::WaitForRoom() {
  const auto start = SteadyClock::now();
  const size_t over = Fill() - 1'000;
  if (over >= 1'000) {
    WaitUntilWritten();
  } else {
    const auto end =
        start + std::chrono::nanoseconds(last_rows_ * write_ns_per_row_ * 2 * over / 1'000);
    while (IsWriting() && changed_.WaitUntil(mutex_, end)) {
    }
  }
  ++waits_;
  waited_ns_ += NanosSince(start);
}

void Views::WaitUntilWritten() {
  while (IsWriting()) changed_.Wait(mutex_);
}

bool Views::IsWriting() const {
  return failed_.ok() && (now_.layers->frozen != nullptr || loading_ != nullptr);
}

size_t Views::Fill() const {
  const MemoryTable& table = *now_.layers->active;
  return std::max(table.rows() * 1'000 / options_.table_rows,
                  table.bytes() * 1'000 / options_.table_bytes);
}

void Views::Freeze() {
  now_ = {.layers = std::make_shared<const Layers>(Layers{
              .active = NewTable(), .frozen = now_.layers->active, .stored = now_.layers->stored})};
  changed_.NotifyAll();
}

void Views::Run() {
  NameThisThread("view-writer");
  // Written, but perhaps still read. Freed here, where nobody waits for it.
  std::vector<std::shared_ptr<const void>> retired;
  for (bool stopping = false; !stopping;) {
    std::shared_ptr<const MemoryTable> frozen;
    std::shared_ptr<LoadedRows> loading;
    {
      MutexLock lock(mutex_);
      while (!stopping_ && !IsWriting()) {
        if (retired.empty()) {
          changed_.Wait(mutex_);
        } else if (!changed_.WaitFor(mutex_, kRetiredPoll)) {
          break;
        }
      }
      if (IsWriting()) {
        frozen = now_.layers->frozen;
        loading = loading_;
      }
      stopping = stopping_;
    }
    std::erase_if(retired, [](const auto& rows) { return rows.use_count() == 1; });
    if (loading != nullptr) {
      WriteOut(loading.get());
      retired.push_back(std::move(loading));
    }
    if (frozen != nullptr) {
      WriteOut(*frozen);
      retired.push_back(std::move(frozen));
    }
  }
}

void Views::WriteOut(const MemoryTable& table) {
  if (!std::exchange(gives_way_, true)) {
    setpriority(PRIO_PROCESS, 0, kWriterNiceness);  // of this thread, on Linux
  }
  const auto start = SteadyClock::now();
  const absl::Status added = files_->Add(table);
  EndWriting(added, NanosSince(start) / std::max<size_t>(table.rows(), 1));
}

void Views::WriteOut(LoadedRows* loaded) {
  loaded->Sort();
  EndWriting(files_->Add(*loaded), std::nullopt);
}

void Views::EndWriting(const absl::Status& added, std::optional<uint64_t> ns_per_row) {
  std::shared_ptr<const StoredRows> stored;
  if (added.ok()) stored = std::make_shared<const StoredRows>(files_);
  MutexLock lock(mutex_);
  failed_ = added;
  loading_.reset();
  if (added.ok()) {
    now_.layers = std::make_shared<const Layers>(
        Layers{.active = now_.layers->active, .stored = std::move(stored)});
    write_ns_per_row_ = ns_per_row.value_or(write_ns_per_row_);
  }
  changed_.NotifyAll();
}

absl::Status Views::BeginServing() {
  return files_->BeginServing();
}

const RowSource& Views::newest() const {
  return *newest_;
}

Views::Moment Views::Now() const {
  MutexLock lock(mutex_);
  return now_;
}

std::shared_ptr<const RowSource> Views::NewSnapshot() const {
  Moment now = Now();
  return std::make_shared<const LayeredRows>(std::move(now.layers), now.group);
}

absl::StatusOr<Hash> Views::Digest() const {
  Sha256 sha256;
  std::string length;
  const auto add = [&](absl::string_view bytes) {
    length.clear();
    AppendU32(static_cast<uint32_t>(bytes.size()), &length);
    sha256.Update(length);
    sha256.Update(bytes);
  };
  constexpr bool kFillCache = false;
  const Moment now = Now();
  VOUCHER_RETURN_IF_ERROR(now.layers->Scan(now.group, {}, kAfterEveryKey, kFillCache,
                                           [&](absl::string_view key, absl::string_view value) {
                                             add(key);
                                             add(value);
                                             return true;
                                           }));
  return sha256.Finish();
}

std::vector<std::pair<std::string, uint64_t>> Views::Gauges() const {
  std::vector<std::pair<std::string, uint64_t>> gauges = files_->Gauges();
  MutexLock lock(mutex_);
  const Layers& layers = *now_.layers;
  const auto sum = [&](size_t (MemoryTable::*of)() const) {
    return (layers.active.get()->*of)() +
           (layers.frozen != nullptr ? (layers.frozen.get()->*of)() : 0);
  };
  gauges.emplace_back("views.memory_rows", sum(&MemoryTable::rows));
  gauges.emplace_back("views.memory_bytes", sum(&MemoryTable::bytes));
  gauges.emplace_back("views.apply_waits", waits_);
  gauges.emplace_back("views.apply_wait_seconds", waited_ns_ / 1'000'000'000);
  return gauges;
}

}  // namespace voucher
