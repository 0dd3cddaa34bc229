#include "ledger/fsck/fsck.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/journal/store.h"
#include "ledger/views/views.h"
#include "tests/fsck/checked_ledger.h"
#include "tests/journal/journal_files.h"

namespace voucher::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FsckTest : public CheckedLedger {
 protected:
  // Lets `change` alter rows of the views on disk, below `reached`.
  void ChangeViews(const std::function<void(EditableRows*)>& change) {
    auto views = Views::Open(Path() + "/views");
    ASSERT_TRUE(views.ok()) << views.status();
    const Reached reached = (*views)->reached().value();
    WriterRows rows(&(*views)->newest());
    change(&rows);
    ASSERT_TRUE((*views)->Apply(*rows.TakeChanges(), reached).ok());
  }
};

// Every file below a directory with its size and time of change.
std::map<std::string, std::pair<uintmax_t, std::filesystem::file_time_type>> FilesOf(
    const std::string& path) {
  std::map<std::string, std::pair<uintmax_t, std::filesystem::file_time_type>> files;
  for (const auto& file : std::filesystem::recursive_directory_iterator(path)) {
    if (file.is_regular_file()) {
      files[file.path()] = {file.file_size(), file.last_write_time()};
    }
  }
  return files;
}

TEST_F(FsckTest, AWholeLedgerIsCleanAlsoWhenDecidedAgain) {
  Write(story_.stored());
  const FsckReport report = Check(/*redecide=*/true);
  EXPECT_EQ(report.Verdict(), "fsck: ok") << report.Text();
  EXPECT_EQ(report.entries, story_.stored().size());
  EXPECT_EQ(report.ledger_id, "00112233445566778899aabbccddeeff");
  std::vector<std::string> names;
  for (const FsckCheck& check : report.checks) names.push_back(check.name());
  EXPECT_THAT(names, ElementsAre("blocks", "high-water mark", "decoding", "sequence", "times",
                                 "queue order", "cutoff", "timers", "postings", "deadlines",
                                 "request ids", "replay", "decisions", "views", "invariants"));
  for (const FsckCheck& check : report.checks) {
    EXPECT_EQ(check.examined() > 0, check.name() != "timers") << check.name();
  }
}

