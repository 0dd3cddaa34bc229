// StreamRedeem and WatchBudget.
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "server/access/principals.h"
#include "server/rpc/stream_redeem.h"
#include "tests/server/credited_server.h"
#include "voucher/v1/credit_service.grpc.pb.h"
#include "voucher/v1/program_service.grpc.pb.h"

namespace voucher::testing {
namespace {

using ::testing::HasSubstr;

class StreamRedeemTest : public CreditedServer {
 protected:
  std::unique_ptr<grpc::ClientReaderWriter<v1::StreamRedeemRequest, v1::StreamRedeemResponse>> Open(
      grpc::ClientContext* context) {
    context->AddMetadata(kPrincipalHeader, absl::StrCat("provider-", kProviderId));
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    return stub->StreamRedeem(context);
  }

  // A message of `count` orders of 1 fen, "o<message>-<i>".
  v1::StreamRedeemRequest Message(int message, int count) const {
    v1::StreamRedeemRequest request;
    for (int i = 0; i < count; ++i) {
      *request.add_redemptions() = SampleOrder(account, absl::StrCat("o", message, "-", i), 1);
    }
    return request;
  }

  std::unique_ptr<v1::CreditService::Stub> stub = v1::CreditService::NewStub(running.NewChannel());
};

TEST_F(StreamRedeemTest, AnswersEveryMessageInOrderWhileMoreAreOnTheWay) {
  constexpr int kMessages = 100;
  constexpr int kOrders = 20;
  grpc::ClientContext context;
  auto stream = Open(&context);
  std::thread writer([&] {
    for (int m = 0; m < kMessages; ++m) EXPECT_TRUE(stream->Write(Message(m, kOrders)));
    stream->WritesDone();
  });
  uint64_t sequence = 0;
  v1::StreamRedeemResponse response;
  int messages = 0;
  for (; stream->Read(&response); ++messages) {
    ASSERT_EQ(response.outcomes_size(), kOrders);
    for (int i = 0; i < kOrders; ++i) {
      const auto& outcome = response.outcomes(i);
      EXPECT_EQ(outcome.request_id(), absl::StrCat("o", messages, "-", i));
      EXPECT_EQ(outcome.event().amount_fen(), 1) << outcome.refusal().message();
      EXPECT_GT(outcome.receipt().sequence(), sequence);
      sequence = outcome.receipt().sequence();
    }
  }
  writer.join();
  EXPECT_EQ(messages, kMessages);
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(StreamRedeemTest, KeepsABoundedNumberOfMessagesInFlight) {
  running.gate.Close();
  grpc::ClientContext context;
  auto stream = Open(&context);
  std::thread writer([&] {
    for (int m = 0; m < 30; ++m) EXPECT_TRUE(stream->Write(Message(m, 1)));
    stream->WritesDone();
  });
  running.AwaitQueued(kStreamMessagesInFlight);
  writer.join();  // small messages: the transport holds the rest
  EXPECT_EQ(running.ledger->queued_commands(), kStreamMessagesInFlight);
  running.gate.Open();
  v1::StreamRedeemResponse response;
  int messages = 0;
  while (stream->Read(&response)) ++messages;
  EXPECT_EQ(messages, 30);
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(StreamRedeemTest, ARefusalIsAnOutcomeAndTheStreamGoesOn) {
  grpc::ClientContext context;
  auto stream = Open(&context);
  v1::StreamRedeemRequest request = Message(0, 1);
  *request.add_redemptions() = SampleOrder(account, "too-much", 999'999'99);
  *request.add_redemptions() = SampleOrder(account, "same-order", 1);
  request.mutable_redemptions(2)->set_order_number("o0-0");
  ASSERT_TRUE(stream->Write(request));
  v1::StreamRedeemResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_TRUE(response.outcomes(0).has_event());
  EXPECT_EQ(response.outcomes(1).refusal().reason(), v1::REASON_INSUFFICIENT_CREDIT);
  EXPECT_EQ(response.outcomes(2).refusal().reason(), v1::REASON_ORDER_ALREADY_REDEEMED);
  ASSERT_TRUE(stream->Write(Message(1, 1)));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_TRUE(response.outcomes(0).has_event());
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(StreamRedeemTest, AMalformedRedemptionEndsTheStreamAfterTheAnswersBeforeIt) {
  const uint64_t before = running.sequence();
  grpc::ClientContext context;
  auto stream = Open(&context);
  ASSERT_TRUE(stream->Write(Message(0, 2)));
  v1::StreamRedeemRequest bad = Message(1, 2);
  bad.mutable_redemptions(1)->set_amount_fen(-1);
  ASSERT_TRUE(stream->Write(bad));
  v1::StreamRedeemResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.outcomes_size(), 2);
  EXPECT_FALSE(stream->Read(&response));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(ReadFieldViolations(status), HasSubstr("redemptions[1].amount_fen"));
  EXPECT_EQ(running.sequence(), before + 2);
}

TEST_F(StreamRedeemTest, MoreThanTheItemsOfAMessageAreMalformed) {
  grpc::ClientContext context;
  auto stream = Open(&context);
  ASSERT_TRUE(stream->Write(Message(0, 1'025)));
  v1::StreamRedeemResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(StreamRedeemTest, WhatACancelledStreamSentIsStillDecided) {
  const uint64_t before = running.sequence();
  running.gate.Close();
  {
    grpc::ClientContext context;
    auto stream = Open(&context);
    ASSERT_TRUE(stream->Write(Message(0, 3)));
    running.AwaitQueued(3);
    context.TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  running.gate.Open();
  running.server->Drain(std::chrono::system_clock::now() + std::chrono::seconds(20));
  EXPECT_EQ(running.sequence(), before + 3);
}

TEST_F(StreamRedeemTest, AnIdleStreamEndsWhenTheServerDrains) {
  grpc::ClientContext context;
  auto stream = Open(&context);
  ASSERT_TRUE(stream->Write(Message(0, 1)));
  v1::StreamRedeemResponse response;
  ASSERT_TRUE(stream->Read(&response));
  const auto begun = std::chrono::steady_clock::now();
  running.server->Drain(std::chrono::system_clock::now() + std::chrono::seconds(25));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(StreamRedeemTest, ADrainAnswersWhatTheStreamHasRead) {
  running.gate.Close();
  grpc::ClientContext context;
  auto stream = Open(&context);
  ASSERT_TRUE(stream->Write(Message(0, 2)));
  ASSERT_TRUE(stream->Write(Message(1, 2)));
  running.AwaitQueued(4);
  auto drained = std::async(std::launch::async, [&] {
    running.server->Drain(std::chrono::system_clock::now() + std::chrono::seconds(25));
  });
  running.gate.Open();
  v1::StreamRedeemResponse response;
  for (int m = 0; m < 2; ++m) {
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_TRUE(response.outcomes(1).has_event());
  }
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  drained.get();
}

TEST_F(StreamRedeemTest, OnlyProvidersMayStream) {
  grpc::ClientContext context;
  context.AddMetadata(kPrincipalHeader, "platform");
  auto stream = stub->StreamRedeem(&context);
  v1::StreamRedeemResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

class WatchBudgetTest : public ::testing::Test {
 protected:
  WatchBudgetTest() : client(running.Client("platform")) {
    EXPECT_TRUE(PrepareProgram(&client, 1'000'00, 0).ok());
    stub = v1::ProgramService::NewStub(running.NewChannel());
  }

  std::unique_ptr<grpc::ClientReader<v1::WatchBudgetResponse>> Watch(grpc::ClientContext* context,
                                                                     const std::string& program_id,
                                                                     int interval_ms = 100) {
    context->AddMetadata(kPrincipalHeader, "observer");
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    v1::WatchBudgetRequest request;
    request.set_program_id(program_id);
    request.set_interval_ms(interval_ms);
    return stub->WatchBudget(context, request);
  }

  void Appropriate(const std::string& request_id, int64_t fen) {
    v1::AppropriateRequest request;
    request.set_request_id(request_id);
    request.set_program_id(kProgramId);
    request.set_amount_fen(fen);
    request.set_fiscal_reference(request_id);
    EXPECT_TRUE(client.As("finance").Call(kRpc<v1::AppropriateResponse>, request).ok());
  }

  RunningServer running;
  ApiClient client;
  std::unique_ptr<v1::ProgramService::Stub> stub;
};

TEST_F(WatchBudgetTest, SendsTheBudgetAndThenItsChanges) {
  grpc::ClientContext context;
  auto watch = Watch(&context, kProgramId);
  v1::WatchBudgetResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.budget().remaining_fen(), 1'000'00);
  EXPECT_EQ(response.as_of_sequence(), running.sequence());
  // Does not touch the budget: nothing is sent for it.
  EXPECT_TRUE(
      client.As("platform").Call(kRpc<v1::PutEnterpriseResponse>, SampleEnterprise(1)).ok());
  Appropriate("more", 500'00);
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.budget().remaining_fen(), 1'500'00);
  context.TryCancel();
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(WatchBudgetTest, GathersTheChangesOfAnInterval) {
  grpc::ClientContext context;
  auto watch = Watch(&context, kProgramId, 400);
  v1::WatchBudgetResponse response;
  ASSERT_TRUE(watch->Read(&response));
  const auto first = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i) Appropriate(absl::StrCat("more-", i), 100);
  ASSERT_TRUE(watch->Read(&response));
  // Between sending twice the server lets 400 ms pass; some of that passes before the first arrives
  // here.
  EXPECT_GE(std::chrono::steady_clock::now() - first, std::chrono::milliseconds(200));
  EXPECT_EQ(response.budget().remaining_fen(), 1'000'00 + 5 * 100);
  context.TryCancel();
}

TEST_F(WatchBudgetTest, SaysWhatIsWrongWithTheRequest) {
  v1::WatchBudgetResponse response;
  grpc::ClientContext no_program;
  auto unknown = Watch(&no_program, "none-2025");
  EXPECT_FALSE(unknown->Read(&response));
  EXPECT_EQ(unknown->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
  grpc::ClientContext too_often;
  auto hasty = Watch(&too_often, kProgramId, 99);
  EXPECT_FALSE(hasty->Read(&response));
  EXPECT_THAT(ReadFieldViolations(hasty->Finish()), HasSubstr("interval_ms"));
}

TEST_F(WatchBudgetTest, EndsWhenTheServerDrains) {
  grpc::ClientContext context;
  auto watch = Watch(&context, kProgramId);
  v1::WatchBudgetResponse response;
  ASSERT_TRUE(watch->Read(&response));
  running.server->Drain(std::chrono::system_clock::now() + std::chrono::seconds(25));
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace voucher::testing
