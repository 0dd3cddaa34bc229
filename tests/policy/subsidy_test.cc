#include "ledger/policy/subsidy.h"

#include "gtest/gtest.h"

#include "tests/policy/synthetic_program.h"

namespace voucher {
namespace {

const v1::Item& ItemOf(const v1::ProgramRules& program, int index) {
  return program.items(index);
}

TEST(ReachedTierTest, MinimumIsInclusiveAndTheHighestReachedCounts) {
  const v1::ProgramRules program = SyntheticProgram();
  v1::EnterpriseFacts facts = EligibleEnterprise().facts();
  const auto cap_fen = [&](int64_t revenue_fen) {
    facts.set_prior_year_revenue_fen(revenue_fen);
    const v1::RevenueTier* tier = ReachedTier(ItemOf(program, 0), facts);
    return tier == nullptr ? 0 : tier->cap_fen();
  };
  EXPECT_EQ(cap_fen(100'000'000'000), 100'000'000);
  EXPECT_EQ(cap_fen(99'999'999'999), 30'000'000);
  EXPECT_EQ(cap_fen(2'000'000'000), 30'000'000);
  EXPECT_EQ(cap_fen(1'999'999'999), 10'000'000);
  EXPECT_EQ(cap_fen(1'200'000'000), 10'000'000);
  EXPECT_EQ(cap_fen(1'199'999'999), 0);
  facts.set_industry(v1::INDUSTRY_SOFTWARE_IT);
  EXPECT_EQ(cap_fen(1'999'999'999), 0);
  EXPECT_EQ(cap_fen(2'000'000'000), 30'000'000);
}

TEST(ReachedTierTest, ItemWithoutTiersHasNone) {
  const v1::ProgramRules program = SyntheticProgram();
  EXPECT_EQ(ReachedTier(ItemOf(program, 1), EligibleEnterprise().facts()), nullptr);
}

TEST(BaseAmountTest, RateRoundsDownAndFixedAmountIgnoresTheSpend) {
  const v1::ProgramRules program = SyntheticProgram();
  EXPECT_EQ(BaseAmountFen(ItemOf(program, 0), 33'333'329), 9'999'998);
  EXPECT_EQ(BaseAmountFen(ItemOf(program, 2), 1), 200'000);
  EXPECT_EQ(BaseAmountFen(ItemOf(program, 2), 1'000'000'000), 200'000);
}

TEST(CheckAmountTest, RefusesWhatRoundsDownToNothing) {
  const v1::ProgramRules program = SyntheticProgram();
  const std::optional<v1::Refusal> refusal = RefuseIfTooSmall(ItemOf(program, 0), 3);  // 0.9 fen.
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->reason(), v1::REASON_AMOUNT_TOO_SMALL);
  EXPECT_EQ(refusal->clause(), "Art. new");
  EXPECT_FALSE(RefuseIfTooSmall(ItemOf(program, 0), 4).has_value());  // 1.2 fen.
  EXPECT_FALSE(RefuseIfTooSmall(ItemOf(program, 2), 0).has_value());
}

}  // namespace
}  // namespace voucher
