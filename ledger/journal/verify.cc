#include "ledger/journal/verify.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/base/status_macros.h"
#include "ledger/journal/block_codec.h"
#include "ledger/journal/merkle.h"
#include "ledger/journal/store.h"

namespace voucher {
namespace {

constexpr uint64_t kProgressEvery = 65'536;

// One pass over the blocks, then over the other rows.
class Verifier {
 public:
  Verifier(const JournalStore& store, absl::FunctionRef<void(uint64_t, uint64_t)> progress)
      : store_(store), progress_(progress) {}

  absl::StatusOr<JournalVerification> Run() {
    VOUCHER_RETURN_IF_ERROR(CheckIdentity());
    VOUCHER_RETURN_IF_ERROR(CheckBlocks());
    if (read_all_blocks_) {
      CheckFrontier();
      VOUCHER_RETURN_IF_ERROR(CheckTileKeys());
    } else {
      Find(absl::StrCat("the blocks after sequence ", tree_.size(), " could not be verified"));
    }
    VOUCHER_RETURN_IF_ERROR(CheckSingleKeys());
    if (later_roots_ > 0) {
      Find(absl::StrCat("root before differs in ", later_roots_, " more blocks"));
    }
    report_.entries = tree_.size();
    report_.root = tree_.root();
    progress_(report_.entries, std::max(report_.entries, frontier_.size));
    return std::move(report_);
  }

 private:
  void Find(std::string finding) {
    ++report_.finding_count;
    if (report_.findings.size() < kMaxFindings) report_.findings.push_back(std::move(finding));
  }

  // Turns damage into a finding; other errors stay errors.
  absl::Status FindDamage(const absl::Status& status) {
    if (!absl::IsDataLoss(status)) return status;
    Find(std::string(status.message()));
    return absl::OkStatus();
  }

  absl::Status CheckIdentity() {
    const absl::StatusOr<std::optional<std::string>> id = store_.ReadLedgerId();
    VOUCHER_RETURN_IF_ERROR(FindDamage(id.status()));
    if (id.ok() && !id->has_value()) Find("ledger row: is missing");
    if (id.ok() && id->has_value()) {
      ledger_id_ = **id;
      report_.ledger_id = ToHex(ledger_id_);
    }
    const absl::StatusOr<FrontierRow> frontier = store_.ReadFrontier();
    VOUCHER_RETURN_IF_ERROR(FindDamage(frontier.status()));
    if (frontier.ok()) frontier_ = *frontier;
    has_frontier_ = frontier.ok();
    return absl::OkStatus();
  }

  absl::Status CheckBlocks() {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    const std::unique_ptr<rocksdb::Iterator> rows(
        store_.db().NewIterator(options, store_.blocks()));
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      VOUCHER_ASSIGN_OR_RETURN(read_all_blocks_, CheckBlock(*rows));
      if (!read_all_blocks_) return absl::OkStatus();
    }
    read_all_blocks_ = rows->status().ok();
    return FindDamage(store_.ToStatus(
        rows->status(), absl::StrCat("read the block after sequence ", tree_.size())));
  }

  // Whether the blocks after it can be verified.
  absl::StatusOr<bool> CheckBlock(const rocksdb::Iterator& row) {
    const uint64_t expected = tree_.size() + 1;
    const std::string place = absl::StrCat("block ", expected, ": ");
    const std::optional<uint64_t> key = ParseBlockKey({row.key().data(), row.key().size()});
    if (key != expected) {
      Find(absl::StrCat(place, "is missing; the next key is 0x",
                        ToHex({row.key().data(), row.key().size()})));
      return false;
    }
    const absl::StatusOr<BlockView> block =
        BlockView::Parse({row.value().data(), row.value().size()});
    if (!block.ok()) {
      Find(absl::StrCat(place, block.status().message()));
      return false;
    }
    CheckHeader(block->header(), place);
    for (const absl::string_view entry : block->entries()) {
      VOUCHER_RETURN_IF_ERROR(CheckEntry(entry));
    }
    return true;
  }

  void CheckHeader(const BlockHeader& header, const std::string& place) {
    if (header.ledger_id != ledger_id_) {
      Find(absl::StrCat(place, "is of ledger ", ToHex(header.ledger_id)));
    }
    if (header.epoch < report_.epoch) {
      Find(absl::StrCat(place, "epoch ", header.epoch, " follows epoch ", report_.epoch));
    }
    report_.epoch = std::max(report_.epoch, header.epoch);
    if (header.first_sequence != tree_.size() + 1) {
      Find(absl::StrCat(place, "first sequence is ", header.first_sequence));
    }
    if (header.size_before != tree_.size()) {
      Find(absl::StrCat(place, "size before is ", header.size_before));
    }
    // One altered entry changes every later root: the first is told, the others are counted.
    if (header.root_before == tree_.root()) return;
    if (root_differs_) {
      ++later_roots_;
      return;
    }
    root_differs_ = true;
    Find(absl::StrCat(place, "root before is ", ToHex(AsBytes(header.root_before)),
                      ", the entries before give ", ToHex(AsBytes(tree_.root()))));
  }

