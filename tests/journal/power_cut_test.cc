// What is left of a journal after power cuts and damaged or shortened write-ahead logs, with the
// RocksDB that is installed. These tests would notice if its behaviour changed.
#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/journal/high_water_mark.h"
#include "ledger/journal/journal.h"
#include "ledger/journal/mark_check.h"
#include "tests/journal/journal_files.h"
#include "tests/support/scratch_directory.h"

namespace voucher {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;
using testing::RootByDefinition;

// A journal of ten groups of seven entries, copied while it was open, whose entries are all in the
// newest log; and the size of that log after each group, which are its record boundaries.
class PowerCutTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kGroups = 10;
  static constexpr uint64_t kGroup = 7;

  void SetUp() override {
    const std::string live = scratch_.Path("live");
    const std::unique_ptr<Journal> journal = testing::OpenJournal(live);
    ASSERT_NE(journal, nullptr);
    const std::string log = testing::NewestLog(live);
    for (uint64_t group = 0; group < kGroups; ++group) {
      testing::AppendGroup(*journal, kGroup);
      boundaries_.push_back(std::filesystem::file_size(log));
    }
    testing::CopyFiles(live, path_);
    log_ = testing::NewestLog(path_);
    mark_ = {journal->ledger_id(), journal->epoch(), journal->end_sequence(), journal->root(), 0};
  }

  void CutLog(uintmax_t size) { std::filesystem::resize_file(log_, size); }

  // Opens for writing or reading, as told by the last parameter, and expects `size` good entries.
  void ExpectHolds(uint64_t size, bool read_only) {
    const auto journal = Journal::Open({.path = path_, .read_only = read_only});
    ASSERT_TRUE(journal.ok()) << journal.status();
    ASSERT_EQ((*journal)->end_sequence(), size);
    EXPECT_EQ((*journal)->root(), RootByDefinition(size));
    std::string entry;
    for (uint64_t sequence = 1; sequence <= size; ++sequence) {
      ASSERT_TRUE((*journal)->ReadEntry(sequence, &entry).ok());
      ASSERT_EQ(entry, testing::EntryAt(sequence));
    }
    EXPECT_EQ(CompareWithMark(**journal, mark_).has_value(), size < kGroups * kGroup);
  }

  testing::ScratchDirectory scratch_{"power_cut"};
  const std::string path_ = scratch_.Path("image");
  std::string log_;
  std::vector<uintmax_t> boundaries_;
  HighWaterMark mark_;
};

TEST_F(PowerCutTest, NothingAcknowledgedIsLostWithoutAClose) {
  ExpectHolds(kGroups * kGroup, /*read_only=*/true);
  ExpectHolds(kGroups * kGroup, /*read_only=*/false);
  ExpectHolds(kGroups * kGroup, /*read_only=*/false);
}

TEST_F(PowerCutTest, JournalGoesOnAfterwards) {
  testing::AppendGroup(*testing::OpenJournal(path_), 500);
  const auto journal = Journal::Open({.path = path_});
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_EQ((*journal)->root(), RootByDefinition(570));
}

TEST_F(PowerCutTest, TornLastRecordLosesOnlyItsGroup) {
  const std::string whole = testing::ReadFile(log_);
  for (const uintmax_t size : {boundaries_[8] + 1, boundaries_[8] + 100, boundaries_[9] - 1}) {
    testing::WriteFile(log_, whole.substr(0, size));
    ExpectHolds(9 * kGroup, /*read_only=*/true);
  }
  ExpectHolds(9 * kGroup, /*read_only=*/false);
}

TEST_F(PowerCutTest, OneFlippedBitInTheMiddleOfTheLogRefusesToOpen) {
  const std::string whole = testing::ReadFile(log_);
  for (const bool read_only : {true, false}) {
    std::string damaged = whole;
    damaged[boundaries_[4] + 200] = static_cast<char>(damaged[boundaries_[4] + 200] ^ 1);
    testing::WriteFile(log_, damaged);
    const auto journal = Journal::Open({.path = path_, .read_only = read_only});
    EXPECT_TRUE(absl::IsDataLoss(journal.status())) << journal.status();
  }
  testing::WriteFile(log_, whole);
  ExpectHolds(kGroups * kGroup, /*read_only=*/false);
}

TEST_F(PowerCutTest, LogCutBetweenRecordsOpensButFailsItsMark) {
  CutLog(boundaries_[5]);
  for (const bool read_only : {true, false}) {
    const auto journal = Journal::Open({.path = path_, .read_only = read_only});
    ASSERT_TRUE(journal.ok()) << journal.status();
    EXPECT_EQ((*journal)->end_sequence(), 6 * kGroup);
    EXPECT_EQ((*journal)->root(), RootByDefinition(6 * kGroup));
    EXPECT_THAT(CompareWithMark(**journal, mark_),
                Optional(HasSubstr("ends at sequence 42, but its high-water mark is at 70: 28 "
                                   "entries are lost")));
  }
}

TEST_F(PowerCutTest, JournalWithoutItsLogFailsItsMark) {
  std::filesystem::remove(log_);
  const auto journal = Journal::Open({.path = path_, .create_if_missing = true});
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_EQ((*journal)->ledger_id(), testing::kLedgerId);
  EXPECT_THAT(CompareWithMark(**journal, mark_), Optional(HasSubstr("70 entries are lost")));
}

TEST_F(PowerCutTest, OtherHistoryOfTheSameLengthFailsItsMark) {
  CutLog(boundaries_[5]);
  {
    const std::unique_ptr<Journal> journal = testing::OpenJournal(path_);
    const std::vector<absl::string_view> other(4 * kGroup, "other");
    ASSERT_TRUE(journal->Append(6 * kGroup + 1, 1, other, nullptr).ok());
  }
  const auto journal = Journal::Open({.path = path_});
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_THAT(CompareWithMark(**journal, mark_), Optional(HasSubstr("was altered")));
}

}  // namespace
}  // namespace voucher
