#include "ledger/catch_up.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/arena.h"

#include "ledger/base/mutex.h"
#include "ledger/base/sha256.h"
#include "ledger/base/status_macros.h"
#include "ledger/base/thread_name.h"
#include "ledger/machine/machine.h"

namespace voucher {
namespace {

constexpr uint64_t kBatch = 1'024;
constexpr size_t kArenaBytes = size_t{2} << 20;  // for most batches
constexpr size_t kBatchBytes = size_t{8} << 20;
constexpr size_t kMaxBatchesAhead = 4;
constexpr std::chrono::milliseconds kProgressEvery{300};
constexpr size_t kMaxCachedRows = 1 << 20;  // of each table

// Entries that follow one another, parsed.
struct Batch {
  std::unique_ptr<char[]> memory{new char[kArenaBytes]};
  google::protobuf::Arena arena{memory.get(), kArenaBytes};
  std::vector<const v1::Entry*> entries;  // on the arena
  uint64_t last = 0;
};

// At most the entries to `last`, at least one if there is any, in the place of what was in `batch`.
absl::Status ReadBatch(const Journal& journal, uint64_t first, uint64_t last, Batch* batch) {
  batch->entries.clear();
  batch->arena.Reset();
  batch->last = first - 1;
  uint64_t unparsed = 0;
  size_t bytes = 0;
  VOUCHER_RETURN_IF_ERROR(
      journal.ReadEntries(first, last, [&](uint64_t sequence, absl::string_view stored) {
        auto* entry = google::protobuf::Arena::CreateMessage<v1::Entry>(&batch->arena);
        if (!entry->ParseFromArray(stored.data(), static_cast<int>(stored.size()))) {
          unparsed = sequence;
          return false;
        }
        batch->entries.push_back(entry);
        batch->last = sequence;
        bytes += stored.size();
        return bytes < kBatchBytes;
      }));
  if (unparsed != 0) {
    return absl::DataLossError(absl::StrCat("entry ", unparsed, " cannot be parsed"));
  }
  return absl::OkStatus();
}

// Reads and parses the next batches on a thread of its own while the caller evolves one. That
// thread also frees them: the allocator is slow where one thread only allocates and another only
// frees.
class ReaderAhead {
 public:
  // Of the entries after `done` to `end`; one batch, which is empty, if there are none.
  ReaderAhead(const Journal& journal, uint64_t done, uint64_t end)
      : thread_([this, &journal, done, end] { Run(journal, done, end); }) {}

  ~ReaderAhead() {
    {
      const MutexLock lock(mutex_);
      stopping_ = true;
      changed_.NotifyAll();
    }
    thread_.join();
  }

  // The next one, which lives until the next call. Not to be called after the last one or an error.
  absl::StatusOr<const Batch*> Next() VOUCHER_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    if (current_ != nullptr) spent_.push_back(std::move(current_));
    while (ahead_.empty() && failed_.ok()) changed_.Wait(mutex_);
    if (ahead_.empty()) return failed_;
    current_ = std::move(ahead_.front());
    ahead_.pop_front();
    changed_.NotifyAll();
    return current_.get();
  }

 private:
  void Run(const Journal& journal, uint64_t done, uint64_t end) VOUCHER_EXCLUDES(mutex_) {
    NameThisThread("entry-reader");
    while (std::unique_ptr<Batch> batch = Empty()) {
      const absl::Status read =
          ReadBatch(journal, done + 1, std::min(done + kBatch, end), batch.get());
      done = batch->last;
      const MutexLock lock(mutex_);
      if (read.ok()) {
        ahead_.push_back(std::move(batch));
      } else {
        failed_ = read;
      }
      changed_.NotifyAll();
      if (!read.ok() || done == end) return;
    }
  }

  // One to read into, when not too many are ahead; nullptr to stop.
  std::unique_ptr<Batch> Empty() VOUCHER_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    while (ahead_.size() >= kMaxBatchesAhead && !stopping_) changed_.Wait(mutex_);
    if (stopping_) return nullptr;
    if (spent_.empty()) return std::make_unique<Batch>();
    std::unique_ptr<Batch> batch = std::move(spent_.back());
    spent_.pop_back();
    return batch;
  }

