#include "ledger/journal/block_codec.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace voucher {
namespace {

BlockHeader TestHeader() {
  BlockHeader header;
  header.ledger_id = "0123456789abcdef";
  header.epoch = 3;
  header.first_sequence = 258;
  header.size_before = 257;
  header.root_before = Sha256Of({"before"});
  return header;
}

std::string TestBlock(const std::vector<absl::string_view>& entries) {
  std::string bytes;
  EncodeBlock(TestHeader(), entries, &bytes);
  return bytes;
}

// Written out by hand from the grammar atop block_codec.cc: these bytes are on disks.
TEST(BlockCodecTest, BlockHasExactlyTheDocumentedBytes) {
  EXPECT_EQ(ToHex(TestBlock({"ab", "", "c"})),
            absl::StrCat("01",                                                // format
                         "30313233343536373839616263646566",                  // ledger id
                         "0000000000000003",                                  // epoch
                         "0000000000000102",                                  // first sequence
                         "00000003",                                          // count
                         "0000000000000101",                                  // size before
                         ToHex(AsBytes(Sha256Of({"before"}))),                // root before
                         "00000002", "00000000", "00000001", "6162", "63"));  // entries
}

TEST(BlockCodecTest, SingleRowsAndKeysHaveExactlyTheDocumentedBytes) {
  const Hash root = Sha256Of({"root"});
  EXPECT_EQ(ToHex(EncodeFrontier({2, 513, root})),
            absl::StrCat("01", "0000000000000002", "0000000000000201", ToHex(AsBytes(root))));
  EXPECT_EQ(ToHex(EncodeLedger("0123456789abcdef")), "0230313233343536373839616263646566");
  EXPECT_EQ(ToHex(BlockKey(258)), "0000000000000102");
  EXPECT_EQ(ToHex(TileKey(2, 258)), "020000000000000102");
  EXPECT_EQ(FrontierKey(), "frontier");
  EXPECT_EQ(LedgerKey(), "ledger");
}

TEST(BlockCodecTest, BlockComesBackAsItWas) {
  const std::string bytes = TestBlock({"ab", "", "c"});
  const absl::StatusOr<BlockView> block = BlockView::Parse(bytes);
  ASSERT_TRUE(block.ok()) << block.status();
  EXPECT_EQ(block->header().ledger_id, "0123456789abcdef");
  EXPECT_EQ(block->header().epoch, 3u);
  EXPECT_EQ(block->header().first_sequence, 258u);
  EXPECT_EQ(block->header().count, 3u);
  EXPECT_EQ(block->header().size_before, 257u);
  EXPECT_EQ(block->header().root_before, Sha256Of({"before"}));
  EXPECT_EQ(block->last_sequence(), 260u);
  EXPECT_EQ(std::vector<absl::string_view>(block->entries().begin(), block->entries().end()),
            (std::vector<absl::string_view>{"ab", "", "c"}));
}

TEST(BlockCodecTest, EveryShorterOrLongerBlockIsRefused) {
  const std::string bytes = TestBlock({"ab", "", "c"});
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(BlockView::Parse(bytes.substr(0, size)).status())) << size;
  }
  EXPECT_TRUE(absl::IsDataLoss(BlockView::Parse(bytes + "x").status()));
}

TEST(BlockCodecTest, UnknownFormatsAndImpossibleCountsAreRefused) {
  std::string bytes = TestBlock({"ab"});
  bytes[0] = 2;
  EXPECT_TRUE(absl::IsDataLoss(BlockView::Parse(bytes).status()));
  bytes = TestBlock({"ab"});
  bytes[36] = 0;  // last byte of the count
  EXPECT_TRUE(absl::IsDataLoss(BlockView::Parse(bytes).status()));
  bytes[35] = 2;  // 512 entries
  EXPECT_TRUE(absl::IsDataLoss(BlockView::Parse(bytes).status()));

  std::string frontier = EncodeFrontier({1, 1, Hash{}});
  EXPECT_TRUE(ParseFrontier(frontier).ok());
  EXPECT_TRUE(absl::IsDataLoss(ParseFrontier(frontier + "x").status()));
  frontier[0] = 9;
  EXPECT_TRUE(absl::IsDataLoss(ParseFrontier(frontier).status()));
  EXPECT_TRUE(absl::IsDataLoss(ParseLedger("").status()));
  EXPECT_TRUE(absl::IsDataLoss(ParseTile("short").status()));
}

TEST(BlockCodecTest, KeysComeBackAndOthersAreRefused) {
  EXPECT_EQ(ParseBlockKey(BlockKey(77)), 77u);
  EXPECT_EQ(ParseBlockKey("short"), std::nullopt);
  const std::optional<TilePlace> place = ParseTileKey(TileKey(3, 77));
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(place->level, 3);
  EXPECT_EQ(place->index, 77u);
  EXPECT_FALSE(ParseTileKey("").has_value());
  EXPECT_FALSE(ParseTileKey(BlockKey(77)).has_value());
}

TEST(BlockCodecTest, BlockTakes256EntriesOrOneMebibyte) {
  const std::vector<absl::string_view> small(1'000, "x");
  EXPECT_EQ(EntriesOfNextBlock(small), 256u);
  EXPECT_EQ(EntriesOfNextBlock({"a", "b"}), 2u);

  const std::string half(512 * 1024, 'h');
  EXPECT_EQ(EntriesOfNextBlock({half, half, half}), 2u);  // exactly 1 MiB
  EXPECT_EQ(EntriesOfNextBlock({half, half, ""}), 3u);
  EXPECT_EQ(EntriesOfNextBlock({half, "x", half}), 2u);  // one byte too many
  const std::string whole(1024 * 1024, 'w');
  EXPECT_EQ(EntriesOfNextBlock({whole, "x"}), 1u);
}

TEST(BlockCodecDeathTest, EntryAboveOneMebibyteIsABrokenCaller) {
  const std::string large(1024 * 1024 + 1, 'l');
  EXPECT_DEATH(EntriesOfNextBlock({large}), "above the limit");
}

}  // namespace
}  // namespace voucher
