// The program voucher-fsck as a process: output and exit codes.
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nlohmann/json.hpp"
#include "tests/fsck/checked_ledger.h"
#include "tests/support/child_process.h"
#include "tests/support/scratch_directory.h"

namespace voucher::testing {
namespace {

using ::nlohmann::json;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

std::vector<std::string> FilesIn(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    names.push_back(file.path().filename().string());
  }
  return names;
}

class FsckProgramTest : public CheckedLedger {
 protected:
  ProgramResult Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), VOUCHER_FSCK);
    auto result = RunProgram(arguments, std::chrono::seconds(60));
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : ProgramResult();
  }
};

TEST_F(FsckProgramTest, ACleanLedgerEndsWithOkAndZero) {
  Write(story_.stored());
  const ProgramResult result = Run({"--redecide", Path()});
  EXPECT_EQ(result.exit_code, 0) << result.stderr_text;
  EXPECT_THAT(result.stdout_text, EndsWith("\nfsck: ok\n"));
  EXPECT_THAT(result.stderr_text, HasSubstr("replay and decide again"));
  EXPECT_THAT(FilesIn(directory_.path()), ElementsAre("data"));
}

// A pipe that nobody reads, with room for so many bytes: who writes more is held up.
class FullPipe {
 public:
  explicit FullPipe(size_t room) {
    constexpr int kPage = 4'096;  // the smallest pipe
    EXPECT_EQ(mkfifo(path().c_str(), 0600), 0);
    fd_ = open(path().c_str(), O_RDWR | O_CLOEXEC);
    EXPECT_EQ(fcntl(fd_, F_SETPIPE_SZ, kPage), kPage);
    const std::string filling(kPage - room, '.');
    EXPECT_EQ(write(fd_, filling.data(), filling.size()), static_cast<ssize_t>(filling.size()));
  }
  ~FullPipe() { close(fd_); }
  FullPipe(const FullPipe&) = delete;
  FullPipe& operator=(const FullPipe&) = delete;

  std::string path() const { return directory_.Path("pipe"); }

 private:
  const ScratchDirectory directory_{"pipe"};
  int fd_ = -1;
};

TEST_F(FsckProgramTest, AStopSignalEndsItAndLeavesNothingBehind) {
  Write(story_.stored());
  for (const int stop : {SIGINT, SIGTERM}) {
    // The first phase can be told, the second not: the replay stands still, its rows open.
    const FullPipe pipe(std::string("voucher-fsck: blocks\n").size());
    auto fsck = ChildProcess::Start({.argv = {VOUCHER_FSCK, Path()}, .stderr_path = pipe.path()});
    ASSERT_TRUE(fsck.ok()) << fsck.status();
    std::string rows;
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (rows.empty() && std::chrono::steady_clock::now() < patience) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      for (const std::string& file : FilesIn(directory_.path())) {
        const std::string path = absl::StrCat(directory_.path(), "/", file, "/rows");
        if (file != "data" && std::filesystem::exists(path)) rows = path;
      }
    }
    ASSERT_NE(rows, "") << "it has not begun to replay";
    (*fsck)->Signal(stop);
    const absl::StatusOr<int> ended = (*fsck)->Wait(std::chrono::seconds(20));
    ASSERT_TRUE(ended.ok()) << ended.status();
    EXPECT_EQ(*ended, 128 + stop);
    EXPECT_THAT(FilesIn(directory_.path()), ElementsAre("data"));
  }
}

TEST_F(FsckProgramTest, AnEntryThatDoesNotFitIsAFindingWithTheWholeReport) {
  std::vector<std::string> stored = story_.stored();
  const uint64_t sequence = Decided("redeem-o-1");
  v1::Entry entry;
  ASSERT_TRUE(entry.ParseFromString(stored[sequence - 1]));
  entry.mutable_event()->mutable_postings(0)->set_amount_fen(8'000'01);  // 8,000 yuan are there
  stored[sequence - 1] = entry.SerializeAsString();
  WriteWithoutViews(stored);
  const ProgramResult result = Run({"--json", Path()});
  EXPECT_EQ(result.exit_code, 1) << result.stderr_text;
  const json report = json::parse(result.stdout_text);
  EXPECT_EQ(report["ok"], false);
  EXPECT_THAT(report["verdict"].get<std::string>(), HasSubstr("replay (1)"));
  bool named = false;
  for (const json& check : report["checks"]) {
    if (check["name"] != "replay") continue;
    named = true;
    EXPECT_EQ(
        check["findings"],
        json::array({absl::StrCat("entry ", sequence,
                                  " does not fit the state before it; the replay ends there")}));
    EXPECT_EQ(check["examined"], sequence - 1);
  }
  EXPECT_TRUE(named);
}

TEST_F(FsckProgramTest, FindingsEndWithOne) {
  Write(story_.stored());
  std::filesystem::remove(Path() + "/high-water-mark");
  const ProgramResult result = Run({Path()});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.stdout_text, EndsWith("\nfsck: FAILED: high-water mark (1)\n"));
}

TEST_F(FsckProgramTest, WrongUsageEndsWithTwo) {
  EXPECT_EQ(Run({}).exit_code, 2);
  EXPECT_EQ(Run({"--nonsense", "x"}).exit_code, 2);
  EXPECT_EQ(Run({"--help"}).exit_code, 0);
}

TEST_F(FsckProgramTest, WhatCannotBeOpenedEndsWithThree) {
  EXPECT_EQ(Run({directory_.Path("nothing")}).exit_code, 3);
  std::filesystem::create_directories(Path());
  const ProgramResult empty = Run({Path()});
  EXPECT_EQ(empty.exit_code, 3);
  EXPECT_THAT(empty.stderr_text, HasSubstr("cannot open"));
  Write(story_.stored());
  EXPECT_EQ(Run({"--temp-dir", directory_.Path("nowhere"), Path()}).exit_code, 3);
}

}  // namespace
}  // namespace voucher::testing