  absl::Status CheckEntry(absl::string_view entry) {
    if (tree_.size() % kTileHashes == 0) VOUCHER_RETURN_IF_ERROR(LoadLeafTile());
    const uint64_t sequence = tree_.size() + 1;
    Hash leaf = LeafHash(entry);
    // Once told, go on with what was recorded, so that only what was altered is told.
    if (leaf_tile_.has_value() && (*leaf_tile_)[tree_.size() % kTileHashes] != leaf) {
      const Hash recorded = (*leaf_tile_)[tree_.size() % kTileHashes];
      Find(absl::StrCat("entry ", sequence, ": leaf hash is ", ToHex(AsBytes(leaf)), ", tile 0/",
                        tree_.size() / kTileHashes, " says ", ToHex(AsBytes(recorded))));
      leaf = recorded;
    }
    std::vector<Tile> completed;
    tree_.Append(leaf, &completed);
    for (const Tile& tile : completed) {
      if (tile.level > 0) VOUCHER_RETURN_IF_ERROR(CheckUpperTile(tile));
    }
    if (sequence % kProgressEvery == 0) progress_(sequence, std::max(sequence, frontier_.size));
    return absl::OkStatus();
  }

  // The stored leaf hashes that the next 256 entries must have, if the tile should be complete.
  absl::Status LoadLeafTile() {
    leaf_tile_.reset();
    const uint64_t index = tree_.size() / kTileHashes;
    if (has_frontier_ && index >= frontier_.size / kTileHashes) return absl::OkStatus();
    absl::StatusOr<std::vector<Hash>> tile = store_.ReadTile(0, index);
    VOUCHER_RETURN_IF_ERROR(FindDamage(tile.status()));
    if (tile.ok()) leaf_tile_ = *std::move(tile);
    return absl::OkStatus();
  }

  absl::Status CheckUpperTile(const Tile& tile) {
    const absl::StatusOr<std::vector<Hash>> stored = store_.ReadTile(tile.level, tile.index);
    VOUCHER_RETURN_IF_ERROR(FindDamage(stored.status()));
    if (stored.ok() && *stored != tile.hashes) {
      Find(absl::StrCat("tile ", tile.level, "/", tile.index,
                        ": differs from the roots of the tiles below it"));
    }
    return absl::OkStatus();
  }

  void CheckFrontier() {
    if (!has_frontier_) return;
    const std::string place = "frontier row: ";
    if (frontier_.size != tree_.size()) {
      Find(absl::StrCat(place, "size is ", frontier_.size, ", the blocks hold ", tree_.size(),
                        " entries"));
    }
    if (frontier_.epoch != report_.epoch) {
      Find(absl::StrCat(place, "epoch is ", frontier_.epoch, ", the last block's is ",
                        report_.epoch));
    }
    if (frontier_.root != tree_.root()) {
      Find(absl::StrCat(place, "root is ", ToHex(AsBytes(frontier_.root)), ", the entries give ",
                        ToHex(AsBytes(tree_.root()))));
    }
  }

  // Tiles that should not be there; those that should were read above.
  absl::Status CheckTileKeys() {
    const std::unique_ptr<rocksdb::Iterator> rows(
        store_.db().NewIterator(rocksdb::ReadOptions(), store_.tiles()));
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      const std::string key = rows->key().ToString();
      const std::optional<TilePlace> place = ParseTileKey(key);
      if (place.has_value() && tree_.IsComplete(place->level, place->index)) continue;
      Find(absl::StrCat("tile key 0x", ToHex(key), ": has no place in a tree of ", tree_.size(),
                        " entries"));
    }
    return FindDamage(store_.ToStatus(rows->status(), "read tiles"));
  }

  absl::Status CheckSingleKeys() {
    const std::unique_ptr<rocksdb::Iterator> rows(
        store_.db().NewIterator(rocksdb::ReadOptions(), store_.singles()));
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      const std::string key = rows->key().ToString();
      if (key != LedgerKey() && key != FrontierKey()) {
        Find(absl::StrCat("key 0x", ToHex(key), ": is unknown"));
      }
    }
    return FindDamage(store_.ToStatus(rows->status(), "read single rows"));
  }

  const JournalStore& store_;
  const absl::FunctionRef<void(uint64_t, uint64_t)> progress_;
  JournalVerification report_;
  std::string ledger_id_;
  FrontierRow frontier_;
  bool has_frontier_ = false;
  TiledTree tree_;
  bool read_all_blocks_ = true;
  std::optional<std::vector<Hash>> leaf_tile_;
  bool root_differs_ = false;
  uint64_t later_roots_ = 0;
};

}  // namespace

absl::StatusOr<JournalVerification> VerifyJournal(
    const std::string& path, absl::FunctionRef<void(uint64_t done, uint64_t total)> progress) {
  VOUCHER_ASSIGN_OR_RETURN(const std::unique_ptr<JournalStore> store,
                           JournalStore::Open(path, JournalStore::Mode::kReadOnly));
  return Verifier(*store, progress).Run();
}

}  // namespace voucher
