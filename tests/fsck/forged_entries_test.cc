// Ledgers with a valid hash chain over entries that no Decide would have made.
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/base/civil.h"
#include "tests/fsck/checked_ledger.h"

namespace voucher::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ForgedEntriesTest : public CheckedLedger {
 protected:
  // The entries with one of them altered.
  std::vector<std::string> With(uint64_t sequence, const std::function<void(v1::Entry*)>& forge) {
    std::vector<std::string> stored = story_.stored();
    v1::Entry entry;
    EXPECT_TRUE(entry.ParseFromString(stored.at(sequence - 1)));
    forge(&entry);
    stored[sequence - 1] = entry.SerializeAsString();
    return stored;
  }
};

TEST_F(ForgedEntriesTest, AGrantAboveTheRateShowsOnlyWhenDecidedAgain) {
  const uint64_t sequence = Decided("apply-5");
  WriteWithoutViews(With(sequence, [](v1::Entry* entry) {
    v1::Event* event = entry->mutable_event();
    ASSERT_EQ(event->application_submitted().granted_fen(), 600'00);
    event->mutable_application_submitted()->set_granted_fen(700'00);
    event->mutable_postings(0)->set_amount_fen(700'00);
  }));
  EXPECT_TRUE(Check().ok()) << "the books balance all the same";
  const FsckReport report = Check(/*redecide=*/true);
  ASSERT_THAT(Failed(report), ElementsAre("decisions"));
  EXPECT_THAT(
      Findings(report, "decisions"),
      ElementsAre(absl::StrCat("entry ", sequence,
                               " (SubmitApplication): recorded and decided again differ: modified: "
                               "event.postings[0].amount_fen: 70000 -> 60000"),
                  // The next refusal stated the true budget.
                  HasSubstr(absl::StrCat("entry ", sequence + 1, " (SubmitApplication): "))));
}

TEST_F(ForgedEntriesTest, ARefusalMadeUpShowsWhenDecidedAgain) {
  const uint64_t sequence = Decided("apply-7");
  WriteWithoutViews(With(sequence, [](v1::Entry* entry) {
    entry->mutable_refusal()->set_reason(v1::REASON_BLACKLISTED);
  }));
  EXPECT_THAT(Findings(Check(true), "decisions"),
              ElementsAre(absl::StrCat("entry ", sequence,
                                       " (SubmitApplication): recorded BLACKLISTED, the rules give "
                                       "ENTERPRISE_NOT_FOUND")));
}

TEST_F(ForgedEntriesTest, EntriesOfOtherDeciderVersionsAreOnlyCounted) {
  const uint64_t sequence = Decided("apply-7");
  WriteWithoutViews(With(sequence, [](v1::Entry* entry) {
    entry->set_decider_version(99);
    entry->mutable_refusal()->set_reason(v1::REASON_BLACKLISTED);
  }));
  const FsckReport report = Check(true);
  EXPECT_TRUE(report.ok()) << report.Text();
  EXPECT_EQ(NoteOf(report, "decisions"),
            "1 entries of other decider versions, 1 of them with another outcome today");
}

TEST_F(ForgedEntriesTest, AnAcceptanceAtTheCutoffShowsFromTheEntriesAlone) {
  story_.MoveTo("2025-10-31T23:59:59+08:00");
  const uint64_t sequence = story_.Accept(Platform(), Apply(3, "last-second", 1'000'00)).sequence();
  WriteWithoutViews(With(sequence, [](v1::Entry* entry) {
    entry->set_received_unix_ns(ParseRfc3339("2025-11-01T00:00:00+08:00").value());
    entry->set_recorded_unix_ns(entry->received_unix_ns() + 1);
  }));
  const FsckReport report = Check();
  EXPECT_THAT(Failed(report), ElementsAre("cutoff", "deadlines"));
  EXPECT_THAT(
      Findings(report, "cutoff"),
      ElementsAre(absl::StrCat(
          "entry ", sequence,
          " (SubmitApplication) was received at 2025-11-01T00:00:00+08:00 and accepted, the "
          "window is from 2025-01-01T00:00:00+08:00 to before 2025-11-01T00:00:00+08:00")));
}

TEST_F(ForgedEntriesTest, AQueueInversionShowsFromTheEntriesAlone) {
  const uint64_t sequence = Decided("apply-5");
  WriteWithoutViews(With(sequence, [](v1::Entry* entry) {
    entry->set_received_unix_ns(entry->received_unix_ns() - 2 * kNanosPerSecond);
  }));
  const FsckReport report = Check();
  EXPECT_THAT(Failed(report), ElementsAre("times", "queue order"));
  EXPECT_THAT(Findings(report, "queue order"),
              ElementsAre(HasSubstr(absl::StrCat("queue inversion: entry ", sequence))));
}

TEST_F(ForgedEntriesTest, ASkippedQueueNumberShows) {
  const uint64_t sequence = Decided("apply-7");
  WriteWithoutViews(With(sequence, [](v1::Entry* entry) { entry->set_queue_number(8); }));
  const FsckReport report = Check();
  EXPECT_THAT(Findings(report, "queue order"),
              ElementsAre(absl::StrCat("entry ", sequence,
                                       " (SubmitApplication) has queue number 8 "
                                       "of program 1 after 6")));
  EXPECT_THAT(Findings(report, "invariants"), Contains(HasSubstr("its last queue number is 8")));
}

TEST_F(ForgedEntriesTest, ARecordedTimeThatStandsStillShows) {
  const uint64_t sequence = Decided("apply-5");
  v1::Entry before;
  ASSERT_TRUE(before.ParseFromString(story_.stored()[sequence - 2]));
  WriteWithoutViews(With(
      sequence, [&](v1::Entry* entry) { entry->set_recorded_unix_ns(before.recorded_unix_ns()); }));
  EXPECT_THAT(Failed(Check()), ElementsAre("times"));
}

TEST_F(ForgedEntriesTest, ATimerBookedTooEarlyShows) {
  story_.MoveTo("2025-11-01T00:00:00+08:00");
  story_.FireTimers();
  WriteWithoutViews(With(story_.stored().size(), [](v1::Entry* entry) {
    ASSERT_TRUE(entry->event().has_program_cutoff_reached());
    entry->set_recorded_unix_ns(entry->recorded_unix_ns() - 1);
  }));
  EXPECT_THAT(Failed(Check()), ElementsAre("timers"));
}

TEST_F(ForgedEntriesTest, ARequestIdDecidedTwiceShows) {
  std::vector<std::string> stored = story_.stored();
  const uint64_t first = Decided("enterprise-0");
  v1::Entry again;
  ASSERT_TRUE(again.ParseFromString(stored[first - 1]));
  again.set_sequence(stored.size() + 1);
  again.set_received_unix_ns(story_.now());
  again.set_recorded_unix_ns(story_.now());
  again.mutable_event()->mutable_enterprise_put()->set_created(false);
  stored.push_back(again.SerializeAsString());
  WriteWithoutViews(stored);
  const FsckReport report = Check();
  EXPECT_THAT(Failed(report), ElementsAre("request ids"));
  EXPECT_THAT(Findings(report, "request ids"),
              ElementsAre(absl::StrCat("entry ", stored.size(),
                                       " has the request_id enterprise-0 of "
                                       "entry ",
                                       first, " of the same principal")));
}

TEST_F(ForgedEntriesTest, AFieldOfALaterVersionShows) {
  std::vector<std::string> stored = story_.stored();
  stored.back() += "\xf8\x07\x01";  // field 127, varint 1
  WriteWithoutViews(stored);
  const FsckReport report = Check();
  EXPECT_THAT(Failed(report), ElementsAre("decoding"));
  EXPECT_THAT(Findings(report, "decoding"), ElementsAre(HasSubstr("field 127")));
}

TEST_F(ForgedEntriesTest, BytesThatAreNoEntryEndTheReplayButNotTheReport) {
  std::vector<std::string> stored = story_.stored();
  stored[9] = "\xff";
  WriteWithoutViews(stored);
  const FsckReport report = Check();
  EXPECT_THAT(Failed(report), ElementsAre("decoding", "replay"));
  EXPECT_THAT(Findings(report, "decoding"), ElementsAre("entry 10 cannot be parsed"));
  EXPECT_THAT(Findings(report, "replay"),
              ElementsAre("entry 10 does not fit the state before it; the replay ends there"));
  EXPECT_THAT(Findings(report, "blocks"), IsEmpty()) << "the chain itself is valid";
}

TEST_F(ForgedEntriesTest, AnEntryOutOfItsPlaceEndsTheReplay) {
  WriteWithoutViews(With(12, [](v1::Entry* entry) { entry->set_sequence(13); }));
  const FsckReport report = Check();
  EXPECT_THAT(Failed(report), ElementsAre("sequence", "replay"));
  EXPECT_THAT(Findings(report, "sequence"), ElementsAre("entry 12 says that it is entry 13"));
}

TEST_F(ForgedEntriesTest, AGrantThatIsNotWhatIsHeldShows) {
  const uint64_t sequence = Decided("apply-5");
  WriteWithoutViews(With(sequence, [](v1::Entry* entry) {
    entry->mutable_event()->mutable_application_submitted()->set_granted_fen(1);
  }));
  const FsckReport report = Check();
  EXPECT_THAT(Failed(report), ElementsAre("invariants"));
  EXPECT_THAT(Findings(report, "invariants"),
              Contains("application 5 counts 60000 fen, it can count 1 to 1"));
}

TEST_F(ForgedEntriesTest, AStatementOfMoreThanWasRedeemedShowsWhenDecidedAgain) {
  TellSettlement(&story_);
  const uint64_t sequence = Decided("close-acme");
  WriteWithoutViews(With(sequence, [](v1::Entry* entry) {
    v1::Event* event = entry->mutable_event();
    ASSERT_EQ(event->statement_closed().due_fen(), 1'000'00);
    event->mutable_statement_closed()->set_booked_fen(1'300'00);
    event->mutable_statement_closed()->set_due_fen(1'100'00);
    event->mutable_postings(0)->set_amount_fen(1'100'00);
  }));
  const FsckReport report = Check(/*redecide=*/true);
  EXPECT_THAT(Failed(report), ElementsAre("decisions", "invariants"));
  EXPECT_THAT(Findings(report, "decisions"),
              Contains(HasSubstr(absl::StrCat("entry ", sequence, " (CloseStatement): "))));
  EXPECT_THAT(Findings(report, "invariants"),
              Contains("PAYABLE_PROVIDER 1/0 of program 1 is 0 fen, its things add up to 10000"));
}

TEST_F(ForgedEntriesTest, MoneyOfAnotherProgramIsCountedThere) {
  TellSettlement(&story_);
  const uint64_t sequence = Decided("reclaim-2");
  WriteWithoutViews(With(sequence, [](v1::Entry* entry) {
    for (v1::Posting& posting : *entry->mutable_event()->mutable_postings()) {
      posting.set_program(2);
      std::swap(*posting.mutable_from(), *posting.mutable_to());
    }
  }));
  FsckOptions options;
  options.path = Path();
  options.rows_path = directory_.Path("rows");
  options.inadmissible_entry = sequence;
  const absl::StatusOr<FsckReport> report = RunFsck(options);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(Findings(*report, "postings"),
              ElementsAre(absl::StrCat("entry ", sequence,
                                       " (Reclaim) leaves -200000 fen in class "
                                       "ACCOUNT_KIND_RECEIVABLE of program 2")));
}

v1::Command Tranche() {
  v1::Command command;
  auto* request = command.mutable_appropriate();
  request->set_request_id("tranche");
  request->set_program_id("hubei-2025");
  request->set_amount_fen(1'000'00);
  request->set_fiscal_reference("2025-2");
  *request->mutable_opens_on() = ToCivilDate(CivilDay(2025, 10, 31));
  return command;
}

TEST_F(ForgedEntriesTest, WhatComesBeforeADeadlineThatPassedShows) {
  story_.Accept(Finance(), Tranche());
  const uint64_t early = story_.Accept(Platform(), Apply(3, "too-early", 1'000'00)).sequence();
  story_.MoveTo("2025-10-31T00:00:00+08:00");
  story_.FireTimers();
  WriteWithoutViews(With(early, [](v1::Entry* entry) {
    entry->set_received_unix_ns(ParseRfc3339("2025-10-31T00:00:00+08:00").value());
  }));
  const FsckReport report = Check();
  EXPECT_THAT(Failed(report), ElementsAre("deadlines"));
  EXPECT_THAT(Findings(report, "deadlines"),
              ElementsAre(absl::StrCat("entry ", early,
                                       " (SubmitApplication) was received at "
                                       "2025-10-31T00:00:00+08:00, when timer TIMER_KIND_TRANCHE "
                                       "of 1, due at 2025-10-31T00:00:00+08:00, should have been "
                                       "booked")));
}

TEST_F(ForgedEntriesTest, ATrancheBookedBeforeItsInstantShows) {
  story_.Accept(Finance(), Tranche());
  story_.MoveTo("2025-10-31T00:00:00+08:00");
  story_.FireTimers();
  const uint64_t opened = story_.stored().size();
  const auto at = [&](const char* instant) {
    return With(opened, [&](v1::Entry* entry) {
      ASSERT_TRUE(entry->event().has_tranche_opened());
      entry->set_recorded_unix_ns(ParseRfc3339(instant).value());
    });
  };
  WriteLedger(directory_.Path("due"), at("2025-10-31T00:00:00+08:00"), 0);
  WriteWithoutViews(at("2025-10-30T23:59:59.999999999+08:00"));
  EXPECT_THAT(Failed(Check()), ElementsAre("timers"));
  FsckOptions options;
  options.path = directory_.Path("due");
  options.rows_path = directory_.Path("rows");
  const absl::StatusOr<FsckReport> report = RunFsck(options);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->ok()) << "needs no delay: " << report->Text();
}

TEST_F(ForgedEntriesTest, AWaitlistThatIsNotFinishedGoesBeforeOtherEntriesOfItsProgram) {
  const uint64_t sequence = Decided("withdraw-4");
  WriteWithoutViews(With(sequence, [](v1::Entry* entry) {
    entry->mutable_event()->mutable_waitlist()->set_continues(true);
  }));
  const FsckReport report = Check();
  EXPECT_THAT(Findings(report, "timers"),
              ElementsAre(absl::StrCat("entry ", sequence + 1,
                                       " (ReviewApplication) came before the waitlist of program 1 "
                                       "was finished")));
}

TEST_F(ForgedEntriesTest, MoneyOutOfNothingShowsFromTheEntriesAlone) {
  // Applying this entry would end the process; fsck_program_test.cc shows that.
  const uint64_t sequence = Decided("apply-1");
  WriteWithoutViews(With(sequence, [](v1::Entry* entry) {
    entry->mutable_event()->mutable_postings(0)->set_amount_fen(100'000'01);
  }));
  FsckOptions options;
  options.path = Path();
  options.rows_path = directory_.Path("rows");
  options.inadmissible_entry = sequence;
  const absl::StatusOr<FsckReport> report = RunFsck(options);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(Findings(*report, "postings"),
              Contains(HasSubstr(absl::StrCat("entry ", sequence,
                                              " (SubmitApplication) leaves -1 fen in class "
                                              "ACCOUNT_KIND_BUDGET of program 1"))));
  EXPECT_THAT(Findings(*report, "replay"),
              ElementsAre(HasSubstr(absl::StrCat("entry ", sequence, " does not fit"))));
}

}  // namespace
}  // namespace voucher::testing
