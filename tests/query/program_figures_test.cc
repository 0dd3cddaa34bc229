// tests/server/metrics_program_test.cc works the figures of quotas, clusters and waitlists by hand.
#include "ledger/query/program_figures.h"

#include "gtest/gtest.h"

#include "tests/query/told_ledger.h"

namespace voucher::query {
namespace {

using ::voucher::testing::ToldLedger;

using ProgramFiguresTest = ToldLedger;

TEST_F(ProgramFiguresTest, SayWhereTheMoneyIs) {
  const std::vector<ProgramFigures> all = FiguresOfPrograms(view(), story_.now());
  ASSERT_EQ(all.size(), 1);
  const ProgramFigures& figures = all.front();
  EXPECT_EQ(figures.number, 1);
  EXPECT_EQ(figures.budget.program_id(), "hubei-2025");
  EXPECT_FALSE(figures.sandbox);
  EXPECT_EQ(figures.budget.appropriated_fen(), 10'000'000);
  EXPECT_EQ(figures.granted_fen, 2'200'000);
  EXPECT_EQ(figures.budget.remaining_fen() + figures.budget.held_fen() + figures.granted_fen,
            figures.budget.appropriated_fen());
  EXPECT_EQ(figures.transfers[v1::TRANSFER_STATE_CONFIRMED], 1);
  EXPECT_EQ(figures.transfers[v1::TRANSFER_STATE_OVERDUE], 0);
  EXPECT_FALSE(figures.has_clusters);
}

TEST_F(ProgramFiguresTest, CountTheTimeToTheCutoffFromTheGivenInstant) {
  const UnixNanos cutoff = view().Find<tables::Programs>({1})->cutoff_unix_ns();
  EXPECT_EQ(FiguresOfPrograms(view(), cutoff - 5).front().until_cutoff_ns, 5);
  EXPECT_EQ(FiguresOfPrograms(view(), cutoff + 5).front().until_cutoff_ns, -5);
}

TEST_F(ProgramFiguresTest, SayNothingOfWaitersWhileNobodyWaits) {
  const ProgramFigures figures = FiguresOfPrograms(view(), story_.now()).front();
  EXPECT_EQ(figures.waitlisted, 0);
  EXPECT_TRUE(figures.waiters.empty());
  EXPECT_FALSE(figures.waitlist_missing_fen);
}

TEST(ProgramFigures, OfAnEmptyLedgerAreNone) {
  const voucher::testing::LedgerStory story;
  EXPECT_TRUE(FiguresOfPrograms(story.view(), story.now()).empty());
}

}  // namespace
}  // namespace voucher::query
