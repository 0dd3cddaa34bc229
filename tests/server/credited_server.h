#pragma once

#include "gtest/gtest.h"

#include "tests/server/running_server.h"
#include "tests/support/sample_program.h"

namespace voucher::testing {

// A server whose account `account` holds 20,000 yuan of credit, by transfer 1.
class CreditedServer : public ::testing::Test {
 protected:
  CreditedServer() {
    EXPECT_TRUE(PrepareProgram(&client, 1'000'000'00, 1).ok());
    const auto carried = CarryToCredit(&client, 0, 1, 100'000'00);
    EXPECT_TRUE(carried.ok()) << carried.status();
    account = carried.value_or(0);
  }

  RunningServer running;
  ApiClient client = running.Client("platform");
  uint64_t account = 0;
};

}  // namespace voucher::testing
