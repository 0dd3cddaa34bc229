#include "ledger/validation/bad_field.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace voucher {
namespace {

TEST(BadFieldTest, AStatusCarriesItsField) {
  const absl::Status status = BadFieldError("page_token", "was altered");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(BadFieldsOf(status), (std::vector<FieldProblem>{{"page_token", "was altered"}}));
  EXPECT_TRUE(BadFieldsOf(absl::InvalidArgumentError("no field")).empty());
  EXPECT_TRUE(BadFieldsOf(absl::OkStatus()).empty());
}

TEST(BadFieldTest, AStatusCarriesAllOfThem) {
  const std::vector<FieldProblem> problems{{"opens_on", "is over"}, {"", std::string("a\0b", 3)}};
  const absl::Status status = BadFieldsError(problems);
  EXPECT_EQ(status.message(), "is over");
  EXPECT_EQ(BadFieldsOf(status), problems);
}

}  // namespace
}  // namespace voucher
