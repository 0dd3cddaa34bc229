// Deadlines by the clock, over the wire: judged by the instant of arrival, booked by timers later.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/base/civil.h"
#include "tests/end_to_end/running_server.h"

namespace voucher::testing {
namespace {

constexpr char kProvider[] = "provider-huaweicloud";

class DeadlinesTest : public ::testing::Test {
 protected:
  DeadlinesTest() : server_("deadlines") {}

  void SetUp() override { ASSERT_TRUE(server_.started().ok()) << server_.started(); }

  ApiClient& As(absl::string_view principal) { return server_.client().As(principal); }

  void MoveTo(absl::string_view rfc3339) {
    ASSERT_EQ(server_.clock().MoveTo(rfc3339), absl::OkStatus());
  }

  std::string Submit(int64_t number) {
    return As("platform")
        .Call(kRpc<v1::SubmitApplicationResponse>, SampleApplication(0, number, 100'000))
        .reason();
  }

  Reply<v1::RedeemResponse> Redeem(uint64_t account_id, const std::string& order,
                                   absl::string_view usage_ended_at) {
    v1::RedeemRequest request = SampleOrder(account_id, order, 100);
    *request.mutable_usage_ended_at() = ToTimestamp(ParseRfc3339(usage_ended_at).value());
    return As(kProvider).Call(kRpc<v1::RedeemResponse>, request);
  }

  v1::ProgramState ProgramState() {
    v1::GetProgramRequest request;
    request.set_program_id(kProgramId);
    const auto reply = As("platform").Call(kRpc<v1::GetProgramResponse>, request);
    EXPECT_TRUE(reply.ok()) << Describe(reply.status);
    return reply.response.program().state();
  }

  v1::Budget Budget() {
    v1::GetBudgetRequest request;
    request.set_program_id(kProgramId);
    const auto reply = As("observer").Call(kRpc<v1::GetBudgetResponse>, request);
    EXPECT_TRUE(reply.ok()) << Describe(reply.status);
    return reply.response.budget();
  }

  v1::Voucher Voucher(uint64_t voucher_id) {
    v1::GetVoucherRequest request;
    request.set_voucher_id(voucher_id);
    const auto reply = As("platform").Call(kRpc<v1::GetVoucherResponse>, request);
    EXPECT_TRUE(reply.ok()) << Describe(reply.status);
    return reply.response.voucher();
  }

  v1::TransferState TransferState(uint64_t transfer_id) {
    v1::GetTransferRequest request;
    request.set_transfer_id(transfer_id);
    const auto reply = As(kProvider).Call(kRpc<v1::GetTransferResponse>, request);
    EXPECT_TRUE(reply.ok()) << Describe(reply.status);
    return reply.response.transfer().state();
  }

  // Orders a transfer of `amount_fen` of the first voucher into its account; nobody answers it.
  Reply<v1::OrderTransferResponse> OrderTransfer(uint64_t account_id, const std::string& id,
                                                 int64_t amount_fen, uint64_t voucher_id) {
    v1::OrderTransferRequest request;
    request.set_request_id(id);
    request.set_voucher_id(voucher_id);
    request.set_account_id(account_id);
    request.set_amount_fen(amount_fen);
    return As("issuer").Call(kRpc<v1::OrderTransferResponse>, request);
  }

  Reply<v1::ConfirmTransferResponse> Confirm(uint64_t transfer_id, const std::string& id) {
    v1::ConfirmTransferRequest request;
    request.set_request_id(id);
    request.set_transfer_id(transfer_id);
    request.set_provider_reference("late");
    return As(kProvider).Call(kRpc<v1::ConfirmTransferResponse>, request);
  }

  // Entry `sequence` of the ledger.
  v1::Entry Entry(uint64_t sequence) {
    v1::GetEntryRequest request;
    request.set_sequence(sequence);
    const auto reply = As("auditor").Call(kRpc<v1::GetEntryResponse>, request);
    EXPECT_TRUE(reply.ok()) << Describe(reply.status);
    return reply.response.recorded().entry();
  }

  // An application approved in full to a voucher of 100,000 fen that nobody has transferred yet:
  // declines the transfer of a fresh one.
  struct Idle {
    uint64_t account_id = 0;
    uint64_t voucher_id = 0;
  };
  Idle IdleVoucher(int64_t number) {
    ApiClient& client = server_.client();
    const auto account_id = CarryToCredit(&client, 1, number, 500'000);
    EXPECT_TRUE(account_id.ok()) << account_id.status();
    const auto submitted =
        As("platform")
            .Call(kRpc<v1::SubmitApplicationResponse>, SampleApplication(1, number + 1, 500'000));
    EXPECT_TRUE(submitted.ok()) << Describe(submitted.status);
    const uint64_t id = submitted.response.event().application_id();
    for (const char* stage : {"DISTRICT", "EXPERT", "AUDIT", "CITY", "PROVINCE"}) {
      v1::ReviewApplicationRequest review;
      review.set_request_id(std::string("idle-") + stage);
      review.set_application_id(id);
      review.set_stage_id(stage);
      review.set_verdict(v1::REVIEW_VERDICT_PASS);
      const auto reply = As("reviewer").Call(kRpc<v1::ReviewApplicationResponse>, review);
      EXPECT_TRUE(reply.ok()) << Describe(reply.status);
    }
    v1::ApproveApplicationRequest approve;
    approve.set_request_id("idle-approve");
    approve.set_application_id(id);
    const auto approved = As("approver").Call(kRpc<v1::ApproveApplicationResponse>, approve);
    EXPECT_TRUE(approved.ok()) << Describe(approved.status);
    return {*account_id, approved.response.event().voucher_id()};
  }

  RunningServer server_;
};

TEST_F(DeadlinesTest, TheCutoffIsJudgedByArrivalAndBookedBeforeWhatArrivesThen) {
  ASSERT_NO_FATAL_FAILURE(MoveTo("2025-10-31T23:59:59.999999999+08:00"));
  EXPECT_EQ(Submit(1), "");
  EXPECT_EQ(ProgramState(), v1::PROGRAM_STATE_OPEN);
  const uint64_t before = server_.Sequence();
  ASSERT_NO_FATAL_FAILURE(MoveTo("2025-11-01T00:00:00+08:00"));
  EXPECT_EQ(Submit(2), "WINDOW_CLOSED");
  EXPECT_EQ(ProgramState(), v1::PROGRAM_STATE_CLOSED);
  EXPECT_EQ(server_.Sequence(), before + 2);
  const v1::Entry entry = Entry(before + 1);
  EXPECT_TRUE(entry.event().has_program_cutoff_reached()) << entry.ShortDebugString();
  EXPECT_EQ(entry.command().timer_due().due_unix_ns(),
            ParseRfc3339("2025-11-01T00:00:00+08:00").value());
  EXPECT_GE(entry.recorded_unix_ns(), entry.command().timer_due().due_unix_ns());
  EXPECT_EQ(Submit(3), "WINDOW_CLOSED");
}

TEST_F(DeadlinesTest, AnUnansweredTransferBecomesOverdueAndItsMoneyStaysInTransit) {
  const Idle idle = IdleVoucher(100);
  // Ordered 2025-10-30T10:00:00, to be answered within 120 hours.
  const auto ordered = OrderTransfer(idle.account_id, "unanswered", 70'000, idle.voucher_id);
  ASSERT_TRUE(ordered.ok()) << Describe(ordered.status);
  const uint64_t transfer_id = ordered.response.event().transfer_id();
  EXPECT_EQ(ordered.response.event().answer_due_unix_ns(),
            ParseRfc3339("2025-11-04T10:00:00+08:00").value());
  ASSERT_NO_FATAL_FAILURE(MoveTo("2025-11-04T09:59:59.999+08:00"));
  EXPECT_EQ(TransferState(transfer_id), v1::TRANSFER_STATE_ORDERED);
  ASSERT_NO_FATAL_FAILURE(MoveTo("2025-11-04T10:00:00+08:00"));
  ASSERT_TRUE(Eventually([&] { return TransferState(transfer_id) == v1::TRANSFER_STATE_OVERDUE; }));
  EXPECT_EQ(Budget().transit_fen(), 70'000);
  const auto confirmed = Confirm(transfer_id, "late-confirmation");
  ASSERT_TRUE(confirmed.ok()) << Describe(confirmed.status);
  EXPECT_EQ(confirmed.response.event().credited_fen(), 70'000);
  EXPECT_EQ(TransferState(transfer_id), v1::TRANSFER_STATE_CONFIRMED);
  EXPECT_EQ(Budget().transit_fen(), 0);
}

TEST_F(DeadlinesTest, AVoucherExpiresAtTheEndOfItsLastDayAndItsBillsHaveThreeDaysOfGrace) {
  // 100,000 fen of credit in the account, 100,000 fen in another voucher, of which 30,000 are in
  // transit when it expires.
  const Idle idle = IdleVoucher(200);
  const auto ordered = OrderTransfer(idle.account_id, "in-transit", 30'000, idle.voucher_id);
  ASSERT_TRUE(ordered.ok()) << Describe(ordered.status);

  ASSERT_NO_FATAL_FAILURE(MoveTo("2025-12-31T23:59:59.999+08:00"));
  EXPECT_EQ(Redeem(idle.account_id, "last-day", "2025-12-31T12:00:00+08:00").reason(), "");
  ASSERT_NO_FATAL_FAILURE(MoveTo("2026-01-01T00:00:00+08:00"));
  EXPECT_EQ(OrderTransfer(idle.account_id, "too-late", 1'000, idle.voucher_id).reason(),
            "VOUCHER_EXPIRED");
  // The end of the usage is exclusive: this bill is of December 31.
  EXPECT_EQ(Redeem(idle.account_id, "in-grace", "2026-01-01T00:00:00+08:00").reason(), "");
  ASSERT_NO_FATAL_FAILURE(MoveTo("2026-01-03T23:59:59.999+08:00"));
  EXPECT_EQ(Redeem(idle.account_id, "usage-after", "2026-01-01T00:00:00.001+08:00").reason(),
            "VOUCHER_EXPIRED");
  EXPECT_EQ(Redeem(idle.account_id, "last-moment", "2025-12-31T23:59:59.999+08:00").reason(), "");
  EXPECT_EQ(Voucher(idle.voucher_id).state(), v1::VOUCHER_STATE_ACTIVE);
  ASSERT_NO_FATAL_FAILURE(MoveTo("2026-01-04T00:00:00+08:00"));
  EXPECT_EQ(Redeem(idle.account_id, "grace-over", "2025-12-31T23:59:59.999+08:00").reason(),
            "VOUCHER_EXPIRED");
  // Returned: 100,000 − 3 × 100 of credit, and the 70,000 of the other voucher.
  EXPECT_EQ(Voucher(idle.voucher_id).state(), v1::VOUCHER_STATE_EXPIRED);
  EXPECT_EQ(Budget().returned_fen(), 169'700) << Budget().ShortDebugString();
  EXPECT_EQ(Budget().credit_fen(), 0);
  EXPECT_EQ(Budget().voucher_fen(), 0);
  EXPECT_EQ(Budget().transit_fen(), 30'000);
  EXPECT_EQ(Budget().payable_fen(), 300);

  // Late money for a dead voucher moves on in the entry that brings it.
  const auto confirmed = Confirm(ordered.response.event().transfer_id(), "after-expiry");
  ASSERT_TRUE(confirmed.ok()) << Describe(confirmed.status);
  EXPECT_EQ(confirmed.response.event().credited_fen(), 0);
  EXPECT_EQ(confirmed.response.event().released_fen(), 30'000);
  EXPECT_EQ(Budget().transit_fen(), 0);
  EXPECT_EQ(Budget().returned_fen(), 199'700);
}

TEST_F(DeadlinesTest, AClockJumpStopsMutationsUntilARecordedActResumesThem) {
  // Up to 2 s is no jump.
  ASSERT_EQ(server_.clock().Jump(kNanosPerSecond), absl::OkStatus());
  EXPECT_EQ(Submit(1), "");

  ASSERT_EQ(server_.clock().Jump(3 * kNanosPerSecond), absl::OkStatus());
  const uint64_t before = server_.Sequence();
  const auto stopped =
      As("platform").Call(kRpc<v1::SubmitApplicationResponse>, SampleApplication(0, 2, 100'000));
  EXPECT_EQ(CodeName(stopped.status.error_code()), "UNAVAILABLE") << Describe(stopped.status);
  EXPECT_FALSE(stopped.recorded());
  EXPECT_EQ(server_.Status().mode(), v1::SERVER_MODE_CLOCK_SUSPECT);
  EXPECT_FALSE(server_.Status().mode_reason().empty());
  EXPECT_EQ(Budget().held_fen(), 20'000);  // Reads go on.
  EXPECT_EQ(server_.Sequence(), before);

  v1::ResumeAfterClockJumpRequest resume;
  resume.set_request_id("resume");
  resume.set_reason("time server mended");
  const auto denied = As("platform").Call(kRpc<v1::ResumeAfterClockJumpResponse>, resume);
  EXPECT_EQ(CodeName(denied.status.error_code()), "PERMISSION_DENIED");
  const auto resumed = As("admin").Call(kRpc<v1::ResumeAfterClockJumpResponse>, resume);
  ASSERT_TRUE(resumed.ok()) << Describe(resumed.status);
  EXPECT_GE(resumed.response.event().jump_ns(), 3 * kNanosPerSecond);
  EXPECT_TRUE(Entry(resumed.response.receipt().sequence()).event().has_clock_resumed());
  EXPECT_EQ(Submit(2), "");
  EXPECT_EQ(server_.Status().mode(), v1::SERVER_MODE_READ_WRITE);
  resume.set_request_id("resume-again");
  EXPECT_EQ(As("admin").Call(kRpc<v1::ResumeAfterClockJumpResponse>, resume).reason(),
            "ILLEGAL_STATE");
}

TEST_F(DeadlinesTest, AJumpBackNeverMakesRecordedTimesGoBack) {
  ASSERT_EQ(Submit(1), "");
  const uint64_t before = server_.Sequence();
  ASSERT_EQ(server_.clock().Jump(-60 * kNanosPerSecond), absl::OkStatus());
  v1::ResumeAfterClockJumpRequest resume;
  resume.set_request_id("resume");
  resume.set_reason("set back by a minute");
  const auto resumed = As("admin").Call(kRpc<v1::ResumeAfterClockJumpResponse>, resume);
  ASSERT_TRUE(resumed.ok()) << Describe(resumed.status);
  ASSERT_EQ(Submit(2), "");
  for (uint64_t sequence = before + 1; sequence <= server_.Sequence(); ++sequence) {
    EXPECT_GT(Entry(sequence).recorded_unix_ns(), Entry(sequence - 1).recorded_unix_ns());
    EXPECT_GE(Entry(sequence).received_unix_ns(), Entry(sequence - 1).received_unix_ns());
  }
}

}  // namespace
}  // namespace voucher::testing
