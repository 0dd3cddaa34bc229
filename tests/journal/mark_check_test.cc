#include "ledger/journal/mark_check.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/journal/journal_files.h"
#include "tests/support/scratch_directory.h"

namespace voucher {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

class MarkCheckTest : public ::testing::Test {
 protected:
  void SetUp() override {
    journal_ = testing::OpenJournal(scratch_.Path("journal"));
    ASSERT_NE(journal_, nullptr);
    testing::AppendGroup(*journal_, 300);
    testing::AppendGroup(*journal_, 300);
  }

  static HighWaterMark MarkAt(uint64_t sequence) {
    return {testing::kLedgerId, 1, sequence, testing::RootByDefinition(sequence), 0};
  }

  testing::ScratchDirectory scratch_{"mark_check"};
  std::unique_ptr<Journal> journal_;
};

TEST_F(MarkCheckTest, JournalAtOrBeyondItsMarkIsFine) {
  for (const uint64_t sequence : {0, 1, 300, 599, 600}) {
    EXPECT_EQ(CompareWithMark(*journal_, MarkAt(sequence)), std::nullopt) << sequence;
  }
}

TEST_F(MarkCheckTest, JournalShorterThanItsMarkIsNoticed) {
  EXPECT_THAT(CompareWithMark(*journal_, MarkAt(601)),
              Optional(HasSubstr("ends at sequence 600, but its high-water mark is at 601: 1 "
                                 "entries are lost")));
}

TEST_F(MarkCheckTest, AnotherRootAtTheMarkIsNoticed) {
  HighWaterMark mark = MarkAt(450);
  mark.root = testing::RootByDefinition(449);
  EXPECT_THAT(CompareWithMark(*journal_, mark),
              Optional(HasSubstr("altered: its root at sequence 450")));
}

TEST_F(MarkCheckTest, AnotherLedgersMarkIsNoticed) {
  HighWaterMark mark = MarkAt(450);
  mark.ledger_id = std::string(32, '0');
  EXPECT_THAT(CompareWithMark(*journal_, mark), Optional(HasSubstr("is of ledger 0011")));
}

TEST_F(MarkCheckTest, MarkOfALaterEpochIsNoticed) {
  HighWaterMark mark = MarkAt(450);
  mark.epoch = 2;
  EXPECT_THAT(CompareWithMark(*journal_, mark), Optional(HasSubstr("epoch 2")));
}

TEST_F(MarkCheckTest, UnreadableTileBelowTheMarkIsNoticed) {
  journal_.reset();
  const std::string path = scratch_.Path("journal");
  testing::AppendGroup(*testing::OpenJournal(path), 65'536);
  // Below a complete upper tile nothing rereads it at open.
  testing::ChangeRows(path, [](JournalStore& store) {
    ASSERT_TRUE(store.db().Delete(rocksdb::WriteOptions(), store.tiles(), TileKey(0, 1)).ok());
  });
  journal_ = testing::OpenJournal(path);
  ASSERT_NE(journal_, nullptr);
  EXPECT_THAT(CompareWithMark(*journal_, MarkAt(300)), Optional(HasSubstr("tile 0/1: is missing")));
}

}  // namespace
}  // namespace voucher
