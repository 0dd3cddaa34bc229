#include "ledger/journal/verify.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/journal/journal.h"
#include "tests/journal/journal_files.h"
#include "tests/support/scratch_directory.h"

namespace voucher {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::RootByDefinition;

std::string Read(JournalStore& store, rocksdb::ColumnFamilyHandle* family, const std::string& key) {
  std::string value;
  EXPECT_TRUE(store.db().Get(rocksdb::ReadOptions(), family, key, &value).ok());
  return value;
}

void Write(JournalStore& store, rocksdb::ColumnFamilyHandle* family, const std::string& key,
           const std::string& value) {
  EXPECT_TRUE(store.db().Put(rocksdb::WriteOptions(), family, key, value).ok());
}

void Flip(JournalStore& store, rocksdb::ColumnFamilyHandle* family, const std::string& key,
          size_t offset) {
  std::string value = Read(store, family, key);
  ASSERT_LT(offset, value.size());
  value[offset] = static_cast<char>(value[offset] ^ 1);
  Write(store, family, key, value);
}

// Offset of a header field in a block of `count` entries; of the first entry's first byte.
constexpr size_t kLedgerIdAt = 1;
constexpr size_t kFirstSequenceAt = 25 + 7;
constexpr size_t kSizeBeforeAt = 37 + 7;
constexpr size_t kRootBeforeAt = 45;
constexpr size_t EntriesAt(size_t count) {
  return 77 + 4 * count;
}

// A closed journal of blocks 1 (300 entries make blocks 1 and 257), 301, 401 (blocks 401, 657).
class VerifyTest : public ::testing::Test {
 protected:
  void SetUp() override { testing::MakeJournal(path_, {300, 100, 500}); }

  JournalVerification Verify() {
    absl::StatusOr<JournalVerification> report = VerifyJournal(path_, [](uint64_t, uint64_t) {});
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : JournalVerification{};
  }

  absl::Status OpenStatus() { return Journal::Open({.path = path_}).status(); }

  testing::ScratchDirectory scratch_{"verify"};
  const std::string path_ = scratch_.Path("journal");
};

TEST_F(VerifyTest, UndamagedJournalIsClean) {
  std::vector<std::pair<uint64_t, uint64_t>> progress;
  const auto report = VerifyJournal(
      path_, [&progress](uint64_t done, uint64_t total) { progress.emplace_back(done, total); });
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->clean());
  EXPECT_THAT(report->findings, ElementsAre());
  EXPECT_EQ(report->entries, 900u);
  EXPECT_EQ(report->root, RootByDefinition(900));
  EXPECT_EQ(report->epoch, 1u);
  EXPECT_EQ(report->ledger_id, testing::kLedgerId);
  EXPECT_THAT(progress, ElementsAre(std::make_pair(900u, 900u)));
}

TEST_F(VerifyTest, EmptyJournalIsCleanAndAbsentOneIsNotFound) {
  testing::MakeJournal(scratch_.Path("empty"), {});
  const auto report = VerifyJournal(scratch_.Path("empty"), [](uint64_t, uint64_t) {});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->clean());
  EXPECT_EQ(report->entries, 0u);
  EXPECT_TRUE(
      absl::IsNotFound(VerifyJournal(scratch_.Path("none"), [](uint64_t, uint64_t) {}).status()));
}

