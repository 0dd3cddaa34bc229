#include "ledger/journal/journal.h"

#include <cerrno>
#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"
#include <sys/random.h>

#include "ledger/base/check.h"
#include "ledger/base/status_macros.h"
#include "ledger/journal/block_codec.h"
#include "ledger/journal/directory_sync.h"
#include "ledger/journal/store.h"

namespace voucher {
namespace {

absl::StatusOr<std::string> NewLedgerId(absl::string_view hex) {
  if (!hex.empty()) {
    const std::optional<std::string> given = FromHex(hex);
    VOUCHER_CHECK(given.has_value() && given->size() == kLedgerIdBytes) << hex;
    return *given;
  }
  std::string id(kLedgerIdBytes, '\0');
  if (getrandom(id.data(), id.size(), 0) != static_cast<ssize_t>(id.size())) {
    return absl::UnavailableError(absl::StrCat("random ledger id: ", strerror(errno)));
  }
  return id;
}

// Gives a new, empty database its identity. Flushed, so that a lost log cannot make an old journal
// look new.
absl::Status WriteLedgerId(JournalStore& store, const std::string& ledger_id) {
  rocksdb::WriteBatch batch;
  batch
      .Put(store.singles(), rocksdb::Slice(LedgerKey().data(), LedgerKey().size()),
           EncodeLedger(ledger_id))
      .PermitUncheckedError();
  VOUCHER_RETURN_IF_ERROR(store.WriteSynced(&batch));
  VOUCHER_RETURN_IF_ERROR(store.Flush());
  return SyncParentDirectory(store.path());
}

// The stored id, or a new one for a database whose creation has just begun or was interrupted.
absl::StatusOr<std::string> LedgerIdOf(JournalStore& store, const JournalOptions& options) {
  VOUCHER_ASSIGN_OR_RETURN(const std::optional<std::string> stored, store.ReadLedgerId());
  if (stored.has_value()) return *stored;

  VOUCHER_ASSIGN_OR_RETURN(const uint64_t last, store.ReadLastSequence());
  VOUCHER_ASSIGN_OR_RETURN(const FrontierRow frontier, store.ReadFrontier());
  if (last != 0 || frontier.size != 0) {
    return store.Damaged("ledger row",
                         absl::StrCat("is missing, yet there are ", last, " entries"));
  }
  if (options.read_only || !options.create_if_missing) {
    return absl::NotFoundError(
        absl::StrCat("creation of journal ", options.path, " was not finished"));
  }
  VOUCHER_ASSIGN_OR_RETURN(std::string created, NewLedgerId(options.ledger_id));
  VOUCHER_RETURN_IF_ERROR(WriteLedgerId(store, created));
  return created;
}

// The incomplete tile of every level: at level 0 from the last entries, above from the roots of
// complete tiles. At most 255 tiles are read and rehashed per level.
absl::StatusOr<TiledTree> RebuildTree(const JournalStore& store, uint64_t size) {
  std::vector<std::vector<Hash>> tail;
  tail.emplace_back();
  VOUCHER_RETURN_IF_ERROR(store.ScanEntries(size - size % kTileHashes + 1, size,
                                            [&tail](uint64_t, absl::string_view entry) {
                                              tail[0].push_back(LeafHash(entry));
                                              return true;
                                            }));
  int level_below = 0;
  for (uint64_t left = size / kTileHashes; left > 0; left /= kTileHashes, ++level_below) {
    std::vector<Hash> hashes;
    for (uint64_t index = left - left % kTileHashes; index < left; ++index) {
      VOUCHER_ASSIGN_OR_RETURN(const std::vector<Hash> tile, store.ReadTile(level_below, index));
      MerkleFrontier subtree;
      for (const Hash& hash : tile) subtree.Append(hash);
      hashes.push_back(subtree.root());
    }
    tail.push_back(std::move(hashes));
  }
  return TiledTree(size, std::move(tail));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(const JournalOptions& options) {
  const JournalStore::Mode mode = options.read_only           ? JournalStore::Mode::kReadOnly
                                  : options.create_if_missing ? JournalStore::Mode::kCreate
                                                              : JournalStore::Mode::kReadWrite;
  VOUCHER_ASSIGN_OR_RETURN(std::unique_ptr<JournalStore> store,
                           JournalStore::Open(options.path, mode));
  VOUCHER_ASSIGN_OR_RETURN(const std::string ledger_id, LedgerIdOf(*store, options));
  VOUCHER_ASSIGN_OR_RETURN(const FrontierRow frontier, store->ReadFrontier());
  VOUCHER_ASSIGN_OR_RETURN(const uint64_t last, store->ReadLastSequence());
  if (last != frontier.size) {
    return store->Damaged(
        "frontier row", absl::StrCat("ends at ", frontier.size, ", but the last block at ", last));
  }
  VOUCHER_ASSIGN_OR_RETURN(TiledTree tree, RebuildTree(*store, frontier.size));
  if (const Hash root = tree.root(); root != frontier.root) {
    return store->Damaged(
        absl::StrCat("frontier row of size ", frontier.size),
        absl::StrCat("stored root ", ToHex(AsBytes(frontier.root)), " differs from ",
                     ToHex(AsBytes(root)), ", computed from tiles and last entries"));
  }
  return std::unique_ptr<Journal>(new Journal(std::move(store), ToHex(ledger_id), options.read_only,
                                              frontier.epoch, std::move(tree)));
}

Journal::Journal(std::unique_ptr<JournalStore> store, std::string ledger_id, bool read_only,
                 uint64_t epoch, TiledTree tree)
    : store_(std::move(store)),
      ledger_id_(std::move(ledger_id)),
      read_only_(read_only),
      end_{epoch, tree.size(), tree.root()},
      tree_(std::move(tree)) {}

Journal::~Journal() = default;

Journal::End Journal::end() const {
  MutexLock lock(mutex_);
  return end_;
}

uint64_t Journal::epoch() const {
  return end().epoch;
}

uint64_t Journal::end_sequence() const {
  return end().sequence;
}

Hash Journal::root() const {
  return end().root;
}

absl::Status Journal::Append(uint64_t first_sequence, uint64_t epoch,
                             absl::Span<const absl::string_view> entries,
                             std::vector<Hash>* leaf_hashes) {
  VOUCHER_CHECK(!entries.empty());
  if (read_only_ || failed_) {
    return absl::FailedPreconditionError(read_only_ ? "the journal is open read-only"
                                                    : "an earlier append failed");
  }
  // Readers see the old tree until the group is durable.
  TiledTree tree;
  End end;
  {
    MutexLock lock(mutex_);
    tree = tree_;
    end = end_;
  }
  if (first_sequence != end.sequence + 1 || epoch < end.epoch) {
    return absl::FailedPreconditionError(
        absl::StrCat("append of sequence ", first_sequence, " in epoch ", epoch,
                     " to a journal that ends at ", end.sequence, " in epoch ", end.epoch));
  }
  if (leaf_hashes != nullptr) leaf_hashes->clear();

  BlockHeader header;
  header.ledger_id = *FromHex(ledger_id_);
  header.epoch = epoch;
  rocksdb::WriteBatch batch;
  std::vector<Tile> completed;
  std::string block;
  while (!entries.empty()) {
    const size_t count = EntriesOfNextBlock(entries);
    header.first_sequence = tree.size() + 1;
    header.size_before = tree.size();
    header.root_before = tree.root();
    EncodeBlock(header, entries.subspan(0, count), &block);
    VOUCHER_CHECK(batch.Put(store_->blocks(), BlockKey(header.first_sequence), block).ok());
    for (const absl::string_view entry : entries.subspan(0, count)) {
      const Hash leaf = LeafHash(entry);
      tree.Append(leaf, &completed);
      if (leaf_hashes != nullptr) leaf_hashes->push_back(leaf);
    }
    entries.remove_prefix(count);
  }
  for (const Tile& tile : completed) {
    VOUCHER_CHECK(
        batch.Put(store_->tiles(), TileKey(tile.level, tile.index), EncodeTile(tile.hashes)).ok());
  }
  end = {epoch, tree.size(), tree.root()};
  const rocksdb::Slice frontier_key(FrontierKey().data(), FrontierKey().size());
  VOUCHER_CHECK(
      batch
          .Put(store_->singles(), frontier_key, EncodeFrontier({end.epoch, end.sequence, end.root}))
          .ok());

  if (absl::Status written = store_->WriteSynced(&batch); !written.ok()) {
    failed_ = true;
    return written;
  }
  MutexLock lock(mutex_);
  end_ = end;
  tree_ = std::move(tree);
  return absl::OkStatus();
}

absl::Status Journal::ReadEntry(uint64_t sequence, std::string* entry) const {
  const uint64_t end = end_sequence();
  if (sequence == 0 || sequence > end) {
    return absl::NotFoundError(absl::StrCat("no entry ", sequence, "; the journal ends at ", end));
  }
  return store_->ScanEntries(sequence, sequence, [entry](uint64_t, absl::string_view stored) {
    entry->assign(stored.data(), stored.size());
    return true;
  });
}

absl::Status Journal::ReadEntries(
    uint64_t first, uint64_t last,
    absl::FunctionRef<bool(uint64_t sequence, absl::string_view entry)> visit) const {
  if (first > last) return absl::OkStatus();
  const uint64_t end = end_sequence();
  if (first == 0 || last > end) {
    return absl::OutOfRangeError(
        absl::StrCat("entries ", first, " to ", last, " of a journal that ends at ", end));
  }
  return store_->ScanEntries(first, last, visit);
}

absl::StatusOr<Hash> Journal::RootAt(uint64_t size) const {
  TiledTree tree;
  {
    MutexLock lock(mutex_);
    if (size == end_.sequence) return end_.root;
    tree = tree_;
  }
  if (size > tree.size()) {
    return absl::OutOfRangeError(
        absl::StrCat("root at ", size, " of a journal that ends at ", tree.size()));
  }
  std::optional<Hash> root;
  int level = 0;
  for (uint64_t left = size; left > 0; left /= kTileHashes, ++level) {
    const uint64_t count = left % kTileHashes;
    if (count == 0) continue;
    const uint64_t index = left / kTileHashes;
    std::vector<Hash> stored;
    absl::Span<const Hash> hashes = tree.Tail(level);
    if (tree.IsComplete(level, index)) {
      VOUCHER_ASSIGN_OR_RETURN(stored, store_->ReadTile(level, index));
      hashes = stored;
    }
    MerkleFrontier subtree;
    for (const Hash& hash : hashes.subspan(0, count)) subtree.Append(hash);
    root = subtree.RootWith(root);
  }
  return root.has_value() ? *root : EmptyRoot();
}

std::vector<std::pair<std::string, uint64_t>> Journal::Gauges() const {
  std::vector<std::pair<std::string, uint64_t>> gauges = store_->Gauges();
  for (auto& [name, value] : gauges) name.insert(0, "journal.");
  return gauges;
}

}  // namespace voucher
