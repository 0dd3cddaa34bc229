#include "ledger/base/division.h"

#include "gtest/gtest.h"

namespace voucher {
namespace {

TEST(DivisionTest, CityCoversItselfAndItsDistricts) {
  EXPECT_TRUE(DivisionCovers("420100", "420100"));
  EXPECT_TRUE(DivisionCovers("420100", "420115"));
  EXPECT_FALSE(DivisionCovers("420100", "420200"));
  EXPECT_FALSE(DivisionCovers("420100", "420000"));
}

TEST(DivisionTest, ProvinceCoversEverythingInIt) {
  EXPECT_TRUE(DivisionCovers("420000", "420115"));
  EXPECT_TRUE(DivisionCovers("420000", "420000"));
  EXPECT_FALSE(DivisionCovers("420000", "430100"));
}

TEST(DivisionTest, DistrictCoversItselfOnly) {
  EXPECT_TRUE(DivisionCovers("420115", "420115"));
  EXPECT_FALSE(DivisionCovers("420115", "420116"));
  EXPECT_FALSE(DivisionCovers("420115", "420100"));
}

TEST(DivisionTest, CodesHaveSixDigits) {
  for (const absl::string_view code : {"420000", "420100", "420115", "110101"}) {
    EXPECT_TRUE(IsDivisionCode(code)) << code;
  }
  for (const absl::string_view code :
       {"", "4201", "4201000", "42010a", "000000", "012345", "420015", " 20100"}) {
    EXPECT_FALSE(IsDivisionCode(code)) << code;
  }
}

}  // namespace
}  // namespace voucher
