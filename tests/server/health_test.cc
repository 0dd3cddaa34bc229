// Health, drain and reflection.
#include <future>
#include <memory>
#include <string>

#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"

#include "tests/server/running_server.h"
#include "tests/support/sample_program.h"

namespace voucher::testing {
namespace {

constexpr char kServing = 1;
constexpr char kNotServing = 2;

v1::PutProviderRequest PutProvider(const std::string& request_id) {
  v1::PutProviderRequest request;
  request.set_request_id(request_id);
  request.set_provider_id("acme");
  request.set_name("Acme");
  return request;
}

// grpc.health.v1.Health/Check by hand: HealthCheckRequest{service = 1}, HealthCheckResponse{status
// = 1}. 0 if it fails.
char Check(const std::shared_ptr<grpc::Channel>& channel, const std::string& service) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  const grpc::Slice slice(std::string("\x0A") + static_cast<char>(service.size()) + service);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  grpc::CompletionQueue queue;
  auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", request, &queue);
  call->StartCall();
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  grpc::Slice bytes;
  if (!status.ok() || !response.DumpToSingleSlice(&bytes).ok() || bytes.size() != 2) return 0;
  return static_cast<char>(bytes.begin()[1]);
}

TEST(HealthTest, ServesOnlyWhileMutationsAreTaken) {
  RunningServer running;
  const auto channel = running.NewChannel();
  for (const char* service : {"", "voucher.v1.ProgramService", "voucher.v1.CreditService"}) {
    EXPECT_EQ(Check(channel, service), kServing) << service;
  }
  EXPECT_EQ(Check(channel, "voucher.v1.NoService"), 0);

  running.clock.Jump(60 * kNanosPerSecond);
  ApiClient client = running.Client("platform");
  const auto stopped = client.Call(kRpc<v1::PutProviderResponse>, PutProvider("r1"));
  EXPECT_EQ(stopped.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  running.server->Refresh();
  EXPECT_EQ(Check(channel, ""), kNotServing);
  EXPECT_EQ(Check(channel, "voucher.v1.CreditService"), kNotServing);
  const auto status = client.Call(kRpc<v1::GetStatusResponse>, v1::GetStatusRequest());
  EXPECT_EQ(status.response.mode(), v1::SERVER_MODE_CLOCK_SUSPECT);
  EXPECT_FALSE(status.response.mode_reason().empty());

  v1::ResumeAfterClockJumpRequest resume;
  resume.set_request_id("resume");
  resume.set_reason("time server was mended");
  const auto resumed = client.As("admin").Call(kRpc<v1::ResumeAfterClockJumpResponse>, resume);
  EXPECT_TRUE(resumed.ok()) << Describe(resumed.status);
  running.server->Refresh();
  EXPECT_EQ(Check(channel, "voucher.v1.CreditService"), kServing);
}

TEST(DrainTest, WhatWasQueuedIsAnsweredAndNothingElseIsTaken) {
  RunningServer running;
  running.gate.Close();
  auto queued = std::async(std::launch::async, [&] {
    return running.Client("platform").Call(kRpc<v1::PutProviderResponse>, PutProvider("r1"));
  });
  running.AwaitQueued(1);
  auto drained = std::async(std::launch::async, [&] {
    running.server->Drain(std::chrono::system_clock::now() + std::chrono::seconds(30));
  });
  // The drain has begun when it turns a new command away; until then each attempt queues or is
  // refused.
  grpc::Status late = grpc::Status::OK;
  for (int i = 0; late.error_code() != grpc::StatusCode::UNAVAILABLE && i < 1'000; ++i) {
    late = running.Client("platform", std::chrono::milliseconds(50))
               .Call(kRpc<v1::PutProviderResponse>, PutProvider("late"))
               .status;
  }
  EXPECT_EQ(late.error_code(), grpc::StatusCode::UNAVAILABLE);
  running.gate.Open();
  const auto reply = queued.get();
  EXPECT_TRUE(reply.ok()) << Describe(reply.status);
  EXPECT_EQ(reply.response.receipt().sequence(), 1u);
  drained.get();
}

}  // namespace
}  // namespace voucher::testing
