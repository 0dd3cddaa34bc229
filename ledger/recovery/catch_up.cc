#include "ledger/recovery/catch_up.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
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
#include "ledger/machine/redemptions.h"

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
  size_t stored_bytes = 0;
  uint64_t last = 0;

  void Clear() {
    entries.clear();
    arena.Reset();
    stored_bytes = 0;
  }

  // False: it cannot be parsed.
  bool Add(uint64_t sequence, absl::string_view stored) {
    auto* entry = google::protobuf::Arena::CreateMessage<v1::Entry>(&arena);
    if (!entry->ParseFromArray(stored.data(), static_cast<int>(stored.size()))) return false;
    entries.push_back(entry);
    stored_bytes += stored.size();
    last = sequence;
    return true;
  }

  bool IsFull() const { return entries.size() == kBatch || stored_bytes >= kBatchBytes; }
};

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
    std::unique_ptr<Batch> batch = Empty();
    if (batch == nullptr) return;
    batch->last = done;
    uint64_t unparsed = 0;
    absl::Status read =
        journal.ReadEntries(done + 1, end, [&](uint64_t sequence, absl::string_view stored) {
          if (batch == nullptr) return false;
          if (!batch->Add(sequence, stored)) {
            unparsed = sequence;
            return false;
          }
          if (batch->IsFull() && sequence < end) {
            Push(std::move(batch));
            batch = Empty();
          }
          return true;
        });
    if (unparsed != 0) {
      read = absl::DataLossError(absl::StrCat("entry ", unparsed, " cannot be parsed"));
    }
    if (read.ok() && batch != nullptr) Push(std::move(batch));
    const MutexLock lock(mutex_);
    failed_ = read;
    changed_.NotifyAll();
  }

  void Push(std::unique_ptr<Batch> batch) VOUCHER_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    ahead_.push_back(std::move(batch));
    changed_.NotifyAll();
  }

  // One to read into, when not too many are ahead; nullptr: to stop.
  std::unique_ptr<Batch> Empty() VOUCHER_EXCLUDES(mutex_) {
    std::unique_ptr<Batch> batch;
    {
      const MutexLock lock(mutex_);
      while (ahead_.size() >= kMaxBatchesAhead && !stopping_) changed_.Wait(mutex_);
      if (stopping_) return nullptr;
      if (spent_.empty()) return std::make_unique<Batch>();
      batch = std::move(spent_.back());
      spent_.pop_back();
    }
    batch->Clear();
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

// FAILED_PRECONDITION: an entry of an older version.
absl::Status EvolveAll(absl::Span<const v1::Entry* const> entries, WriterRows* state) {
  while (!entries.empty()) {
    const auto next = entries.subspan(0, kPrefetchAhead);
    Prefetch(*state, next);
    for (const v1::Entry* entry : next) {
      if (!IsNumberedByEntry(*entry)) {
        return absl::FailedPreconditionError(
            absl::StrCat("entry ", entry->sequence(), " ", kNumberedOtherwise));
      }
      Evolve(*entry, state);
    }
    entries.remove_prefix(next.size());
  }
  return absl::OkStatus();
}

// Holds the rows that most entries change, if there are so many entries that they will find a good
// part of them.
void HoldBusyRows(uint64_t entries, WriterRows* state) {
  constexpr uint64_t kRowsForEachFind = 4;
  const rows::CountersRow* counters = state->Find<tables::Counters>({});
  if (counters == nullptr) return;
  const auto is_worth_it = [&](uint64_t rows) {
    return rows <= kMaxCachedRows && rows <= kRowsForEachFind * entries;
  };
  const bool accounts = is_worth_it(counters->real().account());
  const bool vouchers = is_worth_it(counters->real().voucher());
  std::thread beside;  // Tables share nothing.
  if (vouchers) beside = std::thread([&] { state->CacheAll<tables::Vouchers>(); });
  if (accounts) state->CacheAll<tables::CloudAccounts>();
  if (beside.joinable()) beside.join();
}

// Whether to load what `evolved` entries changed, when as many as `left` follow: as much as a table
// of the views holds, since rows that change often are then written seldom. What is left at the end
// is one piece if two tables could hold it, for nobody waits until the last one is written; a crash
// leaves no more than that.
bool IsPiece(const EditableRows& state, const ViewsOptions& options, uint64_t evolved,
             uint64_t left) {
  if (state.passing_bytes() >= 2 * options.table_bytes) return true;
  const size_t all = state.changes() + state.changes() * left / evolved;  // if it goes on like this
  return state.changes() >= options.table_rows && all > 2 * options.table_rows;
}

// A state to evolve, and what it changes on its way to the views piece by piece. While one piece is
// written, another may wait for that and a third be made, so that neither side waits for the other
// as long as they are quick by turns.
class PieceLoader {
 public:
  explicit PieceLoader(Views* views)
      : views_(*views),
        stored_(views->NewSnapshot()),
        state_(std::make_unique<WriterRows>(stored_.get(), kMaxCachedRows)) {}

  WriterRows& state() { return *state_; }

  // Loads the piece that waits, if it need not wait any more.
  absl::Status Poll() { return waiting_ && !views_.writing() ? LoadWaiting() : absl::OkStatus(); }

  // Ends a piece, with which the views reach `reached`.
  absl::Status End(const Reached& reached) {
    VOUCHER_RETURN_IF_ERROR(LoadWaiting());
    waiting_ = {.changes = state_->TakeChanges(), .reached = reached};
    return Poll();
  }

  // Loads the piece that waits, if there is one, when the one before it is written.
  absl::Status LoadWaiting() {
    if (!waiting_) return absl::OkStatus();
    VOUCHER_RETURN_IF_ERROR(views_.Flush());  // what was loaded last
    std::shared_ptr<const RowSource> stored = views_.NewSnapshot();
    constexpr size_t kWaiting = 1;
    state_->StoredIn(stored.get(), kWaiting);
    stored_ = std::move(stored);
    const Piece piece = *std::exchange(waiting_, std::nullopt);
    return views_.Load(piece.changes, piece.reached);
  }

  // The state, when all pieces have ended. The last of them is loaded before.
  absl::StatusOr<std::unique_ptr<WriterRows>> Release() && {
    VOUCHER_RETURN_IF_ERROR(LoadWaiting());
    state_->StoredIn(&views_.newest());
    return std::move(state_);
  }

 private:
  struct Piece {
    std::shared_ptr<const RowChanges> changes;
    Reached reached;
  };

  Views& views_;
  std::shared_ptr<const RowSource> stored_;  // without what is being written
  std::unique_ptr<WriterRows> state_;
  std::optional<Piece> waiting_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<WriterRows>> CatchUpViews(const Journal& journal,
                                                         const LedgerOptions& options,
                                                         Views* views) {
  const uint64_t end = journal.end_sequence();
  uint64_t done = views->reached() ? views->reached()->sequence : 0;
  if (views->reached() && done == end) return std::make_unique<WriterRows>(&views->newest());
  ReaderAhead reader(journal, done, end);
  PieceLoader loader(views);
  HoldBusyRows(end - done, &loader.state());
  uint64_t loaded = done;
  auto next_progress = std::chrono::steady_clock::now();
  do {
    VOUCHER_ASSIGN_OR_RETURN(const Batch* const batch, reader.Next());
    VOUCHER_RETURN_IF_ERROR(loader.Poll());
    VOUCHER_RETURN_IF_ERROR(EvolveAll(batch->entries, &loader.state()));
    done = batch->last;
    if (done == end || IsPiece(loader.state(), views->options(), done - loaded, end - done)) {
      VOUCHER_ASSIGN_OR_RETURN(const Hash root, journal.RootAt(done));
      VOUCHER_RETURN_IF_ERROR(
          loader.End({.ledger_id = journal.ledger_id(), .sequence = done, .root = root}));
      loaded = done;
    }
    if (options.on_rebuild_progress &&
        (done == end || std::chrono::steady_clock::now() >= next_progress)) {
      options.on_rebuild_progress(done, end);
      next_progress = std::chrono::steady_clock::now() + kProgressEvery;
    }
  } while (done < end);
  return std::move(loader).Release();
}

}  // namespace voucher
