#include "ledger/validation/bad_field.h"

#include "gtest/gtest.h"

namespace voucher {
namespace {

TEST(BadFieldTest, AStatusCarriesItsField) {
  const absl::Status status = BadFieldError("page_token", "was altered");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(BadFieldOf(status), (FieldProblem{"page_token", "was altered"}));
  EXPECT_EQ(BadFieldOf(absl::InvalidArgumentError("no field")), std::nullopt);
  EXPECT_EQ(BadFieldOf(absl::OkStatus()), std::nullopt);
}

}  // namespace
}  // namespace voucher
