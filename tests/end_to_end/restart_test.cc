// The same ledger after every kind of end.
#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/end_to_end/running_server.h"

namespace voucher::testing {
namespace {

class RestartTest : public ::testing::Test {
 protected:
  RestartTest() : server_("restart") {}

  void SetUp() override {
    ASSERT_TRUE(server_.started().ok()) << server_.started();
    const auto account_id = CarryToCredit(&server_.client(), 0, 1, 500'000);
    ASSERT_TRUE(account_id.ok()) << account_id.status();
    account_id_ = *account_id;
    first_ = Redeem();
    ASSERT_TRUE(first_.ok()) << Describe(first_.status);
    before_ = server_.Status();
    balances_ = Balances();
  }

  Reply<v1::RedeemResponse> Redeem() {
    return server_.client()
        .As("provider-huaweicloud")
        .Call(kRpc<v1::RedeemResponse>, SampleOrder(account_id_, "order-1", 12'345));
  }

  std::string Balances() {
    const auto reply = server_.client().As("auditor").Call(kRpc<v1::GetBalancesResponse>,
                                                           v1::GetBalancesRequest());
    EXPECT_TRUE(reply.ok()) << Describe(reply.status);
    EXPECT_TRUE(reply.response.balanced());
    return reply.response.DebugString();
  }

  // Size, digest, balances and the answer to a repeated request are what they were.
  void ExpectTheSameLedger() {
    const v1::GetStatusResponse after = server_.Status();
    EXPECT_EQ(after.mode(), v1::SERVER_MODE_READ_WRITE) << after.mode_reason();
    EXPECT_EQ(after.ledger_id(), before_.ledger_id());
    EXPECT_EQ(after.sequence(), before_.sequence());
    EXPECT_EQ(after.root(), before_.root());
    EXPECT_EQ(Balances(), balances_);
    const auto again = Redeem();
    ASSERT_TRUE(again.ok()) << Describe(again.status);
    EXPECT_EQ(again.response.SerializeAsString(), first_.response.SerializeAsString());
    EXPECT_EQ(server_.Sequence(), before_.sequence());
  }

  RunningServer server_;
  uint64_t account_id_ = 0;
  Reply<v1::RedeemResponse> first_;
  v1::GetStatusResponse before_;
  std::string balances_;
};

TEST_F(RestartTest, AfterSigtermTheLedgerIsTheSame) {
  ASSERT_EQ(server_.Restart(/*kill=*/false), absl::OkStatus());
  ExpectTheSameLedger();
}

TEST_F(RestartTest, AfterSigkillTheLedgerIsTheSame) {
  ASSERT_EQ(server_.Restart(/*kill=*/true), absl::OkStatus());
  ExpectTheSameLedger();
}

TEST_F(RestartTest, WithoutItsViewsTheLedgerIsTheSame) {
  server_.client().Disconnect();
  server_.clock().Pause();
  server_.process().Kill();
  ASSERT_GT(std::filesystem::remove_all(server_.data_directory() + "/views"), 0u);
  server_.process().config().mutable_development()->mutable_manual_clock()->set_start(
      server_.clock().RestartAt());
  ASSERT_EQ(server_.process().Start(), absl::OkStatus());
  ExpectTheSameLedger();
}

TEST_F(RestartTest, AClockBeforeTheLastRecordStopsTheStart) {
  server_.process().Kill();
  auto* clock = server_.process().config().mutable_development()->mutable_manual_clock();
  clock->set_start("2025-10-30T09:59:00+08:00");
  const absl::Status started = server_.process().Start();
  EXPECT_EQ(started.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(started.message()), ::testing::HasSubstr("before the last record"));
}

TEST_F(RestartTest, AClockMoreThanADayAheadNeedsAConfirmation) {
  server_.process().Kill();
  server_.client().Disconnect();
  auto* clock = server_.process().config().mutable_development()->mutable_manual_clock();
  clock->set_start("2025-10-31T10:30:00+08:00");
  const absl::Status started = server_.process().Start();
  EXPECT_EQ(started.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(started.message()), ::testing::HasSubstr("confirm"));
  ASSERT_EQ(server_.process().Start({"--confirm-clock"}), absl::OkStatus());
  ExpectTheSameLedger();
}

TEST_F(RestartTest, StartedReadOnlyItAnswersReadsAndTakesNoMutations) {
  server_.client().Disconnect();
  server_.clock().Pause();
  server_.process().Kill();
  server_.process().config().mutable_development()->mutable_manual_clock()->set_start(
      server_.clock().RestartAt());
  ASSERT_EQ(server_.process().StartInAnyMode({"--read-only"}), absl::OkStatus());
  EXPECT_EQ(server_.Status().mode(), v1::SERVER_MODE_READ_ONLY);
  EXPECT_FALSE(server_.Status().mode_reason().empty());
  EXPECT_EQ(Balances(), balances_);
  const auto refused =
      server_.client().As("platform").Call(kRpc<v1::PutEnterpriseResponse>, SampleEnterprise(50));
  EXPECT_EQ(CodeName(refused.status.error_code()), "UNAVAILABLE");
  EXPECT_EQ(server_.Sequence(), before_.sequence());
}

}  // namespace
}  // namespace voucher::testing
