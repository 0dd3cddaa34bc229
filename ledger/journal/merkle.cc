#include "ledger/journal/merkle.h"

#include <utility>

#include "ledger/base/check.h"

namespace voucher {

Hash LeafHash(absl::string_view entry) {
  return Sha256Of({absl::string_view("\x00", 1), entry});
}

Hash NodeHash(const Hash& left, const Hash& right) {
  return Sha256Of({absl::string_view("\x01", 1), AsBytes(left), AsBytes(right)});
}

Hash EmptyRoot() {
  return Sha256Of({});
}

void MerkleFrontier::Append(const Hash& leaf) {
  Hash subtree = leaf;
  for (uint64_t bits = size_; (bits & 1) != 0; bits >>= 1) {
    subtree = NodeHash(peaks_.back(), subtree);
    peaks_.pop_back();
  }
  peaks_.push_back(subtree);
  ++size_;
}

Hash MerkleFrontier::root() const {
  const std::optional<Hash> root = RootWith(std::nullopt);
  return root.has_value() ? *root : EmptyRoot();
}

std::optional<Hash> MerkleFrontier::RootWith(std::optional<Hash> right) const {
  for (auto peak = peaks_.rbegin(); peak != peaks_.rend(); ++peak) {
    right = right.has_value() ? NodeHash(*peak, *right) : *peak;
  }
  return right;
}

TiledTree::TiledTree(uint64_t size, std::vector<std::vector<Hash>> tail) : size_(size) {
  uint64_t left = size;
  for (std::vector<Hash>& hashes : tail) {
    VOUCHER_CHECK(hashes.size() == left % kTileHashes) << hashes.size() << " of " << size;
    left /= kTileHashes;
    Level level;
    for (const Hash& hash : hashes) level.frontier.Append(hash);
    level.hashes = std::move(hashes);
    levels_.push_back(std::move(level));
  }
  VOUCHER_CHECK(left == 0) << "levels missing for " << size;
}

void TiledTree::Append(const Hash& leaf, std::vector<Tile>* completed) {
  ++size_;
  Hash hash = leaf;
  uint64_t hashes_of_level = size_;
  for (size_t i = 0;; ++i) {
    if (i == levels_.size()) levels_.emplace_back();
    Level& level = levels_[i];
    level.hashes.push_back(hash);
    level.frontier.Append(hash);
    if (level.hashes.size() < kTileHashes) return;

    hashes_of_level /= kTileHashes;
    hash = level.frontier.root();
    completed->push_back({static_cast<int>(i), hashes_of_level - 1, std::move(level.hashes)});
    level = Level{};
  }
}

Hash TiledTree::root() const {
  std::optional<Hash> root;
  for (const Level& level : levels_) root = level.frontier.RootWith(root);
  return root.has_value() ? *root : EmptyRoot();
}

absl::Span<const Hash> TiledTree::Tail(int level) const {
  const auto index = static_cast<size_t>(level);
  if (index >= levels_.size()) return {};
  return levels_[index].hashes;
}

bool TiledTree::IsComplete(int level, uint64_t index) const {
  // A tile of level L covers 2^(8 (L + 1)) leaves.
  const int shift = 8 * (level + 1);
  return shift < 64 && index < (size_ >> shift);
}

}  // namespace voucher
