#include "ledger/base/status_macros.h"

#include <memory>

#include "gtest/gtest.h"

namespace voucher {
namespace {

absl::StatusOr<std::unique_ptr<int>> Boxed(int value) {
  if (value < 0) return absl::OutOfRangeError("negative");
  return std::make_unique<int>(value);
}

absl::Status CheckPositive(int value) {
  return value > 0 ? absl::OkStatus() : absl::InvalidArgumentError("not positive");
}

absl::StatusOr<int> Sum(int a, int b) {
  VOUCHER_RETURN_IF_ERROR(CheckPositive(b));
  VOUCHER_ASSIGN_OR_RETURN(const std::unique_ptr<int> first, Boxed(a));
  std::unique_ptr<int> second;
  VOUCHER_ASSIGN_OR_RETURN(second, Boxed(b));
  return *first + *second;
}

TEST(StatusMacrosTest, GoOnWithTheValuesWhenAllIsWell) {
  EXPECT_EQ(*Sum(1, 2), 3);
}

TEST(StatusMacrosTest, ReturnTheFirstError) {
  EXPECT_EQ(Sum(1, 0).status(), absl::InvalidArgumentError("not positive"));
  EXPECT_EQ(Sum(-1, 2).status(), absl::OutOfRangeError("negative"));
}

}  // namespace
}  // namespace voucher
