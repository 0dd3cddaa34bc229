#include "ledger/base/money.h"

#include <limits>

#include "gtest/gtest.h"

namespace voucher {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST(FenTest, AddsAndSubtractsUpToTheLastFen) {
  EXPECT_EQ(AddFen(kMax - 1, 1), kMax);
  EXPECT_EQ(AddFen(kMax, 1), std::nullopt);
  EXPECT_EQ(AddFen(kMin, -1), std::nullopt);
  EXPECT_EQ(SubtractFen(kMin + 1, 1), kMin);
  EXPECT_EQ(SubtractFen(kMin, 1), std::nullopt);
  EXPECT_EQ(SubtractFen(0, kMin), std::nullopt);
  EXPECT_EQ(CheckedAddFen(2, 3), 5);
  EXPECT_EQ(CheckedSubtractFen(2, 3), -1);
}

TEST(FenDeathTest, CheckedArithmeticAbortsOnOverflow) {
  EXPECT_DEATH(CheckedAddFen(kMax, 1), "check failed");
  EXPECT_DEATH(CheckedSubtractFen(kMin, 1), "check failed");
}

TEST(ShareTest, RoundsDownToTheFen) {
  EXPECT_EQ(ShareRoundedDown(4, 2'000), 0);  // 0.8 fen.
  EXPECT_EQ(ShareRoundedDown(5, 2'000), 1);
  EXPECT_EQ(ShareRoundedDown(9, 2'000), 1);                   // 1.8 fen.
  EXPECT_EQ(ShareRoundedDown(33'333'329, 3'000), 9'999'998);  // 9,999,998.7 fen.
  EXPECT_EQ(ShareRoundedDown(1, 10'000), 1);
  EXPECT_EQ(ShareRoundedDown(1, 9'999), 0);
  EXPECT_EQ(ShareRoundedDown(kMax, 0), 0);
}

TEST(ShareTest, DoesNotOverflow) {
  EXPECT_EQ(ShareRoundedDown(kMax, 10'000), kMax);
  // 9,223,372,036,854,775,807 / 2 = …903.5.
  EXPECT_EQ(ShareRoundedDown(kMax, 5'000), 4'611'686'018'427'387'903);
}

TEST(ShareDeathTest, AbortsOutsideItsDomain) {
  EXPECT_DEATH(ShareRoundedDown(-1, 1), "check failed");
  EXPECT_DEATH(ShareRoundedDown(1, -1), "check failed");
  EXPECT_DEATH(ShareRoundedDown(1, 10'001), "check failed");
}

TEST(YuanTest, FormatsWithTwoDecimalsAndSeparators) {
  EXPECT_EQ(FormatYuan(0), "0.00");
  EXPECT_EQ(FormatYuan(5), "0.05");
  EXPECT_EQ(FormatYuan(-5), "-0.05");
  EXPECT_EQ(FormatYuan(99'999), "999.99");
  EXPECT_EQ(FormatYuan(100'000), "1,000.00");
  EXPECT_EQ(FormatYuan(20'000'000), "200,000.00");
  EXPECT_EQ(FormatYuan(5'000'000'000), "50,000,000.00");
  EXPECT_EQ(FormatYuan(-123'456), "-1,234.56");
  EXPECT_EQ(FormatYuan(kMax), "92,233,720,368,547,758.07");
  EXPECT_EQ(FormatYuan(kMin), "-92,233,720,368,547,758.08");
}

TEST(YuanTest, ReadsWhatItWrites) {
  for (const int64_t fen :
       {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{99'999}, int64_t{100'000}, int64_t{5},
        int64_t{-5}, int64_t{123'456'789}, int64_t{-123'456'789}, kMaxAmountFen, kMin, kMax}) {
    EXPECT_EQ(ParseYuan(FormatYuan(fen)), fen) << fen;
  }
}

TEST(YuanTest, ReadsShorterForms) {
  EXPECT_EQ(ParseYuan("1234"), 123'400);
  EXPECT_EQ(ParseYuan("1,234.5"), 123'450);
  EXPECT_EQ(ParseYuan("1234.5"), 123'450);
  EXPECT_EQ(ParseYuan("-0.01"), -1);
  EXPECT_EQ(ParseYuan("0.5"), 50);
  EXPECT_EQ(ParseYuan("-3"), -300);
}

TEST(YuanTest, RefusesEverythingElse) {
  for (const absl::string_view text : {"",
                                       "-",
                                       ".",
                                       ".5",
                                       "1.",
                                       "1.234",
                                       "1,23",
                                       "12,34",
                                       "12,34.00",
                                       "yuan",
                                       "92233720368547758.08",
                                       "1234,567",
                                       ",123",
                                       "1,,234",
                                       "1,234,",
                                       "1 234",
                                       "+1",
                                       "--1",
                                       "1e3",
                                       "0x1",
                                       "１",
                                       "1.-5",
                                       "1,234.5,6",
                                       "92,233,720,368,547,758.08",
                                       "99999999999999999999"}) {
    EXPECT_EQ(ParseYuan(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace voucher