TEST_F(VerifyTest, TwoLevelsOfTilesAreClean) {
  testing::AppendGroup(*testing::OpenJournal(path_), 65'536);
  EXPECT_THAT(Verify().findings, ElementsAre());
}

TEST_F(VerifyTest, AlteredEntryUnderACompleteTileIsNamedOnce) {
  testing::ChangeRows(path_, [](JournalStore& store) {
    Flip(store, store.blocks(), BlockKey(301), EntriesAt(100));
  });
  EXPECT_TRUE(OpenStatus().ok());  // entries under complete tiles are not rehashed at open
  const JournalVerification report = Verify();
  EXPECT_THAT(report.findings, ElementsAre(::testing::AllOf(HasSubstr("entry 301: leaf hash is"),
                                                            HasSubstr("tile 0/1 says"))));
  EXPECT_FALSE(report.clean());
}

TEST_F(VerifyTest, AlteredEntryInTheTailIsNoticedAtOpenToo) {
  testing::ChangeRows(path_, [](JournalStore& store) {
    const size_t last = Read(store, store.blocks(), BlockKey(657)).size() - 1;
    Flip(store, store.blocks(), BlockKey(657), last);
  });
  // 900 = 3 * 256 + 132: block 657 also holds the tail, which starts at 769.
  const absl::Status opened = OpenStatus();
  EXPECT_TRUE(absl::IsDataLoss(opened)) << opened;
  EXPECT_THAT(std::string(opened.message()), HasSubstr("frontier row of size 900: stored root"));
  EXPECT_THAT(Verify().findings, ElementsAre(HasSubstr("frontier row: root is")));
}

TEST_F(VerifyTest, AlteredTileIsNoticed) {
  testing::ChangeRows(
      path_, [](JournalStore& store) { Flip(store, store.tiles(), TileKey(0, 2), 32 * 7); });
  EXPECT_TRUE(absl::IsDataLoss(OpenStatus()));
  const JournalVerification report = Verify();
  ASSERT_FALSE(report.findings.empty());
  EXPECT_THAT(report.findings[0], HasSubstr("entry 520: leaf hash is"));
}

TEST_F(VerifyTest, RewrittenBlockAndTileAreNoticedByTheRootsAboveThem) {
  testing::ChangeRows(path_, [](JournalStore& store) {
    Flip(store, store.blocks(), BlockKey(1), EntriesAt(256));
    const auto block = BlockView::Parse(Read(store, store.blocks(), BlockKey(1)));
    ASSERT_TRUE(block.ok());
    std::vector<Hash> hashes = *store.ReadTile(0, 0);
    hashes[0] = LeafHash(std::string("d") + testing::EntryAt(1).substr(1));  // 'e' ^ 1
    Write(store, store.tiles(), TileKey(0, 0), EncodeTile(hashes));
  });
  EXPECT_TRUE(absl::IsDataLoss(OpenStatus()));
  EXPECT_THAT(Verify().findings, ElementsAre(HasSubstr("block 257: root before is"),
                                             HasSubstr("frontier row: root is"),
                                             HasSubstr("root before differs in 3 more blocks")));
}

TEST_F(VerifyTest, AlteredHeadersAreNoticed) {
  testing::ChangeRows(path_, [](JournalStore& store) {
    Flip(store, store.blocks(), BlockKey(257), kLedgerIdAt);
    Flip(store, store.blocks(), BlockKey(301), kFirstSequenceAt);
    Flip(store, store.blocks(), BlockKey(401), kSizeBeforeAt);
    Flip(store, store.blocks(), BlockKey(657), kRootBeforeAt);
  });
  EXPECT_THAT(Verify().findings, ElementsAre(HasSubstr("block 257: is of ledger 0111"),
                                             HasSubstr("block 301: first sequence is 300"),
                                             HasSubstr("block 401: size before is 401"),
                                             HasSubstr("block 657: root before is")));
}

TEST_F(VerifyTest, MissingBlockIsNoticedAtOnce) {
  testing::ChangeRows(path_, [](JournalStore& store) {
    ASSERT_TRUE(store.db().Delete(rocksdb::WriteOptions(), store.blocks(), BlockKey(301)).ok());
  });
  EXPECT_THAT(Verify().findings,
              ElementsAre(HasSubstr("block 301: is missing; the next key is 0x0000000000000191"),
                          HasSubstr("the blocks after sequence 300 could not be verified")));
  const auto journal = Journal::Open({.path = path_});
  ASSERT_TRUE(journal.ok()) << journal.status();
  std::string entry;
  EXPECT_TRUE((*journal)->ReadEntry(300, &entry).ok());
  const absl::Status read = (*journal)->ReadEntry(301, &entry);
  EXPECT_TRUE(absl::IsDataLoss(read)) << read;
  EXPECT_THAT(std::string(read.message()), HasSubstr("block of sequence 301: is missing"));
}

TEST_F(VerifyTest, MissingLastBlockIsNoticedAtOpenToo) {
  testing::ChangeRows(path_, [](JournalStore& store) {
    ASSERT_TRUE(store.db().Delete(rocksdb::WriteOptions(), store.blocks(), BlockKey(657)).ok());
  });
  EXPECT_THAT(std::string(OpenStatus().message()),
              HasSubstr("frontier row: ends at 900, but the last block at 656"));
  EXPECT_THAT(Verify().findings,
              ElementsAre(HasSubstr("size is 900, the blocks hold 656 entries"),
                          HasSubstr("frontier row: root is"),
                          HasSubstr("tile key 0x000000000000000002: has no place")));
}

TEST_F(VerifyTest, MissingTileIsNoticedAtOpenToo) {
  testing::ChangeRows(path_, [](JournalStore& store) {
    ASSERT_TRUE(store.db().Delete(rocksdb::WriteOptions(), store.tiles(), TileKey(0, 1)).ok());
  });
  EXPECT_THAT(std::string(OpenStatus().message()), HasSubstr("tile 0/1: is missing"));
  EXPECT_THAT(Verify().findings, ElementsAre(HasSubstr("tile 0/1: is missing")));
}

TEST_F(VerifyTest, UpperTileThatDiffersFromTheLowerOnesIsNoticed) {
  testing::AppendGroup(*testing::OpenJournal(path_), 65'536);
  testing::ChangeRows(
      path_, [](JournalStore& store) { Flip(store, store.tiles(), TileKey(1, 0), 32 * 200); });
  EXPECT_TRUE(absl::IsDataLoss(OpenStatus()));
  EXPECT_THAT(Verify().findings,
              ElementsAre(HasSubstr("tile 1/0: differs from the roots of the tiles below it")));
}

TEST_F(VerifyTest, MissingAndStrangeRowsAreNoticed) {
  testing::ChangeRows(path_, [](JournalStore& store) {
    ASSERT_TRUE(store.db().Delete(rocksdb::WriteOptions(), store.singles(), "ledger").ok());
    Write(store, store.singles(), "hello", "there");
    Write(store, store.tiles(), TileKey(0, 3), "early");
  });
  EXPECT_TRUE(absl::IsDataLoss(OpenStatus()));
  const JournalVerification report = Verify();
  EXPECT_THAT(report.findings, ::testing::Contains(HasSubstr("ledger row: is missing")));
  EXPECT_THAT(report.findings, ::testing::Contains(HasSubstr("key 0x68656c6c6f: is unknown")));
  EXPECT_THAT(report.findings,
              ::testing::Contains(HasSubstr("tile key 0x000000000000000003: has no place")));
}

TEST_F(VerifyTest, FindingsAreCountedBeyondThoseSpelledOut) {
  testing::ChangeRows(path_, [](JournalStore& store) {
    for (int i = 0; i < 150; ++i) Write(store, store.singles(), "x" + std::to_string(i), "");
  });
  const JournalVerification report = Verify();
  EXPECT_EQ(report.findings.size(), kMaxFindings);
  EXPECT_EQ(report.finding_count, 150u);
}

TEST_F(VerifyTest, DamagedTableFileIsNoticed) {
  testing::ChangeRows(path_, [](JournalStore& store) { ASSERT_TRUE(store.Flush().ok()); });
  std::string largest;
  for (const auto& file : std::filesystem::directory_iterator(path_)) {
    if (file.path().extension() == ".sst" &&
        (largest.empty() || file.file_size() > std::filesystem::file_size(largest))) {
      largest = file.path().string();
    }
  }
  ASSERT_FALSE(largest.empty());
  std::string bytes = testing::ReadFile(largest);
  bytes[1'000] = static_cast<char>(bytes[1'000] ^ 1);
  testing::WriteFile(largest, bytes);
  EXPECT_FALSE(Verify().clean());
}

}  // namespace
}  // namespace voucher
