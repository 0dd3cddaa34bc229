// What happens when the disk refuses to sync. The test program's fdatasync stands before the C
// library's, also for calls from RocksDB.
#include <atomic>
#include <cerrno>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <sys/syscall.h>
#include <unistd.h>

#include "ledger/journal/high_water_mark.h"
#include "ledger/journal/journal.h"
#include "tests/journal/journal_files.h"
#include "tests/support/scratch_directory.h"

namespace {

std::atomic<bool> disk_fails = false;
std::atomic<int> syncs = 0;

}  // namespace

extern "C" int fdatasync(int fd) {
  ++syncs;
  if (disk_fails) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fdatasync, fd));
}

namespace voucher {
namespace {

class FailedSyncTest : public ::testing::Test {
 protected:
  void TearDown() override { disk_fails = false; }

  testing::ScratchDirectory scratch_{"failed_sync"};
  const std::string path_ = scratch_.Path("journal");
};

TEST_F(FailedSyncTest, GroupCostsExactlyOneSync) {
  const std::unique_ptr<Journal> journal = testing::OpenJournal(path_);
  testing::AppendGroup(*journal, 1);
  const int before = syncs;
  testing::AppendGroup(*journal, 5'000);
  EXPECT_EQ(syncs, before + 1);
}

TEST_F(FailedSyncTest, FailedGroupIsNotShownAndNothingIsAppendedAfterIt) {
  {
    const std::unique_ptr<Journal> journal = testing::OpenJournal(path_);
    testing::AppendGroup(*journal, 300);
    const Hash root = journal->root();

    disk_fails = true;
    std::vector<Hash> leaf_hashes;
    const absl::Status failed =
        journal->Append(301, 1, {testing::EntryAt(301), testing::EntryAt(302)}, &leaf_hashes);
    disk_fails = false;
    EXPECT_TRUE(absl::IsUnavailable(failed)) << failed;

    EXPECT_EQ(journal->end_sequence(), 300u);
    EXPECT_EQ(journal->root(), root);
    std::string entry;
    EXPECT_TRUE(absl::IsNotFound(journal->ReadEntry(301, &entry)));
    EXPECT_TRUE(journal->ReadEntry(300, &entry).ok());
    const absl::Status later = journal->Append(301, 1, {"x"}, nullptr);
    EXPECT_TRUE(absl::IsFailedPrecondition(later)) << later;
  }
  // Unknown means that the group is there as a whole or not at all.
  const std::unique_ptr<Journal> journal = testing::OpenJournal(path_);
  ASSERT_NE(journal, nullptr);
  EXPECT_THAT(journal->end_sequence(), ::testing::AnyOf(300u, 302u));
  EXPECT_EQ(journal->root(), testing::RootByDefinition(journal->end_sequence()));
}

TEST_F(FailedSyncTest, FailedMarkLeavesTheMarkBeforeInForce) {
  const std::string path = scratch_.Path("mark");
  HighWaterMark mark = {testing::kLedgerId, 1, 10, Sha256Of({"10"}), 0};
  absl::StatusOr<HighWaterMarkFile> file = HighWaterMarkFile::Open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE(file->Write(mark).ok());
  const HighWaterMark first = mark;

  mark.sequence = 20;
  disk_fails = true;
  EXPECT_TRUE(absl::IsUnavailable(file->Write(mark)));
  disk_fails = false;
  EXPECT_EQ(file->Read().value(), first);

  // The same slot is written anew, the other one stays.
  mark.sequence = 30;
  ASSERT_TRUE(file->Write(mark).ok());
  const absl::StatusOr<HighWaterMarkFile> again = HighWaterMarkFile::Open(path);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->Read().value(), mark);
}

}  // namespace
}  // namespace voucher