  Mutex mutex_;
  CondVar changed_;
  std::deque<std::unique_ptr<Batch>> ahead_ VOUCHER_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<Batch>> spent_ VOUCHER_GUARDED_BY(mutex_);
  std::unique_ptr<Batch> current_ VOUCHER_GUARDED_BY(mutex_);  // the caller's
  absl::Status failed_ VOUCHER_GUARDED_BY(mutex_);
  bool stopping_ VOUCHER_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

void EvolveAll(absl::Span<const v1::Entry* const> entries, HotView* state) {
  while (!entries.empty()) {
    const auto next = entries.subspan(0, kWarmAhead);
    Warm(*state, next);
    for (const v1::Entry* entry : next) Evolve(*entry, state);
    entries.remove_prefix(next.size());
  }
}

// Holds the rows that most entries change, if there are so many entries that they will find a good
// part of them.
void HoldBusyRows(uint64_t entries, HotView* state) {
  constexpr uint64_t kRowsForEachFind = 4;
  const rows::CountersRow* counters = state->Find<tables::Counters>({});
  if (counters == nullptr) return;
  const auto is_worth_it = [&](uint64_t rows) {
    return rows <= kMaxCachedRows && rows <= kRowsForEachFind * entries;
  };
  const bool accounts = is_worth_it(counters->account());
  const bool vouchers = is_worth_it(counters->voucher());
  std::thread beside;  // Tables share nothing.
  if (vouchers) beside = std::thread([&] { state->HoldAll<tables::Vouchers>(); });
  if (accounts) state->HoldAll<tables::Accounts>();
  if (beside.joinable()) beside.join();
}

// Whether to load what `evolved` entries changed, when as many as `left` follow: as much as the
// views ever hold in a table, since rows that change often are then written seldom, and where what
// is left is less than two such pieces, half of it, since a piece is written while the next is
// evolved.
bool IsPiece(const Overlay& state, const ViewsOptions& options, uint64_t evolved, uint64_t left) {
  if (state.passing_bytes() >= 2 * options.table_bytes) return true;
  const size_t largest = 2 * options.table_rows;
  const size_t all = state.changes() + state.changes() * left / evolved;  // if it goes on like this
  return all > largest && state.changes() >= std::min(largest, all / 2);
}

}  // namespace

absl::Status CatchUpViews(const Journal& journal, const LedgerOptions& options, Views* views) {
  const uint64_t end = journal.end_sequence();
  uint64_t done = views->reached() ? views->reached()->sequence : 0;
  if (views->reached() && done == end) return absl::OkStatus();
  ReaderAhead reader(journal, done, end);
  HotView state(&views->newest(), kMaxCachedRows);
  HoldBusyRows(end - done, &state);
  uint64_t loaded = done;
  auto next_progress = std::chrono::steady_clock::now();
  do {
    VOUCHER_ASSIGN_OR_RETURN(const Batch* const batch, reader.Next());
    EvolveAll(batch->entries, &state);
    done = batch->last;
    if (done == end || IsPiece(state, views->options(), done - loaded, end - done)) {
      VOUCHER_RETURN_IF_ERROR(views->Flush());  // what was loaded last
      state.StoredIn(&views->newest());
      VOUCHER_ASSIGN_OR_RETURN(const Hash root, journal.RootAt(done));
      VOUCHER_RETURN_IF_ERROR(views->Load(
          state.TakeChanges(), {.ledger_id = journal.ledger_id(), .sequence = done, .root = root}));
      loaded = done;
    }
    if (options.on_rebuild_progress &&
        (done == end || std::chrono::steady_clock::now() >= next_progress)) {
      options.on_rebuild_progress(done, end);
      next_progress = std::chrono::steady_clock::now() + kProgressEvery;
    }
  } while (done < end);
  return absl::OkStatus();
}

}  // namespace voucher
