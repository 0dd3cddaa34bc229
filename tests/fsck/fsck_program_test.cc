// The program voucher-fsck as a process: output and exit codes.
#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "nlohmann/json.hpp"
#include "tests/fsck/checked_ledger.h"
#include "tests/support/child_process.h"

namespace voucher::testing {
namespace {

using ::nlohmann::json;
using ::testing::EndsWith;
using ::testing::HasSubstr;

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
  int entries = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory_.path())) {
    static_cast<void>(file);
    ++entries;
  }
  EXPECT_EQ(entries, 1) << "only data/ is left";
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
