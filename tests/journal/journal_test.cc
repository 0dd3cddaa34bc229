#include "ledger/journal/journal.h"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/journal/block_codec.h"
#include "ledger/journal/store.h"
#include "tests/journal/journal_files.h"
#include "tests/support/scratch_directory.h"

namespace voucher {
namespace {

using testing::AppendGroup;
using testing::EntryAt;
using testing::OpenJournal;
using testing::RootByDefinition;

class JournalTest : public ::testing::Test {
 protected:
  // That the journal holds exactly EntryAt(1 .. size).
  static void ExpectHolds(const Journal& journal, uint64_t size) {
    ASSERT_EQ(journal.end_sequence(), size);
    EXPECT_EQ(journal.root(), RootByDefinition(size));
    uint64_t expected = 1;
    const absl::Status read =
        journal.ReadEntries(1, size, [&](uint64_t sequence, absl::string_view entry) {
          EXPECT_EQ(sequence, expected);
          EXPECT_EQ(entry, EntryAt(expected));
          ++expected;
          return true;
        });
    EXPECT_TRUE(read.ok()) << read;
    EXPECT_EQ(expected, size + 1);
  }

  // First sequences of the stored blocks.
  std::vector<uint64_t> BlockStarts() {
    std::vector<uint64_t> starts;
    testing::ChangeRows(path_, [&starts](JournalStore& store) {
      const std::unique_ptr<rocksdb::Iterator> rows(
          store.db().NewIterator(rocksdb::ReadOptions(), store.blocks()));
      for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
        starts.push_back(ParseBlockKey(rows->key().ToString()).value_or(0));
      }
    });
    return starts;
  }

