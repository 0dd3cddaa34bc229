#include "ledger/query/as_of.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

#include "ledger/machine/machine.h"
#include "ledger/machine/totals_history.h"
#include "ledger/query/audit_queries.h"
#include "ledger/query/program_queries.h"
#include "tests/query/told_ledger.h"

namespace voucher::query {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::voucher::testing::Finance;
using ::voucher::testing::Platform;

v1::Command Fund(int64_t n) {
  v1::Command command;
  auto* request = command.mutable_appropriate();
  request->set_request_id(absl::StrCat("fund-", n));
  request->set_program_id("hubei-2025");
  request->set_amount_fen(1);
  request->set_fiscal_reference(absl::StrCat("2025-", n));
  return command;
}

class AsOfTest : public ::voucher::testing::ToldLedger {
 protected:
  // The stored entries; notes the first and the number that were read.
  EntryReader Entries() {
    return [this](uint64_t first, uint64_t last, auto visit) {
      if (first_read_ == 0 || first < first_read_) first_read_ = first;
      return ToldLedger::Entries()(first, last, [&](uint64_t sequence, absl::string_view stored) {
        ++read_;
        return visit(sequence, stored);
      });
    };
  }

  absl::StatusOr<v1::GetBudgetResponse> BudgetAt(uint64_t sequence) {
    v1::GetBudgetRequest request;
    request.set_program_id("hubei-2025");
    request.set_sequence(sequence);
    return AskBudget(request);
  }

  absl::StatusOr<v1::GetBudgetResponse> AskBudget(const v1::GetBudgetRequest& request) {
    v1::GetBudgetResponse response;
    VOUCHER_RETURN_IF_ERROR(GetBudget(view(), request, {Platform(), &response}, Entries()));
    return response;
  }

  absl::StatusOr<v1::GetBalancesResponse> BalancesAt(uint64_t sequence) {
    v1::GetBalancesRequest request;
    request.set_sequence(sequence);
    v1::GetBalancesResponse response;
    VOUCHER_RETURN_IF_ERROR(GetBalances(view(), request, {Finance(), &response}, Entries()));
    return response;
  }

