#include "ledger/journal/high_water_mark.h"

#include <filesystem>
#include <string>

#include "gtest/gtest.h"

#include "tests/journal/journal_files.h"
#include "tests/support/scratch_directory.h"

namespace voucher {
namespace {

constexpr size_t kSecondSlot = 4'096;
constexpr size_t kSlotBytes = 120;

HighWaterMark MarkAt(uint64_t sequence) {
  return {testing::kLedgerId, 2, sequence, Sha256Of({std::to_string(sequence)}),
          1'761'926'399'999'999'999 + static_cast<int64_t>(sequence)};
}

class HighWaterMarkTest : public ::testing::Test {
 protected:
  HighWaterMarkFile Open() {
    absl::StatusOr<HighWaterMarkFile> file = HighWaterMarkFile::Open(path_);
    EXPECT_TRUE(file.ok()) << file.status();
    return *std::move(file);
  }

  void Write(uint64_t sequence) {
    HighWaterMarkFile file = Open();
    const absl::Status written = file.Write(MarkAt(sequence));
    ASSERT_TRUE(written.ok()) << written;
  }

  // Overwrites a byte of the file.
  void Damage(size_t offset) {
    std::string bytes = testing::ReadFile(path_);
    bytes[offset] = static_cast<char>(bytes[offset] ^ 0x40);
    testing::WriteFile(path_, bytes);
  }

  testing::ScratchDirectory scratch_{"high_water_mark"};
  const std::string path_ = scratch_.Path("mark");
};

TEST_F(HighWaterMarkTest, AbsentFileIsNotFoundAndStaysAbsent) {
  EXPECT_TRUE(absl::IsNotFound(Open().Read().status()));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(HighWaterMarkTest, FirstMarkMakesTheFile) {
  Write(0);
  EXPECT_EQ(Open().Read().value(), MarkAt(0));
  EXPECT_EQ(std::filesystem::file_size(path_), 8'192u);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
}

TEST_F(HighWaterMarkTest, LastMarkCountsInOneFileAndAcrossOpens) {
  HighWaterMarkFile file = Open();
  for (uint64_t sequence = 1; sequence <= 5; ++sequence) {
    ASSERT_TRUE(file.Write(MarkAt(sequence)).ok());
    EXPECT_EQ(file.Read().value(), MarkAt(sequence));
    EXPECT_EQ(Open().Read().value(), MarkAt(sequence));
  }
  Write(6);
  Write(6);  // the same again, as at shutdown
  Write(7);
  EXPECT_EQ(Open().Read().value(), MarkAt(7));
}

TEST_F(HighWaterMarkTest, WritesAlternateBetweenSlots) {
  Write(1);
  const std::string first = testing::ReadFile(path_);
  Write(2);
  const std::string second = testing::ReadFile(path_);
  EXPECT_EQ(second.substr(0, kSecondSlot), first.substr(0, kSecondSlot));
  EXPECT_NE(second.substr(kSecondSlot), first.substr(kSecondSlot));
  Write(3);
  const std::string third = testing::ReadFile(path_);
  EXPECT_NE(third.substr(0, kSecondSlot), second.substr(0, kSecondSlot));
  EXPECT_EQ(third.substr(kSecondSlot), second.substr(kSecondSlot));
}

TEST_F(HighWaterMarkTest, TornWriteAtAnyByteLeavesTheMarkBefore) {
  Write(1);
  const std::string before = testing::ReadFile(path_);
  Write(2);
  const std::string after = testing::ReadFile(path_);
  for (size_t written = 0; written < kSlotBytes; ++written) {
    std::string torn = before;
    torn.replace(kSecondSlot, written, after, kSecondSlot, written);
    testing::WriteFile(path_, torn);
    ASSERT_EQ(Open().Read().value(), MarkAt(1)) << written;
  }
}

TEST_F(HighWaterMarkTest, DamageOfAnyByteOfTheNewerSlotFallsBackToTheOlder) {
  Write(1);
  Write(2);
  Write(3);  // in the first slot again
  const std::string good = testing::ReadFile(path_);
  for (size_t offset = 0; offset < kSlotBytes; ++offset) {
    testing::WriteFile(path_, good);
    Damage(offset);
    ASSERT_EQ(Open().Read().value(), MarkAt(2)) << offset;
  }
}

TEST_F(HighWaterMarkTest, WriteAfterATornSlotReplacesTheTornOne) {
  Write(1);
  Write(2);
  Damage(kSecondSlot + 50);
  Write(5);
  EXPECT_EQ(Open().Read().value(), MarkAt(5));
  Damage(kSecondSlot + 50);
  EXPECT_EQ(Open().Read().value(), MarkAt(1));
}

TEST_F(HighWaterMarkTest, TwoDamagedSlotsAreReportedAndNeverOverwritten) {
  Write(1);
  Write(2);
  Damage(10);
  Damage(kSecondSlot + 10);
  const std::string damaged = testing::ReadFile(path_);

  HighWaterMarkFile file = Open();
  const absl::Status read = file.Read().status();
  EXPECT_TRUE(absl::IsDataLoss(read)) << read;
  EXPECT_NE(read.message().find("both slots are damaged"), absl::string_view::npos) << read;
  EXPECT_TRUE(absl::IsDataLoss(file.Write(MarkAt(3))));
  EXPECT_EQ(testing::ReadFile(path_), damaged);
}

TEST_F(HighWaterMarkTest, EmptyAndShortFilesAreDamaged) {
  testing::WriteFile(path_, "");
  EXPECT_TRUE(absl::IsDataLoss(Open().Read().status()));
  testing::WriteFile(path_, std::string(8'192, '\0'));
  EXPECT_TRUE(absl::IsDataLoss(Open().Read().status()));
}

TEST_F(HighWaterMarkTest, MarkNeverGoesBackOrToAnotherLedger) {
  Write(10);
  HighWaterMarkFile file = Open();
  EXPECT_TRUE(absl::IsFailedPrecondition(file.Write(MarkAt(9))));
  HighWaterMark other = MarkAt(11);
  other.ledger_id = std::string(32, 'f');
  EXPECT_TRUE(absl::IsFailedPrecondition(file.Write(other)));
  HighWaterMark earlier_epoch = MarkAt(11);
  earlier_epoch.epoch = 1;
  EXPECT_TRUE(absl::IsFailedPrecondition(file.Write(earlier_epoch)));
  EXPECT_EQ(Open().Read().value(), MarkAt(10));
}

TEST_F(HighWaterMarkTest, UnwritableDirectoryIsAnErrorOfTheFileSystem) {
  absl::StatusOr<HighWaterMarkFile> file = HighWaterMarkFile::Open(scratch_.Path("none/mark"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE(absl::IsUnavailable(file->Write(MarkAt(1))));
}

}  // namespace
}  // namespace voucher