  testing::ScratchDirectory scratch_{"journal"};
  const std::string path_ = scratch_.Path("journal");
};

TEST_F(JournalTest, AbsentJournalIsNotFoundAndNotCreated) {
  EXPECT_TRUE(absl::IsNotFound(Journal::Open({.path = path_}).status()));
  EXPECT_TRUE(absl::IsNotFound(Journal::Open({.path = path_, .read_only = true}).status()));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(JournalTest, NewJournalIsEmptyWithItsOwnId) {
  const auto first = Journal::Open({.path = path_, .create_if_missing = true});
  const auto second = Journal::Open({.path = scratch_.Path("other"), .create_if_missing = true});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ((*first)->end_sequence(), 0u);
  EXPECT_EQ((*first)->epoch(), 1u);
  EXPECT_EQ((*first)->root(), Sha256Of({}));
  EXPECT_EQ((*first)->RootAt(0).value(), Sha256Of({}));
  EXPECT_EQ((*first)->ledger_id().size(), 32u);
  EXPECT_NE((*first)->ledger_id(), (*second)->ledger_id());
}

TEST_F(JournalTest, LedgerIdStaysForGood) {
  std::string id;
  {
    const auto journal = Journal::Open({.path = path_, .create_if_missing = true});
    ASSERT_TRUE(journal.ok()) << journal.status();
    id = (*journal)->ledger_id();
  }
  const auto again = Journal::Open({.path = path_, .create_if_missing = true});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->ledger_id(), id);
}

TEST_F(JournalTest, GroupsOfManySizesComeBack) {
  uint64_t size = 0;
  {
    const std::unique_ptr<Journal> journal = OpenJournal(path_);
    for (const size_t count : {1, 2, 255, 256, 257, 1, 511, 512, 513, 1'000, 3}) {
      AppendGroup(*journal, count);
      size += count;
      ASSERT_EQ(journal->end_sequence(), size);
    }
    ExpectHolds(*journal, size);
  }
  ExpectHolds(*OpenJournal(path_), size);
}

TEST_F(JournalTest, JournalGoesOnAfterReopeningAtEveryTailShape) {
  uint64_t size = 0;
  for (const size_t count : {1, 254, 1, 1, 255, 256, 700, 12}) {
    const std::unique_ptr<Journal> journal = OpenJournal(path_);
    AppendGroup(*journal, count);
    size += count;
    ExpectHolds(*journal, size);
  }
  ExpectHolds(*OpenJournal(path_), size);
}

TEST_F(JournalTest, SecondLevelOfTilesIsRebuiltAtOpen) {
  constexpr uint64_t kSize = 256 * 256 + 256 * 3 + 5;
  {
    const std::unique_ptr<Journal> journal = OpenJournal(path_);
    for (uint64_t size = 0; size < kSize; size += 5'003) {
      AppendGroup(*journal, std::min<uint64_t>(5'003, kSize - size));
    }
  }
  const std::unique_ptr<Journal> journal = OpenJournal(path_);
  ASSERT_EQ(journal->end_sequence(), kSize);
  EXPECT_EQ(journal->root(), RootByDefinition(kSize));
  for (const uint64_t size : {65'535, 65'536, 65'537, 66'048, 66'300}) {
    EXPECT_EQ(journal->RootAt(size).value(), RootByDefinition(size)) << size;
  }
}

TEST_F(JournalTest, RootAtEverySizeMatchesTheDefinition) {
  const std::unique_ptr<Journal> journal = OpenJournal(path_);
  MerkleFrontier tree;
  std::vector<Hash> roots = {tree.root()};
  for (const size_t count : {300, 1, 500, 99}) AppendGroup(*journal, count);
  for (uint64_t sequence = 1; sequence <= 900; ++sequence) {
    tree.Append(LeafHash(EntryAt(sequence)));
    roots.push_back(tree.root());
  }
  for (uint64_t size = 0; size <= 900; ++size) {
    ASSERT_EQ(journal->RootAt(size).value(), roots[size]) << size;
  }
  EXPECT_TRUE(absl::IsOutOfRange(journal->RootAt(901).status()));
}

TEST_F(JournalTest, AppendGivesTheLeafHashes) {
  const std::unique_ptr<Journal> journal = OpenJournal(path_);
  std::vector<Hash> leaf_hashes = {Hash{}};
  ASSERT_TRUE(journal->Append(1, 1, {"a", "", "b"}, &leaf_hashes).ok());
  EXPECT_EQ(leaf_hashes, (std::vector<Hash>{LeafHash("a"), LeafHash(""), LeafHash("b")}));
}

TEST_F(JournalTest, BlocksEndAt256Entries) {
  {
    const std::unique_ptr<Journal> journal = OpenJournal(path_);
    AppendGroup(*journal, 600);
    AppendGroup(*journal, 1);
    AppendGroup(*journal, 256);
  }
  EXPECT_THAT(BlockStarts(), ::testing::ElementsAre(1, 257, 513, 601, 602));
}

TEST_F(JournalTest, BlocksEndAtOneMebibyte) {
  const std::string half(512 * 1024, 'h');
  const std::string whole(1024 * 1024, 'w');
  {
    const std::unique_ptr<Journal> journal = OpenJournal(path_);
    ASSERT_TRUE(journal->Append(1, 1, {half, half, half, "x", whole, "y"}, nullptr).ok());
    std::string entry;
    ASSERT_TRUE(journal->ReadEntry(5, &entry).ok());
    EXPECT_EQ(entry, whole);
  }
  EXPECT_THAT(BlockStarts(), ::testing::ElementsAre(1, 3, 5, 6));
}

TEST_F(JournalTest, CompleteTilesAreStored) {
  testing::MakeJournal(path_, {300, 300});
  testing::ChangeRows(path_, [](JournalStore& store) {
    for (uint64_t index = 0; index < 2; ++index) {
      const auto tile = store.ReadTile(0, index);
      ASSERT_TRUE(tile.ok()) << tile.status();
      for (uint64_t i = 0; i < 256; ++i) {
        ASSERT_EQ((*tile)[i], LeafHash(EntryAt(256 * index + i + 1)));
      }
    }
    EXPECT_FALSE(store.ReadTile(0, 2).ok());
    EXPECT_FALSE(store.ReadTile(1, 0).ok());
    const auto frontier = store.ReadFrontier();
    ASSERT_TRUE(frontier.ok());
    EXPECT_EQ(frontier->size, 600u);
    EXPECT_EQ(frontier->root, RootByDefinition(600));
  });
}

TEST_F(JournalTest, EveryEntryIsFoundByItsSequence) {
  const std::unique_ptr<Journal> journal = OpenJournal(path_);
  for (const size_t count : {300, 1, 2, 256}) AppendGroup(*journal, count);
  std::string entry;
  for (uint64_t sequence = 1; sequence <= 559; ++sequence) {
    ASSERT_TRUE(journal->ReadEntry(sequence, &entry).ok()) << sequence;
    ASSERT_EQ(entry, EntryAt(sequence));
  }
  EXPECT_TRUE(absl::IsNotFound(journal->ReadEntry(0, &entry)));
  EXPECT_TRUE(absl::IsNotFound(journal->ReadEntry(560, &entry)));
}

TEST_F(JournalTest, ScansKeepTheirBoundsAndStopWhenTold) {
  const std::unique_ptr<Journal> journal = OpenJournal(path_);
  AppendGroup(*journal, 600);
  std::vector<uint64_t> seen;
  const auto collect = [&seen](uint64_t sequence, absl::string_view) {
    seen.push_back(sequence);
    return seen.size() < 4;
  };
  ASSERT_TRUE(journal->ReadEntries(255, 257, collect).ok());
  EXPECT_THAT(seen, ::testing::ElementsAre(255, 256, 257));
  seen.clear();
  ASSERT_TRUE(journal->ReadEntries(511, 600, collect).ok());
  EXPECT_THAT(seen, ::testing::ElementsAre(511, 512, 513, 514));
  seen.clear();
  EXPECT_TRUE(journal->ReadEntries(7, 6, collect).ok());
  EXPECT_TRUE(absl::IsOutOfRange(journal->ReadEntries(0, 6, collect)));
  EXPECT_TRUE(absl::IsOutOfRange(journal->ReadEntries(600, 601, collect)));
  EXPECT_TRUE(seen.empty());
}

TEST_F(JournalTest, WrongPositionsAndPastEpochsAreRefusedWithoutTrace) {
  const std::unique_ptr<Journal> journal = OpenJournal(path_);
  AppendGroup(*journal, 3);
  EXPECT_TRUE(absl::IsFailedPrecondition(journal->Append(3, 1, {"x"}, nullptr)));
  EXPECT_TRUE(absl::IsFailedPrecondition(journal->Append(5, 1, {"x"}, nullptr)));
  EXPECT_TRUE(absl::IsFailedPrecondition(journal->Append(4, 0, {"x"}, nullptr)));
  AppendGroup(*journal, 3);
  ExpectHolds(*journal, 6);
}

TEST_F(JournalTest, EpochGrowsAndStays) {
  {
    const std::unique_ptr<Journal> journal = OpenJournal(path_);
    ASSERT_TRUE(journal->Append(1, 4, {"x"}, nullptr).ok());
    EXPECT_EQ(journal->epoch(), 4u);
    EXPECT_TRUE(absl::IsFailedPrecondition(journal->Append(2, 3, {"x"}, nullptr)));
  }
  EXPECT_EQ(OpenJournal(path_)->epoch(), 4u);
}

TEST_F(JournalTest, SecondWriterIsRefused) {
  const std::unique_ptr<Journal> journal = OpenJournal(path_);
  EXPECT_TRUE(absl::IsFailedPrecondition(Journal::Open({.path = path_}).status()));
}

TEST_F(JournalTest, ReadOnlyJournalShowsTheMomentItWasOpenedBesideTheWriter) {
  const std::unique_ptr<Journal> writer = OpenJournal(path_);
  AppendGroup(*writer, 300);
  const auto reader = Journal::Open({.path = path_, .read_only = true});
  ASSERT_TRUE(reader.ok()) << reader.status();
  AppendGroup(*writer, 300);
  ExpectHolds(**reader, 300);
  EXPECT_TRUE(absl::IsFailedPrecondition((*reader)->Append(301, 1, {"x"}, nullptr)));
  EXPECT_TRUE((*reader)->read_only());
}

TEST_F(JournalTest, InterruptedCreationIsNotAJournalAndIsFinishedNextTime) {
  { ASSERT_TRUE(JournalStore::Open(path_, JournalStore::Mode::kCreate).ok()); }
  EXPECT_TRUE(absl::IsNotFound(Journal::Open({.path = path_}).status()));
  AppendGroup(*OpenJournal(path_), 2);
  ExpectHolds(*OpenJournal(path_), 2);
}

TEST_F(JournalTest, ReadersSeeWholeGroupsWhileTheWriterAppends) {
  const std::unique_ptr<Journal> journal = OpenJournal(path_);
  constexpr uint64_t kGroups = 100;
  constexpr uint64_t kGroup = 37;
  std::vector<Hash> roots;
  MerkleFrontier tree;
  for (uint64_t sequence = 0; sequence <= kGroups * kGroup; ++sequence) {
    if (sequence > 0) tree.Append(LeafHash(EntryAt(sequence)));
    roots.push_back(tree.root());
  }
  std::atomic<bool> stop = false;
  std::atomic<uint64_t> reads = 0;
  const auto read = [&](unsigned seed) {
    std::mt19937 random(seed);
    while (!stop) {
      const Journal::End end = journal->end();
      EXPECT_EQ(end.sequence % kGroup, 0u);
      EXPECT_EQ(end.root, roots[end.sequence]);
      if (end.sequence == 0) continue;
      const uint64_t sequence = random() % end.sequence + 1;
      std::string entry;
      EXPECT_TRUE(journal->ReadEntry(sequence, &entry).ok());
      EXPECT_EQ(entry, EntryAt(sequence));
      EXPECT_EQ(journal->RootAt(sequence).value(), roots[sequence]);
      ++reads;
    }
  };
  std::thread first(read, 1);
  std::thread second(read, 2);
  for (uint64_t group = 0; group < kGroups; ++group) AppendGroup(*journal, kGroup);
  while (reads < 200) std::this_thread::yield();
  stop = true;
  first.join();
  second.join();
  ExpectHolds(*journal, kGroups * kGroup);
}

TEST_F(JournalTest, GaugesHaveFixedNamesAndFollowTheData) {
  const std::unique_ptr<Journal> journal = OpenJournal(path_);
  const auto value = [&journal](const std::string& wanted) -> uint64_t {
    for (const auto& [name, number] : journal->Gauges()) {
      if (name == wanted) return number;
    }
    ADD_FAILURE() << "no gauge " << wanted;
    return 0;
  };
  std::set<std::string> names;
  for (const auto& [name, number] : journal->Gauges()) EXPECT_TRUE(names.insert(name).second);
  EXPECT_EQ(value("journal.background_errors"), 0u);
  EXPECT_GT(value("journal.total_sst_bytes"), 0u);  // the ledger row
  const uint64_t before = value("journal.memtable_bytes");
  const std::string large(1024 * 1024, 'l');
  ASSERT_TRUE(journal->Append(1, 1, {large, large, large}, nullptr).ok());
  EXPECT_GE(value("journal.memtable_bytes"), before + 3 * large.size());
}

using JournalDeathTest = JournalTest;

TEST_F(JournalDeathTest, EntryAboveOneMebibyteOrNoEntryIsABrokenCaller) {
  const std::unique_ptr<Journal> journal = OpenJournal(path_);
  const std::string large(kMaxEntryBytes + 1, 'l');
  EXPECT_DEATH(journal->Append(1, 1, {"x", large}, nullptr).IgnoreError(), "above the limit");
  EXPECT_DEATH(journal->Append(1, 1, {}, nullptr).IgnoreError(), "entries.empty");
}

}  // namespace
}  // namespace voucher