  uint64_t first_read_ = 0;
  uint64_t read_ = 0;
};

// The answers that were given when the ledger had so many entries.
struct Then {
  v1::Budget budget;
  v1::GetBalancesResponse balances;
};

Then AnswersOf(const View& view) {
  Then then;
  EXPECT_TRUE(FillBudget(view, "hubei-2025", &then.budget).ok());
  then.budget.clear_applications();
  EXPECT_TRUE(GetBalances(view, {}, {Finance(), &then.balances}, nullptr).ok());
  return then;
}

TEST_F(AsOfTest, EveryEarlierEntryGivesTheAnswerThatWasGivenThen) {
  ::voucher::testing::TellSettlement(&story_);
  WriterRows rows(nullptr);
  for (uint64_t sequence = 1; sequence < end(); ++sequence) {
    v1::Entry entry;
    ASSERT_TRUE(entry.ParseFromString(story_.stored()[sequence - 1]));
    Evolve(entry, &rows);

    const Then then = AnswersOf(rows);
    const auto budget = BudgetAt(sequence);
    ASSERT_TRUE(budget.ok()) << sequence << budget.status();
    EXPECT_TRUE(MessageDifferencer::Equals(budget->budget(), then.budget))
        << sequence << budget->budget().DebugString() << then.budget.DebugString();
    EXPECT_EQ(budget->as_of_sequence(), sequence);
    const auto balances = BalancesAt(sequence);
    ASSERT_TRUE(balances.ok()) << sequence << balances.status();
    EXPECT_TRUE(MessageDifferencer::Equals(*balances, then.balances))
        << sequence << balances->DebugString() << then.balances.DebugString();
  }
}

TEST_F(AsOfTest, TheLastEntryIsNowWithTheApplications) {
  const auto now = BudgetAt(end());
  ASSERT_TRUE(now.ok());
  EXPECT_EQ(now->budget().applications_size(), v1::ApplicationState_ARRAYSIZE - 1);
  EXPECT_EQ(read_, 0) << "no entry is needed";
}

TEST_F(AsOfTest, BeyondTheEndAndBeforeTheFirstThereIsNothing) {
  EXPECT_EQ(BudgetAt(0).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(BudgetAt(end() + 1).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(BalancesAt(end() + 1).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(AsOfTest, AProgramThatWasNotThereYetIsNotFoundAndInNoTrialBalance) {
  v1::Entry first;
  ASSERT_TRUE(first.ParseFromString(story_.stored()[0]));
  v1::Command publish = first.command();
  publish.mutable_publish_program()->set_request_id("second");
  publish.mutable_publish_program()->mutable_rules()->set_program_id("later");
  const uint64_t published = story_.Accept(Platform(), publish).sequence();
  story_.Accept(Platform(), Fund(1));
  v1::GetBudgetRequest request;
  request.set_program_id("later");
  request.set_sequence(published - 1);
  EXPECT_EQ(AskBudget(request).status().code(), absl::StatusCode::kNotFound);
  request.set_sequence(published);
  EXPECT_TRUE(AskBudget(request).ok());
  EXPECT_EQ(BalancesAt(published - 1)->programs_size(), 1);
  EXPECT_EQ(BalancesAt(published)->programs_size(), 2);
}

TEST_F(AsOfTest, ATimeIsTheLastEntryRecordedByThen) {
  v1::Entry tenth;
  ASSERT_TRUE(tenth.ParseFromString(story_.stored()[9]));
  const auto at = [&](UnixNanos time) {
    v1::GetBudgetRequest request;
    request.set_program_id("hubei-2025");
    *request.mutable_time() = ToTimestamp(time);
    return AskBudget(request);
  };
  EXPECT_EQ(at(tenth.recorded_unix_ns())->as_of_sequence(), 10);
  EXPECT_EQ(at(tenth.recorded_unix_ns() - 1)->as_of_sequence(), 9);
  EXPECT_EQ(at(story_.now())->as_of_sequence(), end());
  v1::Entry first;
  ASSERT_TRUE(first.ParseFromString(story_.stored()[0]));
  EXPECT_EQ(at(first.recorded_unix_ns())->as_of_sequence(), 1);
  EXPECT_EQ(at(first.recorded_unix_ns() - 1).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(AsOfTest, EntriesThatCannotBeReadAreDataLoss) {
  v1::GetBudgetRequest request;
  request.set_program_id("hubei-2025");
  request.set_sequence(5);
  v1::GetBudgetResponse response;
  const EntryReader gap = [](uint64_t, uint64_t, auto) { return absl::OkStatus(); };
  EXPECT_EQ(GetBudget(view(), request, {Platform(), &response}, gap).code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(AsOfTest, AfterEvery65536thEntryTheTotalsAreKeptAndEarlierEntriesNotRead) {
  std::vector<std::pair<uint64_t, Then>> past;
  for (int64_t n = 1; end() < kTotalsInterval + 40; ++n) {
    story_.Accept(Finance(), Fund(n));
    if (end() >= kTotalsInterval - 1 && end() <= kTotalsInterval + 2) {
      past.emplace_back(end(), AnswersOf(view()));
    }
  }
  const rows::TotalsHistoryRow* kept = view().Find<tables::TotalsHistory>({1, kTotalsInterval});
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->program().program_id(), "hubei-2025");
  ASSERT_EQ(past.size(), 4);
  for (const auto& [sequence, then] : past) {
    first_read_ = 0;
    read_ = 0;
    const auto budget = BudgetAt(sequence);
    ASSERT_TRUE(budget.ok()) << sequence << budget.status();
    EXPECT_TRUE(MessageDifferencer::Equals(budget->budget(), then.budget))
        << sequence << budget->budget().DebugString() << then.budget.DebugString();
    EXPECT_EQ(first_read_, sequence > kTotalsInterval ? kTotalsInterval + 1 : 1) << sequence;
    EXPECT_LE(read_, kTotalsInterval) << sequence;
    const auto balances = BalancesAt(sequence);
    ASSERT_TRUE(balances.ok()) << sequence << balances.status();
    EXPECT_TRUE(MessageDifferencer::Equals(*balances, then.balances)) << sequence;
  }
}

}  // namespace
}  // namespace voucher::query
