// The Merkle tree of RFC 6962 section 2.1, over stored entry bytes, with SHA-256.
//
//   MerkleFrontier tree;
//   tree.Append(LeafHash(entry));
//   Hash root = tree.root();
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "ledger/base/sha256.h"

namespace voucher {

// SHA-256(0x00 || entry).
Hash LeafHash(absl::string_view entry);

// SHA-256(0x01 || left || right).
Hash NodeHash(const Hash& left, const Hash& right);

// SHA-256 of nothing: the root of the tree without leaves.
Hash EmptyRoot();

// A growing tree, kept as the roots of its largest perfect subtrees ("peaks"): at most one per bit
// of the size. The leaves may themselves be roots of perfect subtrees of one height. A value; not
// thread-safe.
class MerkleFrontier {
 public:
  // Adds the next leaf's hash: one hash operation on average, log2(size) at most.
  void Append(const Hash& leaf);

  // Leaves so far.
  uint64_t size() const { return size_; }

  // Root of all leaves so far; log2(size) hash operations at most.
  Hash root() const;

  // Root of the tree that consists of this one, to the left, and of the tree with root `right` of
  // fewer leaves, if any, to its right. nullopt if both are empty.
  std::optional<Hash> RootWith(std::optional<Hash> right) const;

 private:
  uint64_t size_ = 0;
  std::vector<Hash> peaks_;  // from the largest, leftmost one
};

// Hashes in a complete tile.
inline constexpr uint64_t kTileHashes = 256;

// 256 neighbouring hashes of one height, complete and therefore final. At level L hash i of tile
// `index` is the root of the 256^L leaves from (256 index + i) 256^L on.
struct Tile {
  int level = 0;
  uint64_t index = 0;
  std::vector<Hash> hashes;
};

// The tree cut into tiles: knows the incomplete tile of every level (the "tail") and nothing else,
// some 8 KiB per level at most. A value; not thread-safe.
class TiledTree {
 public:
  // An empty tree.
  TiledTree() = default;

  // A tree of `size` leaves with the incomplete tile of each level; level L has
  // (size >> 8 L) mod 256 hashes, which is checked. Absent trailing levels are empty.
  TiledTree(uint64_t size, std::vector<std::vector<Hash>> tail);

  // Adds the next leaf's hash and appends the tiles completed by it, lowest level first.
  void Append(const Hash& leaf, std::vector<Tile>* completed);

  uint64_t size() const { return size_; }

  // Root of all leaves; some 2 log2(size) hash operations at most.
  Hash root() const;

  // Hashes of the incomplete tile of a level, valid until the next change.
  absl::Span<const Hash> Tail(int level) const;

  // Whether the tile is complete in this tree, so that its 256 hashes will never change.
  bool IsComplete(int level, uint64_t index) const;

 private:
  struct Level {
    std::vector<Hash> hashes;
    MerkleFrontier frontier;  // over `hashes`
  };

  uint64_t size_ = 0;
  std::vector<Level> levels_;
};

}  // namespace voucher