TEST_F(FsckTest, TheLifeOfMoneyToItsEndIsClean) {
  story_.MoveTo("2025-11-05T00:00:00+08:00");
  story_.FireTimers();  // cutoff, transfer 2 overdue
  story_.MoveTo("2026-01-05T00:00:00+08:00");
  story_.FireTimers();  // voucher 1 expired, application 5 lapsed, which was not approved
  story_.Accept(ProviderOf("zeta"), ConfirmTransfer(2));  // late money for a dead voucher
  story_.Accept(ProviderOf("acme"), Reverse(story_.redemption(1), 500'00));
  Write(story_.stored());
  const FsckReport report = Check(/*redecide=*/true);
  EXPECT_EQ(report.Verdict(), "fsck: ok") << report.Text();
}

TEST_F(FsckTest, ALedgerOfTheVersionBeforeIsRefusedAndNotCalledDamaged) {
  std::vector<std::string> stored = story_.stored();
  v1::Entry entry;
  ASSERT_TRUE(entry.ParseFromString(stored[story_.redemption(1) - 1]));
  entry.mutable_event()->mutable_redeemed()->set_redemption_id(1);
  stored[story_.redemption(1) - 1] = entry.SerializeAsString();
  WriteWithoutViews(stored);
  const absl::Status refused =
      RunFsck({.path = Path(), .rows_path = directory_.Path("rows")}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
}

// Such a reversal was refused when it came, whatever its number became since.
TEST_F(FsckTest, AReversalOfWhatWasARedemptionLaterOnlyIsDecidedAgainAsItWas) {
  const uint64_t next = story_.stored().size() + 1;
  for (const uint64_t sequence : {next, next + 2}) {
    EXPECT_EQ(story_.Do(ProviderOf("acme"), Reverse(sequence, 1)).refusal().reason(),
              v1::REASON_REDEMPTION_NOT_FOUND);
  }
  story_.Accept(ProviderOf("acme"), Redeem(1, "o-9", 100));
  EXPECT_EQ(story_.redemption(3), next + 2);
  Write(story_.stored());
  const FsckReport report = Check(/*redecide=*/true);
  EXPECT_EQ(report.Verdict(), "fsck: ok") << report.Text();
}

TEST_F(FsckTest, ASettledLedgerIsCleanAndEachRowOfItsStatementsIsCompared) {
  TellSettlement(&story_);
  Write(story_.stored());
  const FsckReport report = Check(/*redecide=*/true);
  EXPECT_EQ(report.Verdict(), "fsck: ok") << report.Text();
  ChangeViews([](EditableRows* rows) {
    rows->Edit<tables::Statements>({1}).mutable_statement()->set_paid_fen(1);
    rows->Erase<tables::StatementLines>({2, 2});
  });
  EXPECT_THAT(Findings(Check(), "views"),
              ElementsAre("row 0000000000000001 of table 49 of the views differs from what the "
                          "entries give",
                          "row 00000000000000020000000000000002 of table 51 is missing in the "
                          "views"));
}

TEST_F(FsckTest, ChecksLeaveTheDatabaseAsItIs) {
  Write(story_.stored());
  const auto before = FilesOf(Path());
  Check(/*redecide=*/true);
  EXPECT_EQ(FilesOf(Path()), before);
  EXPECT_FALSE(std::filesystem::exists(directory_.Path("rows")));
}

TEST_F(FsckTest, AnEmptyLedgerIsClean) {
  Write({});
  EXPECT_EQ(Check().Verdict(), "fsck: ok");
}

TEST_F(FsckTest, ViewsMayBeAbsent) {
  WriteWithoutViews(story_.stored());
  const FsckReport report = Check();
  EXPECT_TRUE(report.ok()) << report.Text();
  EXPECT_EQ(NoteOf(report, "views"), "there are no views to compare");
}

TEST_F(FsckTest, ViewsMayBeBehindAndAreComparedThere) {
  WriteLedger(Path(), story_.stored(), 20);
  FsckReport report = Check();
  EXPECT_TRUE(report.ok()) << report.Text();
  EXPECT_THAT(NoteOf(report, "views"), HasSubstr("the views end at entry 20 of"));
  ChangeViews([](EditableRows* rows) { rows->Edit<tables::Counters>({}).set_enterprise(99); });
  report = Check();
  EXPECT_THAT(Failed(report), ElementsAre("views"));
}

TEST_F(FsckTest, AnAlteredRowOfTheViewsIsNamed) {
  Write(story_.stored());
  ChangeViews([](EditableRows* rows) {
    auto& balance = rows->Edit<tables::Balances>({1, v1::ACCOUNT_KIND_BUDGET, 0, 0});
    ASSERT_EQ(balance.fen(), 77'400'00);
    balance.set_fen(77'400'01);
  });
  const FsckReport report = Check();
  // table 31; program 1, kind 2, id 0, sub 0
  EXPECT_THAT(Findings(report, "views"),
              ElementsAre("row 000000010200000000000000000000000000000000 of table 31 of the views "
                          "differs from what the entries give"));
  EXPECT_THAT(Failed(report), ElementsAre("views"));
}

TEST_F(FsckTest, AMissingAndAnInventedRowOfTheViewsAreNamed) {
  Write(story_.stored());
  ChangeViews([](EditableRows* rows) {
    rows->Erase<tables::Vouchers>({1});
    rows->Edit<tables::Vouchers>({2}).set_approved_fen(1);
  });
  EXPECT_THAT(Findings(Check(), "views"),
              ElementsAre("row 0000000000000001 of table 23 is missing in the views",
                          "row 0000000000000002 of table 23 of the views does not follow from the "
                          "entries"));
}

TEST_F(FsckTest, AFlippedByteOfAnEntryBreaksTheRoot) {
  Write(story_.stored());
  const uint64_t entry = Decided("apply-5");
  const uint64_t first = (entry - 1) / 7 * 7 + 1;  // of its block
  ChangeRows(Path() + "/journal", [&](JournalStore& store) {
    std::string block;
    ASSERT_TRUE(store.db().Get({}, store.blocks(), BlockKey(first), &block).ok());
    const size_t at = block.find("apply-5");
    ASSERT_NE(at, std::string::npos);
    block[at] ^= 1;
    ASSERT_TRUE(store.db().Put({}, store.blocks(), BlockKey(first), block).ok());
  });
  const FsckReport report = Check();
  EXPECT_THAT(Findings(report, "blocks"), Contains(HasSubstr("root before is ")));
  EXPECT_THAT(report.Verdict(), HasSubstr("blocks ("));
}

TEST_F(FsckTest, AJournalCutBelowItsMarkIsNoticed) {
  const std::vector<std::string>& all = story_.stored();
  WriteLedger(Path(), all, all.size());
  const std::string shorter = directory_.Path("shorter");
  WriteLedger(shorter, {all.begin(), all.end() - 3}, 0);
  std::filesystem::remove_all(Path() + "/journal");
  CopyFiles(shorter + "/journal", Path() + "/journal");
  const FsckReport report = Check();
  EXPECT_THAT(Failed(report), ElementsAre("high-water mark", "views"));
  EXPECT_THAT(Findings(report, "views"), ElementsAre(HasSubstr("the journal lost entries")));
}

TEST_F(FsckTest, AMissingMarkIsAFinding) {
  Write(story_.stored());
  std::filesystem::remove(Path() + "/high-water-mark");
  EXPECT_THAT(Failed(Check()), ElementsAre("high-water mark"));
}

TEST_F(FsckTest, ViewsOfAnotherLedgerAreNotCompared) {
  Write(story_.stored());
  auto views = Views::Open(Path() + "/views");
  ASSERT_TRUE(views.ok());
  Reached reached = (*views)->reached().value();
  reached.ledger_id = "ffffffffffffffffffffffffffffffff";
  ASSERT_TRUE((*views)->Apply(RowChanges(), reached).ok());
  views->reset();
  EXPECT_THAT(Findings(Check(), "views"), ElementsAre(HasSubstr("the views belong to ledger fff")));
}

TEST_F(FsckTest, NoJournalIsAnErrorNotAFinding) {
  std::filesystem::create_directories(Path());
  FsckOptions options;
  options.path = Path();
  options.rows_path = directory_.Path("rows");
  EXPECT_EQ(RunFsck(options).status().code(), absl::StatusCode::kNotFound);
}

TEST(FsckReportTest, FindingsBeyondTheFirstHundredAreCounted) {
  FsckCheck check("many", "nothing");
  for (int i = 0; i < 250; ++i) check.Report("finding \"", i, "\"\n");
  FsckReport report;
  report.checks = {check};
  EXPECT_EQ(report.Verdict(), "fsck: FAILED: many (250)");
  EXPECT_THAT(report.Text(), HasSubstr("many: and 150 more\n"));
  EXPECT_THAT(report.Json(), HasSubstr("\"finding \\\"0\\\"\\u000a\""));
}

}  // namespace
}  // namespace voucher::testing
