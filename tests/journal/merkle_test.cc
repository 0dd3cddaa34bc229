#include "ledger/journal/merkle.h"

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace voucher {
namespace {

// MTH of RFC 6962 section 2.1 over leaf hashes.
Hash RootByDefinition(absl::Span<const Hash> leaves) {
  if (leaves.empty()) return Sha256Of({});
  if (leaves.size() == 1) return leaves[0];
  size_t left = 1;
  while (2 * left < leaves.size()) left *= 2;
  return NodeHash(RootByDefinition(leaves.subspan(0, left)),
                  RootByDefinition(leaves.subspan(left)));
}

std::vector<Hash> NumberedLeaves(size_t count) {
  std::vector<Hash> leaves;
  for (size_t i = 0; i < count; ++i) leaves.push_back(LeafHash(std::to_string(i)));
  return leaves;
}

std::string Hex(const Hash& hash) {
  return ToHex(AsBytes(hash));
}

// The leaves and roots that the implementations of Certificate Transparency test with.
TEST(MerkleTest, StandardLeavesHaveTheStandardRoots) {
  const std::pair<const char*, const char*> kLeavesAndRoots[] = {
      {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
      {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
      {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
      {"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
      {"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
      {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
      {"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
      {"606162636465666768696a6b6c6d6e6f",
       "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}};
  MerkleFrontier frontier;
  TiledTree tree;
  std::vector<Tile> completed;
  for (const auto& [leaf_hex, root_hex] : kLeavesAndRoots) {
    const Hash leaf = LeafHash(*FromHex(leaf_hex));
    frontier.Append(leaf);
    tree.Append(leaf, &completed);
    EXPECT_EQ(Hex(frontier.root()), root_hex) << "size " << frontier.size();
    EXPECT_EQ(Hex(tree.root()), root_hex) << "size " << tree.size();
  }
  EXPECT_TRUE(completed.empty());
}

TEST(MerkleTest, EmptyTreeHasTheHashOfNothing) {
  const std::string sha256_of_nothing =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  EXPECT_EQ(Hex(MerkleFrontier().root()), sha256_of_nothing);
  EXPECT_EQ(Hex(TiledTree().root()), sha256_of_nothing);
  EXPECT_EQ(Hex(EmptyRoot()), sha256_of_nothing);
}

TEST(MerkleTest, EverySizeUpTo600MatchesTheDefinition) {
  const std::vector<Hash> leaves = NumberedLeaves(600);
  MerkleFrontier frontier;
  TiledTree tree;
  std::vector<Tile> completed;
  for (size_t size = 1; size <= leaves.size(); ++size) {
    frontier.Append(leaves[size - 1]);
    tree.Append(leaves[size - 1], &completed);
    const Hash expected = RootByDefinition(absl::MakeSpan(leaves).subspan(0, size));
    ASSERT_EQ(frontier.root(), expected) << size;
    ASSERT_EQ(tree.root(), expected) << size;
  }
}

TEST(MerkleTest, RandomSizesUpTo2000MatchTheDefinition) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::vector<Hash> leaves = NumberedLeaves(2'000);
  for (int round = 0; round < 40; ++round) {
    const size_t size = random() % 2'001;
    MerkleFrontier frontier;
    TiledTree tree;
    std::vector<Tile> completed;
    for (size_t i = 0; i < size; ++i) {
      frontier.Append(leaves[i]);
      tree.Append(leaves[i], &completed);
    }
    const Hash expected = RootByDefinition(absl::MakeSpan(leaves).subspan(0, size));
    ASSERT_EQ(frontier.root(), expected) << size;
    ASSERT_EQ(tree.root(), expected) << size;
    ASSERT_EQ(completed.size(), size / 256) << size;
  }
}

TEST(MerkleTest, TilesHold256HashesAndComeLowestLevelFirst) {
  const std::vector<Hash> leaves = NumberedLeaves(256 * 256);
  TiledTree tree;
  std::vector<Tile> completed;
  for (const Hash& leaf : leaves) tree.Append(leaf, &completed);

  ASSERT_EQ(completed.size(), 257u);
  for (size_t i = 0; i < 256; ++i) {
    ASSERT_EQ(completed[i].level, 0);
    ASSERT_EQ(completed[i].index, i);
    ASSERT_EQ(completed[i].hashes,
              std::vector<Hash>(leaves.begin() + static_cast<long>(256 * i),
                                leaves.begin() + static_cast<long>(256 * (i + 1))));
  }
  const Tile& upper = completed[256];
  EXPECT_EQ(upper.level, 1);
  EXPECT_EQ(upper.index, 0u);
  ASSERT_EQ(upper.hashes.size(), 256u);
  EXPECT_EQ(upper.hashes[7], RootByDefinition(absl::MakeSpan(leaves).subspan(7 * 256, 256)));
  EXPECT_EQ(tree.root(), RootByDefinition(leaves));
  EXPECT_TRUE(tree.Tail(0).empty());
  EXPECT_TRUE(tree.Tail(1).empty());
  ASSERT_EQ(tree.Tail(2).size(), 1u);
  EXPECT_EQ(tree.Tail(2)[0], tree.root());
}

TEST(MerkleTest, TileIsCompleteOnceAllItsLeavesAreThere) {
  TiledTree tree;
  std::vector<Tile> completed;
  for (const Hash& leaf : NumberedLeaves(513)) tree.Append(leaf, &completed);
  EXPECT_TRUE(tree.IsComplete(0, 0));
  EXPECT_TRUE(tree.IsComplete(0, 1));
  EXPECT_FALSE(tree.IsComplete(0, 2));
  EXPECT_FALSE(tree.IsComplete(1, 0));
  EXPECT_FALSE(tree.IsComplete(255, 0));
}

TEST(MerkleTest, TreeRestoredFromItsTailGoesOnAlike) {
  const std::vector<Hash> leaves = NumberedLeaves(1'000);
  for (const size_t size : {0, 1, 255, 256, 257, 511, 512, 700}) {
    TiledTree original;
    std::vector<Tile> completed;
    for (size_t i = 0; i < size; ++i) original.Append(leaves[i], &completed);
    std::vector<std::vector<Hash>> tail(2);
    for (int level = 0; level < 2; ++level) {
      const absl::Span<const Hash> hashes = original.Tail(level);
      tail[static_cast<size_t>(level)].assign(hashes.begin(), hashes.end());
    }
    TiledTree restored(size, tail);
    EXPECT_EQ(restored.root(), original.root()) << size;
    std::vector<Tile> completed_later;
    for (size_t i = size; i < leaves.size(); ++i) restored.Append(leaves[i], &completed_later);
    EXPECT_EQ(restored.root(), RootByDefinition(leaves)) << size;
    EXPECT_EQ(completed.size() + completed_later.size(), 3u) << size;
  }
}

}  // namespace
}  // namespace voucher
