#include "ledger/base/check.h"

#include "gtest/gtest.h"

namespace voucher {
namespace {

TEST(CheckTest, PassesSilentlyAndDoesNotEvaluateItsMessage) {
  int evaluated = 0;
  const auto message = [&evaluated] { return ++evaluated; };
  VOUCHER_CHECK(evaluated == 0) << message();
  EXPECT_EQ(evaluated, 0);
}

TEST(CheckTest, BindsToNoSurroundingElse) {
  bool reached = false;
  if (reached)
    VOUCHER_CHECK(true) << "never";
  else
    reached = true;
  EXPECT_TRUE(reached);
}

TEST(CheckDeathTest, AbortsNamingFileConditionAndMessage) {
  const int held = -1;
  EXPECT_DEATH(VOUCHER_CHECK(held >= 0) << "application " << 17,
               "check_test.cc:[0-9]+: check failed: held >= 0 application 17");
}

}  // namespace
}  // namespace voucher
