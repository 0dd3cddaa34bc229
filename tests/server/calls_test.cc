// Unary calls: who may call, what comes back, what is recorded.
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

#include "tests/server/running_server.h"
#include "tests/support/sample_program.h"
#include "voucher/v1/admin_service.grpc.pb.h"

namespace voucher::testing {
namespace {

using ::testing::HasSubstr;

v1::PutProviderRequest PutProvider(const std::string& request_id, const std::string& name) {
  v1::PutProviderRequest request;
  request.set_request_id(request_id);
  request.set_provider_id("acme");
  request.set_name(name);
  return request;
}

v1::WithdrawApplicationRequest WithdrawUnknown(const std::string& request_id) {
  v1::WithdrawApplicationRequest request;
  request.set_request_id(request_id);
  request.set_application_id(77);
  return request;
}

// The cause in the ErrorInfo of a status; empty without one.
std::string Cause(const grpc::Status& status) {
  google::rpc::Status decoded;
  google::rpc::ErrorInfo info;
  EXPECT_TRUE(decoded.ParseFromString(status.error_details()));
  for (const auto& any : decoded.details()) {
    if (any.UnpackTo(&info)) return info.reason();
  }
  return "";
}

bool HasRetryInfo(const grpc::Status& status) {
  google::rpc::Status decoded;
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(decoded.ParseFromString(status.error_details()));
  for (const auto& any : decoded.details()) {
    if (any.UnpackTo(&retry)) return retry.retry_delay().seconds() > 0;
  }
  return false;
}

TEST(CallsTest, AnAcceptedMutationReturnsItsReceiptAndEvent) {
  RunningServer running;
  const auto reply =
      running.Client("platform").Call(kRpc<v1::PutProviderResponse>, PutProvider("r1", "Acme"));
  ASSERT_TRUE(reply.ok()) << Describe(reply.status);
  EXPECT_EQ(reply.response.receipt().sequence(), 1u);
  EXPECT_EQ(reply.response.receipt().leaf_hash().size(), 32u);
  EXPECT_EQ(reply.response.receipt().received_at().seconds(),
            running.clock.WallNow() / kNanosPerSecond);
  EXPECT_EQ(reply.response.event().provider_number(), 1u);
  EXPECT_TRUE(reply.response.event().created());
}

TEST(CallsTest, ARoleThatTheTableDoesNotNameIsDeniedAndNotRecorded) {
  RunningServer running;
  ApiClient client = running.Client("observer");
  const auto denied = client.Call(kRpc<v1::PutProviderResponse>, PutProvider("r1", "Acme"));
  EXPECT_EQ(denied.status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Cause(denied.status), "ROLE_DENIED");
  client.As("nobody");
  const auto unknown = client.Call(kRpc<v1::GetStatusResponse>, v1::GetStatusRequest());
  EXPECT_EQ(unknown.status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Cause(unknown.status), "UNKNOWN_PRINCIPAL");
  EXPECT_EQ(running.sequence(), 0u);
}

TEST(CallsTest, ACallWithoutAPrincipalIsUnauthenticated) {
  RunningServer running;
  auto stub = v1::AdminService::NewStub(running.NewChannel());
  grpc::ClientContext context;
  v1::GetStatusResponse response;
  EXPECT_EQ(stub->GetStatus(&context, {}, &response).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

TEST(CallsTest, ARefusalIsAStatusWithItsReasonSentencesAndReceipt) {
  RunningServer running;
  const auto reply =
      running.Client("platform").Call(kRpc<v1::WithdrawApplicationResponse>, WithdrawUnknown("r1"));
  EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::NOT_FOUND);
  ASSERT_TRUE(reply.refused.has_value());
  EXPECT_EQ(reply.reason(), "APPLICATION_NOT_FOUND");
  EXPECT_EQ(reply.refused->refusal.message(), reply.status.error_message());
  EXPECT_FALSE(reply.refused->refusal.message_zh().empty());
  EXPECT_EQ(reply.receipt().sequence(), 1u);
  EXPECT_EQ(running.sequence(), 1u);
}

TEST(CallsTest, AReplayReturnsTheFirstReceiptAndAnotherRequestUnderTheIdIsRefused) {
  RunningServer running;
  ApiClient client = running.Client("platform");
  const auto first = client.Call(kRpc<v1::PutProviderResponse>, PutProvider("r1", "Acme"));
  const auto again = client.Call(kRpc<v1::PutProviderResponse>, PutProvider("r1", "Acme"));
  ASSERT_TRUE(again.ok()) << Describe(again.status);
  EXPECT_EQ(again.response.SerializeAsString(), first.response.SerializeAsString());
  const auto other = client.Call(kRpc<v1::PutProviderResponse>, PutProvider("r1", "Other"));
  EXPECT_EQ(other.status.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(other.reason(), "REQUEST_ID_REUSED");
  EXPECT_FALSE(other.refused->receipt.has_value());
  EXPECT_EQ(running.sequence(), 1u);
}

TEST(CallsTest, ABatchAnswersEveryItemInOrder) {
  RunningServer running;
  ApiClient client = running.Client("platform");
  ASSERT_TRUE(PrepareProgram(&client, 1'000'000'00, 2).ok());
  v1::BatchSubmitApplicationsRequest batch;
  *batch.add_applications() = SampleApplication(0, 1, 100'000'00);
  *batch.add_applications() = SampleApplication(7, 2, 100'000'00);  // not registered
  *batch.add_applications() = SampleApplication(1, 1, 100'000'00);  // id of the first
  *batch.add_applications() = SampleApplication(1, 3, 200'000'00);
  const auto reply = client.As("platform").Call(kRpc<v1::BatchSubmitApplicationsResponse>, batch);
  ASSERT_TRUE(reply.ok()) << Describe(reply.status);
  ASSERT_EQ(reply.response.outcomes_size(), 4);
  const auto& outcomes = reply.response.outcomes();
  EXPECT_EQ(outcomes[0].request_id(), "apply-1");
  EXPECT_EQ(outcomes[0].event().granted_fen(), 20'000'00);
  EXPECT_EQ(outcomes[1].refusal().reason(), v1::REASON_ENTERPRISE_NOT_FOUND);
  EXPECT_FALSE(outcomes[1].refusal().message().empty());
  EXPECT_EQ(outcomes[1].receipt().sequence(), outcomes[0].receipt().sequence() + 1);
  EXPECT_EQ(outcomes[2].refusal().reason(), v1::REASON_REQUEST_ID_REUSED);
  EXPECT_FALSE(outcomes[2].has_receipt());
  EXPECT_EQ(outcomes[3].event().granted_fen(), 40'000'00);
  EXPECT_EQ(outcomes[3].receipt().sequence(), outcomes[1].receipt().sequence() + 1);
}

TEST(CallsTest, ABatchOfReviewsCarriesAnApplicationThroughItsStages) {
  RunningServer running;
  ApiClient client = running.Client("platform");
  ASSERT_TRUE(PrepareProgram(&client, 1'000'000'00, 1).ok());
  ASSERT_TRUE(client.As("platform")
                  .Call(kRpc<v1::SubmitApplicationResponse>, SampleApplication(0, 1, 100'000'00))
                  .ok());
  v1::BatchReviewApplicationsRequest batch;
  const auto add = [&](uint64_t application, const std::string& stage) {
    v1::ReviewApplicationRequest* review = batch.add_reviews();
    review->set_request_id(absl::StrCat("review-", batch.reviews_size()));
    review->set_application_id(application);
    review->set_stage_id(stage);
    review->set_verdict(v1::REVIEW_VERDICT_PASS);
  };
  for (const char* stage : {"DISTRICT", "EXPERT", "EXPERT", "AUDIT"}) add(1, stage);
  add(2, "DISTRICT");
  const auto reply = client.As("reviewer").Call(kRpc<v1::BatchReviewApplicationsResponse>, batch);
  ASSERT_TRUE(reply.ok()) << Describe(reply.status);
  ASSERT_EQ(reply.response.outcomes_size(), 5);
  const auto& outcomes = reply.response.outcomes();
  EXPECT_TRUE(outcomes[0].has_event());
  EXPECT_TRUE(outcomes[1].has_event());
  EXPECT_EQ(outcomes[2].refusal().reason(), v1::REASON_ILLEGAL_STATE);
  EXPECT_TRUE(outcomes[3].has_event());
  EXPECT_EQ(outcomes[4].request_id(), "review-5");
  EXPECT_EQ(outcomes[4].refusal().reason(), v1::REASON_APPLICATION_NOT_FOUND);
  EXPECT_EQ(outcomes[4].receipt().sequence(), outcomes[0].receipt().sequence() + 4);

  batch.mutable_reviews(1)->set_verdict(v1::REVIEW_VERDICT_UNSPECIFIED);
  EXPECT_THAT(
      ReadFieldViolations(client.Call(kRpc<v1::BatchReviewApplicationsResponse>, batch).status),
      HasSubstr("reviews[1].verdict"));
}

TEST(CallsTest, TheBudgetAndTheBalancesAreAnsweredAsOfThen) {
  RunningServer running;
  ApiClient client = running.Client("platform");
  ASSERT_TRUE(PrepareProgram(&client, 1'000'00, 0).ok());
  const uint64_t then = running.sequence();
  const UnixNanos instant = running.clock.WallNow();
  running.clock.Advance(kNanosPerHour);
  v1::AppropriateRequest appropriate;
  appropriate.set_request_id("more");
  appropriate.set_program_id(kProgramId);
  appropriate.set_amount_fen(500'00);
  appropriate.set_fiscal_reference("test");
  ASSERT_TRUE(client.As("finance").Call(kRpc<v1::AppropriateResponse>, appropriate).ok());
  const auto budget = [&](const v1::GetBudgetRequest& request) {
    const auto reply = running.Client("observer").Call(kRpc<v1::GetBudgetResponse>, request);
    EXPECT_TRUE(reply.ok()) << Describe(reply.status);
    return reply.response;
  };
  v1::GetBudgetRequest request;
  request.set_program_id(kProgramId);
  EXPECT_EQ(budget(request).budget().remaining_fen(), 1'500'00);
  EXPECT_EQ(budget(request).as_of_sequence(), then + 1);
  request.set_sequence(then);
  EXPECT_EQ(budget(request).budget().remaining_fen(), 1'000'00);
  EXPECT_EQ(budget(request).as_of_sequence(), then);
  *request.mutable_time() = ToTimestamp(instant + kNanosPerHour / 2);
  EXPECT_EQ(budget(request).budget().remaining_fen(), 1'000'00);
  EXPECT_EQ(budget(request).as_of_sequence(), then);
  request.set_sequence(then + 2);
  EXPECT_EQ(
      running.Client("observer").Call(kRpc<v1::GetBudgetResponse>, request).status.error_code(),
      grpc::StatusCode::NOT_FOUND);

  v1::GetBalancesRequest balances;
  balances.set_sequence(then);
  const auto reply = running.Client("auditor").Call(kRpc<v1::GetBalancesResponse>, balances);
  ASSERT_TRUE(reply.ok()) << Describe(reply.status);
  EXPECT_TRUE(reply.response.balanced());
  EXPECT_EQ(reply.response.as_of_sequence(), then);
  ASSERT_EQ(reply.response.programs_size(), 1);
  for (const v1::ClassBalance& balance : reply.response.programs(0).classes()) {
    if (balance.kind() != v1::ACCOUNT_KIND_BUDGET) continue;
    EXPECT_EQ(balance.balance_fen(), 1'000'00);
  }
}

TEST(CallsTest, AReadWaitsForTheSequenceItAsksFor) {
  RunningServer running;
  running.gate.Close();
  auto put = std::async(std::launch::async, [&] {
    return running.Client("platform")
        .Call(kRpc<v1::PutProviderResponse>, PutProvider("r1", "Acme"));
  });
  running.AwaitQueued(1);
  auto read = std::async(std::launch::async, [&] {
    v1::ListProvidersRequest request;
    request.set_min_sequence(1);
    return running.Client("observer").Call(kRpc<v1::ListProvidersResponse>, request);
  });
  EXPECT_EQ(read.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  running.gate.Open();
  EXPECT_TRUE(put.get().ok());
  const auto reply = read.get();
  ASSERT_TRUE(reply.ok()) << Describe(reply.status);
  EXPECT_EQ(reply.response.providers_size(), 1);
  EXPECT_EQ(reply.response.as_of_sequence(), 1u);
}

TEST(CallsTest, AReadForASequenceThatDoesNotComeEndsAtItsDeadline) {
  RunningServer running;
  v1::GetStatusRequest request;
  request.set_min_sequence(1'000);
  const auto reply = running.Client("observer", std::chrono::milliseconds(200))
                         .Call(kRpc<v1::GetStatusResponse>, request);
  EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST(CallsTest, ACallIsRecordedEvenIfItsCallerGaveUp) {
  RunningServer running;
  running.gate.Close();
  {
    const auto reply = running.Client("platform", std::chrono::milliseconds(100))
                           .Call(kRpc<v1::PutProviderResponse>, PutProvider("r1", "Acme"));
    EXPECT_EQ(reply.status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  }
  running.gate.Open();
  const auto again =
      running.Client("platform").Call(kRpc<v1::PutProviderResponse>, PutProvider("r1", "Acme"));
  ASSERT_TRUE(again.ok()) << Describe(again.status);
  EXPECT_EQ(again.response.receipt().sequence(), 1u);
}

TEST(CallsTest, ALargeRequestWaitsForAWorkerAndHoldsNobodyUp) {
  RunningServer running;
  Gate busy;
  busy.Close();
  for (int i = 0; i < 2; ++i) running.pool->Post([&] { busy.Pass(); });  // all its workers
  v1::BatchRedeemRequest large;
  for (int i = 0; i < 1'000; ++i) *large.add_redemptions() = SampleOrder(1, "o", -100);
  auto status = std::async(std::launch::async, [&] {
    return running.Client(absl::StrCat("provider-", kProviderId))
        .Call(kRpc<v1::BatchRedeemResponse>, large)
        .status;
  });
  EXPECT_EQ(status.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout);
  EXPECT_TRUE(running.Client("platform")
                  .Call(kRpc<v1::PutProviderResponse>, PutProvider("small", "Acme"))
                  .ok());
  busy.Open();
  EXPECT_THAT(ReadFieldViolations(status.get()), HasSubstr("redemptions[0].amount_fen"));
}

TEST(CallsTest, AFullQueueIsUnavailableWithRetryInfoAndLeavesNoTrace) {
  RunningServer running([](LedgerOptions* options) { options->max_queued_commands = 2; });
  running.gate.Close();
  auto queued = std::async(std::launch::async, [&] {
    return running.Client("platform")
        .Call(kRpc<v1::PutProviderResponse>, PutProvider("r1", "Acme"));
  });
  running.AwaitQueued(1);
  const auto shed =
      running.Client("platform").Call(kRpc<v1::PutProviderResponse>, PutProvider("r2", "Acme"));
  EXPECT_EQ(shed.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Cause(shed.status), "OVERLOADED");
  EXPECT_TRUE(HasRetryInfo(shed.status));
  running.gate.Open();
  EXPECT_TRUE(queued.get().ok());
  EXPECT_EQ(running.sequence(), 1u);
}

TEST(CallsTest, EntriesAreReadWithTheirStoredBytes) {
  RunningServer running;
  ApiClient client = running.Client("platform");
  ASSERT_TRUE(client.Call(kRpc<v1::PutProviderResponse>, PutProvider("r1", "Acme")).ok());
  EXPECT_FALSE(client.Call(kRpc<v1::WithdrawApplicationResponse>, WithdrawUnknown("r2")).ok());
  client.As("auditor");
  v1::GetEntryRequest get;
  get.set_sequence(2);
  const auto second = client.Call(kRpc<v1::GetEntryResponse>, get);
  ASSERT_TRUE(second.ok()) << Describe(second.status);
  EXPECT_EQ(second.response.recorded().entry().refusal().reason(),
            v1::REASON_APPLICATION_NOT_FOUND);
  EXPECT_EQ(second.response.recorded().entry().SerializeAsString(),
            second.response.recorded().stored());
  EXPECT_EQ(second.response.recorded().receipt().sequence(), 2u);
  get.set_sequence(3);
  EXPECT_EQ(client.Call(kRpc<v1::GetEntryResponse>, get).status.error_code(),
            grpc::StatusCode::NOT_FOUND);

  v1::ListEntriesRequest list;
  list.set_page_size(1);
  const auto first_page = client.Call(kRpc<v1::ListEntriesResponse>, list);
  ASSERT_EQ(first_page.response.recorded_size(), 1);
  EXPECT_EQ(first_page.response.next_sequence(), 2u);
  list.set_first_sequence(2);
  const auto last_page = client.Call(kRpc<v1::ListEntriesResponse>, list);
  ASSERT_EQ(last_page.response.recorded_size(), 1);
  EXPECT_EQ(last_page.response.recorded(0).receipt().sequence(), 2u);
  EXPECT_EQ(last_page.response.next_sequence(), 0u);
  list.set_page_size(1'001);
  EXPECT_THAT(ReadFieldViolations(client.Call(kRpc<v1::ListEntriesResponse>, list).status),
              HasSubstr("page_size"));
}

TEST(CallsTest, TheManualClockMovesOnAndJumps) {
  RunningServer running;
  ApiClient client = running.Client("observer");
  const UnixNanos start = running.clock.WallNow();
  dev::v1::AdvanceClockRequest advance;
  advance.mutable_by()->set_seconds(90);
  const auto advanced = client.Call(kRpc<dev::v1::AdvanceClockResponse>, advance);
  ASSERT_TRUE(advanced.ok()) << Describe(advanced.status);
  EXPECT_EQ(FromTimestamp(advanced.response.now()), start + 90 * kNanosPerSecond);
  EXPECT_EQ(running.clock.MonotonicNanos(), 90 * kNanosPerSecond);
  dev::v1::SetClockRequest set;
  *set.mutable_now() = ToTimestamp(start);
  EXPECT_EQ(client.Call(kRpc<dev::v1::SetClockResponse>, set).status.error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  *set.mutable_now() = ToTimestamp(start + kNanosPerHour);
  EXPECT_TRUE(client.Call(kRpc<dev::v1::SetClockResponse>, set).ok());
  EXPECT_EQ(running.clock.WallNow(), start + kNanosPerHour);
  dev::v1::JumpClockRequest jump;
  jump.mutable_by()->set_seconds(-60);
  EXPECT_TRUE(client.Call(kRpc<dev::v1::JumpClockResponse>, jump).ok());
  EXPECT_EQ(running.clock.WallNow(), start + kNanosPerHour - 60 * kNanosPerSecond);
  EXPECT_EQ(running.clock.MonotonicNanos(), kNanosPerHour);
  advance.mutable_by()->set_seconds(-1);
  EXPECT_THAT(ReadFieldViolations(client.Call(kRpc<dev::v1::AdvanceClockResponse>, advance).status),
              HasSubstr("by"));
}

}  // namespace
}  // namespace voucher::testing
