// voucher-fsck --export as a process, and the files that it writes.
#include "ledger/fsck/export.h"

#include <chrono>
#include <fstream>
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

std::vector<json> Lines(const std::string& path) {
  std::vector<json> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  return lines;
}

class ExportTest : public CheckedLedger {
 protected:
  ProgramResult Export() {
    auto result = RunProgram({VOUCHER_FSCK, "--export", directory_.Path("out"), Path()},
                             std::chrono::seconds(60));
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : ProgramResult();
  }
};

TEST_F(ExportTest, WritesEveryEntryInOrderWithItsAuthorityAndNeedsNoViews) {
  WriteWithoutViews(story_.stored());
  const ProgramResult result = Export();
  EXPECT_EQ(result.exit_code, 0) << result.stderr_text;
  EXPECT_THAT(result.stdout_text,
              EndsWith(absl::StrCat(" entries in ", directory_.Path("out"), "\n")));
  const std::vector<json> lines = Lines(directory_.Path("out/entries-000001.jsonl"));
  ASSERT_EQ(lines.size(), story_.stored().size());
  for (size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i]["sequence"], absl::StrCat(i + 1));
    EXPECT_EQ(lines[i].contains("introduced"), lines[i].contains("authority"));
  }
  EXPECT_TRUE(lines[0]["command"].contains("publish_program"));
  EXPECT_EQ(lines[Decided("redeem-o-1") - 1]["command"]["redeem"]["request_id"], "redeem-o-1");
}

TEST_F(ExportTest, DoesNotMixTwoExports) {
  WriteWithoutViews(story_.stored());
  EXPECT_EQ(Export().exit_code, 0);
  const ProgramResult again = Export();
  EXPECT_EQ(again.exit_code, 3);
  EXPECT_THAT(again.stderr_text, HasSubstr("holds an export already"));
}

TEST_F(ExportTest, EndsAFileWhereItIsFull) {
  const auto out = EntryExport::Open(directory_.Path("small"), 1);
  ASSERT_TRUE(out.ok()) << out.status();
  for (uint64_t sequence = 1; sequence <= 3; ++sequence) {
    v1::Entry entry;
    entry.set_sequence(sequence);
    ASSERT_TRUE((*out)->Take(std::move(entry)).ok());
  }
  ASSERT_TRUE((*out)->Finish().ok());
  for (int file = 1; file <= 3; ++file) {
    EXPECT_EQ(Lines(absl::StrCat(directory_.Path("small/entries-00000"), file, ".jsonl")).size(),
              1u);
  }
}

TEST_F(ExportTest, WhatIsNoEntryIsAFinding) {
  std::vector<std::string> stored = story_.stored();
  stored[3] = "\xff";
  WriteWithoutViews(stored);
  const ProgramResult result = Export();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.stderr_text, HasSubstr("entry 4 cannot be parsed"));
}

}  // namespace
}  // namespace voucher::testing
