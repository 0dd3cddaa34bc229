// Retries and failures of the client library, against a service in this process that fails on
// purpose. What a real server answers is tested end to end.
#include "clients/cpp/client.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/rpc/status.pb.h"
#include <gmock/gmock.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include "clients/cpp/rpc_options.h"
#include "voucher/dev/v1/clock_service.grpc.pb.h"
#include "voucher/v1/audit_service.grpc.pb.h"
#include "voucher/v1/credit_service.grpc.pb.h"
#include "voucher/v1/program_service.grpc.pb.h"
#include "voucher/v1/registry_service.grpc.pb.h"

namespace voucher::client {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Answers PutProvider with the scripted statuses in turn, then with OK; remembers what it heard.
class ScriptedRegistry final : public v1::RegistryService::Service {
 public:
  grpc::Status PutProvider(grpc::ServerContext* context, const v1::PutProviderRequest* request,
                           v1::PutProviderResponse* response) override {
    const std::lock_guard<std::mutex> lock(mutex);
    request_ids.push_back(request->request_id());
    heard_at.push_back(absl::Now());
    const auto header = context->client_metadata().find(std::string(kPrincipalHeader));
    if (header != context->client_metadata().end()) {
      principal = std::string(header->second.data(), header->second.size());
    }
    if (!script.empty()) {
      const grpc::Status status = script.front();
      script.erase(script.begin());
      return status;
    }
    response->mutable_receipt()->set_sequence(7);
    return grpc::Status::OK;
  }

  std::mutex mutex;
  std::vector<grpc::Status> script;
  std::vector<std::string> request_ids;
  std::vector<absl::Time> heard_at;
  std::string principal;
};

// Answers redemptions in order; ends the first `broken_streams` calls after one answer each.
class FlakyCredit final : public v1::CreditService::Service {
 public:
  grpc::Status StreamRedeem(grpc::ServerContext*,
                            grpc::ServerReaderWriter<v1::StreamRedeemResponse,
                                                     v1::StreamRedeemRequest>* stream) override {
    v1::StreamRedeemRequest request;
    while (stream->Read(&request)) {
      v1::StreamRedeemResponse response;
      for (const v1::RedeemRequest& redemption : request.redemptions()) {
        const std::lock_guard<std::mutex> lock(mutex);
        heard.push_back(redemption.request_id());
        response.add_outcomes()->set_request_id(redemption.request_id());
      }
      if (wrong_count) response.add_outcomes();
      stream->Write(response);
      const std::lock_guard<std::mutex> lock(mutex);
      if (broken_streams > 0) {
        --broken_streams;
        return {grpc::StatusCode::UNAVAILABLE, "draining"};
      }
    }
    return grpc::Status::OK;
  }

  // A change at every tenth sequence from the one asked for; each call breaks after two messages.
  grpc::Status WatchTransfers(grpc::ServerContext*, const v1::WatchTransfersRequest* request,
                              grpc::ServerWriter<v1::WatchTransfersResponse>* writer) override {
    EXPECT_EQ(request->provider_id(), "acme");
    uint64_t sequence = (request->from_sequence() + 9) / 10 * 10;
    for (int i = 0; i < 2; ++i, sequence += 10) {
      v1::WatchTransfersResponse response;
      response.add_changes()->set_sequence(sequence);
      response.set_next_sequence(sequence + 1);
      if (!writer->Write(response)) break;
    }
    return {grpc::StatusCode::UNAVAILABLE, "draining"};
  }

  std::mutex mutex;
  std::atomic<int> broken_streams{0};
  std::atomic<bool> wrong_count{false};
  std::vector<std::string> heard;
};

class TickingProgram final : public v1::ProgramService::Service {
 public:
  grpc::Status WatchBudget(grpc::ServerContext* context, const v1::WatchBudgetRequest*,
                           grpc::ServerWriter<v1::WatchBudgetResponse>* writer) override {
    const int call = ++calls;
    v1::WatchBudgetResponse response;
    for (int64_t i = 1; !context->IsCancelled(); ++i) {
      response.mutable_budget()->set_remaining_fen(call * 100 + i);
      if (!writer->Write(response)) break;
      if (call == 1 && i == 2) return {grpc::StatusCode::UNAVAILABLE, "draining"};
    }
    return grpc::Status::CANCELLED;
  }

  std::atomic<int> calls{0};
};

// A clock that is never there.
class BusyClock final : public dev::v1::ClockService::Service {
 public:
  grpc::Status GetClock(grpc::ServerContext*, const dev::v1::GetClockRequest*,
                        dev::v1::GetClockResponse*) override {
    ++gets;
    return {grpc::StatusCode::UNAVAILABLE, "busy"};
  }
  grpc::Status AdvanceClock(grpc::ServerContext*, const dev::v1::AdvanceClockRequest*,
                            dev::v1::AdvanceClockResponse*) override {
    ++advances;
    return {grpc::StatusCode::UNAVAILABLE, "busy"};
  }

  std::atomic<int> gets{0};
  std::atomic<int> advances{0};
};

// Sends three entries at a time from the one asked for; each call breaks after two messages. Or
// denies.
class FlakyAudit final : public v1::AuditService::Service {
 public:
  grpc::Status WatchEntries(grpc::ServerContext*, const v1::WatchEntriesRequest* request,
                            grpc::ServerWriter<v1::WatchEntriesResponse>* writer) override {
    ++calls;
    uint64_t next = request->from_sequence();
    for (int i = 0; i < 2 && !denied; ++i) {
      v1::WatchEntriesResponse response;
      for (int e = 0; e < 3; ++e) {
        response.add_recorded()->mutable_receipt()->set_sequence(next++);
      }
      response.set_next_sequence(next);
      if (!writer->Write(response)) break;
    }
    if (denied) return {grpc::StatusCode::PERMISSION_DENIED, "no auditor"};
    return {grpc::StatusCode::UNAVAILABLE, "draining"};
  }

  std::atomic<int> calls{0};
  std::atomic<bool> denied{false};
};

grpc::Status WithDetail(grpc::StatusCode code,
                        const std::vector<const google::protobuf::Message*>& details) {
  google::rpc::Status status;
  status.set_code(code);
  for (const auto* detail : details) status.add_details()->PackFrom(*detail);
  return {code, "scripted", status.SerializeAsString()};
}

class ClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&registry_);
    builder.RegisterService(&credit_);
    builder.RegisterService(&program_);
    builder.RegisterService(&audit_);
    builder.RegisterService(&clock_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);

    Options options;
    options.principal = "platform";
    options.retry.max_attempts = 4;
    options.retry.initial_backoff = absl::Milliseconds(2);
    auto client = Client::Connect(absl::StrCat("127.0.0.1:", port), options);
    ASSERT_TRUE(client.ok()) << client.status();
    client_ = *std::move(client);
  }

  absl::StatusOr<v1::PutProviderResponse> Put(const CallOptions& call = {}) {
    v1::PutProviderRequest request;
    request.set_request_id("id-1");
    HandOver();
    auto response = client_->PutProvider(request, call);
    HandOver();
    return response;
  }

  // Before and after a call: what the test wrote is seen by the scripted service, and the other way
  // round. The network orders them too, which ThreadSanitizer does not know.
  void HandOver() { const std::lock_guard<std::mutex> lock(registry_.mutex); }

  ScriptedRegistry registry_;
  FlakyCredit credit_;
  TickingProgram program_;
  FlakyAudit audit_;
  BusyClock clock_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Client> client_;
};

TEST_F(ClientTest, RetriesUnavailableWithTheSameRequestId) {
  registry_.script = {{grpc::StatusCode::UNAVAILABLE, "busy"},
                      {grpc::StatusCode::DEADLINE_EXCEEDED, "slow"}};
  const auto response = Put();
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->receipt().sequence(), 7u);
  EXPECT_THAT(registry_.request_ids, ElementsAre("id-1", "id-1", "id-1"));
  EXPECT_EQ(registry_.principal, "platform");
}

TEST_F(ClientTest, SendsOnlyOnceWhatDoesNotSayThatItIsSafeToRepeat) {
  dev::v1::GetClockResponse now;
  EXPECT_TRUE(absl::IsUnavailable(
      client_->Call("/voucher.dev.v1.ClockService/GetClock", dev::v1::GetClockRequest(), &now)));
  EXPECT_EQ(clock_.gets, 4);
  dev::v1::AdvanceClockResponse after;
  EXPECT_TRUE(absl::IsUnavailable(client_->Call("/voucher.dev.v1.ClockService/AdvanceClock",
                                                dev::v1::AdvanceClockRequest(), &after)));
  EXPECT_EQ(clock_.advances, 1);
}

TEST_F(ClientTest, GivesUpAfterTheLastAttempt) {
  registry_.script.assign(10, {grpc::StatusCode::UNAVAILABLE, "busy"});
  const auto response = Put();
  EXPECT_TRUE(absl::IsUnavailable(response.status()));
  EXPECT_THAT(response.status().message(), HasSubstr("busy (4 attempts)"));
  EXPECT_THAT(registry_.request_ids, SizeIs(4));
}

TEST_F(ClientTest, WaitsAsLongAsTheServerAsks) {
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_nanos(120'000'000);
  registry_.script = {WithDetail(grpc::StatusCode::UNAVAILABLE, {&info})};
  ASSERT_TRUE(Put().ok());
  ASSERT_THAT(registry_.heard_at, SizeIs(2));
  EXPECT_GE(registry_.heard_at[1] - registry_.heard_at[0], absl::Milliseconds(120));
}

TEST_F(ClientTest, DoesNotRetryPastTheDeadline) {
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(3'600);
  registry_.script = {WithDetail(grpc::StatusCode::UNAVAILABLE, {&info})};
  EXPECT_TRUE(absl::IsUnavailable(Put().status()));
  EXPECT_THAT(registry_.request_ids, SizeIs(1));
}

TEST_F(ClientTest, DeliversARefusalOnceWithItsReasonAndReceipt) {
  v1::Refusal refusal;
  refusal.set_reason(v1::REASON_PROVIDER_NOT_FOUND);
  refusal.set_message_zh("没有这个云服务商。");
  v1::Receipt receipt;
  receipt.set_sequence(42);
  registry_.script = {WithDetail(grpc::StatusCode::NOT_FOUND, {&refusal, &receipt})};
  const auto response = Put();
  const std::optional<Refused> refused = RefusedOf(response.status());
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->reason, v1::REASON_PROVIDER_NOT_FOUND);
  EXPECT_EQ(refused->refusal.message_zh(), "没有这个云服务商。");
  ASSERT_TRUE(refused->receipt.has_value());
  EXPECT_EQ(refused->receipt->sequence(), 42u);
  EXPECT_THAT(registry_.request_ids, SizeIs(1));
}

TEST_F(ClientTest, ReadsTheReasonFromErrorInfoIfThatIsAll) {
  google::rpc::ErrorInfo info;
  info.set_domain("voucher.v1");
  info.set_reason("REQUEST_ID_REUSED");
  registry_.script = {WithDetail(grpc::StatusCode::ALREADY_EXISTS, {&info})};
  const std::optional<Refused> refused = RefusedOf(Put().status());
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->reason, v1::REASON_REQUEST_ID_REUSED);
  EXPECT_FALSE(refused->receipt.has_value());
}

TEST_F(ClientTest, NamesMalformedFields) {
  google::rpc::BadRequest bad;
  auto& violation = *bad.add_field_violations();
  violation.set_field("name");
  violation.set_description("1-256 bytes");
  registry_.script = {WithDetail(grpc::StatusCode::INVALID_ARGUMENT, {&bad})};
  const absl::Status status = Put().status();
  EXPECT_FALSE(RefusedOf(status).has_value());
  ASSERT_THAT(BadFieldsOf(status), SizeIs(1));
  EXPECT_EQ(BadFieldsOf(status)[0].field(), "name");
}

TEST_F(ClientTest, ACallMayForbidRetries) {
  registry_.script = {{grpc::StatusCode::UNAVAILABLE, "busy"}};
  CallOptions call;
  call.retry = RetryPolicy();
  call.retry->max_attempts = 1;
  EXPECT_TRUE(absl::IsUnavailable(Put(call).status()));
  EXPECT_THAT(registry_.request_ids, SizeIs(1));
}

TEST_F(ClientTest, AStreamAnswersEverythingOnceInOrder) {
  std::vector<std::string> answered;
  int sent = 0;
  const absl::Status status = client_->StreamRedeem(
      [&](v1::StreamRedeemRequest* request) {
        if (sent == 100) return false;
        request->add_redemptions()->set_request_id(absl::StrCat("r", sent++));
        return true;
      },
      [&](const v1::StreamRedeemRequest& request, const v1::StreamRedeemResponse& response) {
        EXPECT_EQ(request.redemptions(0).request_id(), response.outcomes(0).request_id());
        answered.push_back(response.outcomes(0).request_id());
      },
      4);
  ASSERT_TRUE(status.ok()) << status;
  const std::lock_guard<std::mutex> lock(credit_.mutex);
  EXPECT_EQ(answered, credit_.heard);
  EXPECT_THAT(answered, SizeIs(100));
  EXPECT_EQ(answered.back(), "r99");
}

TEST_F(ClientTest, ABrokenStreamIsOpenedAgainAndOnlyTheUnansweredIsSentAgain) {
  credit_.broken_streams = 10;  // more than max_attempts: each answer counts as progress
  std::vector<std::string> answered;
  int sent = 0;
  const absl::Status status = client_->StreamRedeem(
      [&](v1::StreamRedeemRequest* request) {
        if (sent == 20) return false;
        request->add_redemptions()->set_request_id(absl::StrCat("r", sent++));
        return true;
      },
      [&](const v1::StreamRedeemRequest&, const v1::StreamRedeemResponse& response) {
        answered.push_back(response.outcomes(0).request_id());
      },
      3);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_THAT(answered, SizeIs(20));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(answered[i], absl::StrCat("r", i));
}

TEST_F(ClientTest, AStreamWhoseAnswersDoNotMatchEndsWithInternal) {
  credit_.wrong_count = true;
  int sent = 0;
  const absl::Status status = client_->StreamRedeem(
      [&](v1::StreamRedeemRequest* request) {
        request->add_redemptions()->set_request_id("r");
        return sent++ < 3;
      },
      [](const v1::StreamRedeemRequest&, const v1::StreamRedeemResponse&) { FAIL(); });
  EXPECT_TRUE(absl::IsInternal(status)) << status;
}

TEST_F(ClientTest, AnEmptyStreamIsDone) {
  EXPECT_TRUE(client_
                  ->StreamRedeem([](v1::StreamRedeemRequest*) { return false; },
                                 [](const auto&, const auto&) { FAIL(); })
                  .ok());
  EXPECT_THAT(credit_.heard, IsEmpty());
}

TEST_F(ClientTest, AWatchIsOpenedAgainUntilTheCallerHasEnough) {
  std::vector<int64_t> seen;
  const absl::Status status =
      client_->WatchBudget({}, [&](const v1::WatchBudgetResponse& response) {
        seen.push_back(response.budget().remaining_fen());
        return seen.size() < 4;
      });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(seen, ElementsAre(101, 102, 201, 202));
}

TEST_F(ClientTest, AWatchOfEntriesGoesOnWhereItBrokeOff) {
  v1::WatchEntriesRequest request;
  request.set_from_sequence(5);
  std::vector<uint64_t> seen;
  const absl::Status status =
      client_->WatchEntries(request, [&](const v1::WatchEntriesResponse& response) {
        for (const auto& recorded : response.recorded()) {
          seen.push_back(recorded.receipt().sequence());
        }
        return seen.size() < 30;  // more calls than max_attempts: each message counts as progress
      });
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_THAT(seen, SizeIs(30));
  for (size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], 5 + i);
  EXPECT_EQ(audit_.calls, 5);
}

TEST_F(ClientTest, AWatchOfTransfersGoesOnWhereItBrokeOff) {
  v1::WatchTransfersRequest request;
  request.set_provider_id("acme");
  request.set_from_sequence(1);
  std::vector<uint64_t> seen;
  const absl::Status status =
      client_->WatchTransfers(request, [&](const v1::WatchTransfersResponse& response) {
        seen.push_back(response.changes(0).sequence());
        return seen.size() < 5;
      });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(seen, ElementsAre(10, 20, 30, 40, 50));
}

TEST_F(ClientTest, AWatchThatIsDeniedEndsAtOnce) {
  audit_.denied = true;
  const absl::Status status = client_->WatchEntries({}, [](const auto&) { return true; });
  EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
  EXPECT_EQ(audit_.calls, 1);
}

TEST(Connect, RefusesWhatCannotWork) {
  EXPECT_TRUE(absl::IsInvalidArgument(Client::Connect("").status()));
  Options options;
  options.principal = "a\nb";
  EXPECT_TRUE(absl::IsInvalidArgument(Client::Connect("127.0.0.1:1", options).status()));
}

TEST(Backoff, DoublesUpToItsBoundAndKeepsHalfForJitter) {
  RetryPolicy policy;
  policy.initial_backoff = absl::Milliseconds(100);
  policy.max_backoff = absl::Milliseconds(350);
  const absl::Status busy = absl::UnavailableError("busy");
  EXPECT_EQ(BackoffAfter(1, busy, policy, 0.0), absl::Milliseconds(50));
  EXPECT_EQ(BackoffAfter(1, busy, policy, 1.0), absl::Milliseconds(100));
  EXPECT_EQ(BackoffAfter(2, busy, policy, 1.0), absl::Milliseconds(200));
  EXPECT_EQ(BackoffAfter(3, busy, policy, 1.0), absl::Milliseconds(350));
  EXPECT_EQ(BackoffAfter(60, busy, policy, 1.0), absl::Milliseconds(350));
}

TEST(MakeRequestId, GivesFreshPrintableIds) {
  std::set<std::string> ids;
  for (int i = 0; i < 1'000; ++i) ids.insert(MakeRequestId());
  EXPECT_THAT(ids, SizeIs(1'000));
  EXPECT_THAT(ids, Each(SizeIs(32)));
}

TEST(RpcOptions, AreThoseOfTheContract) {
  const v1::RpcOptions* redeem = RpcOptionsOf("/voucher.v1.CreditService/Redeem");
  ASSERT_NE(redeem, nullptr);
  EXPECT_EQ(redeem->kind(), v1::RPC_KIND_MUTATION);
  EXPECT_THAT(redeem->roles(), ElementsAre(v1::ROLE_PROVIDER));
  EXPECT_EQ(RpcOptionsOf("/voucher.v1.ProgramService/WatchBudget")->kind(), v1::RPC_KIND_WATCH);
  EXPECT_TRUE(IsRetrySafe("/voucher.v1.CreditService/StreamRedeem"));
  EXPECT_FALSE(IsRetrySafe("/voucher.dev.v1.ClockService/JumpClock"));
  for (const char* path : {"/voucher.v1.CreditService/redeem", "voucher.v1.CreditService/Redeem",
                           "/voucher.v1.CreditService", "/", ""}) {
    EXPECT_EQ(RpcOptionsOf(path), nullptr) << path;
    EXPECT_FALSE(IsRetrySafe(path)) << path;
  }
}

// Every unary RPC of the contract has its method, and nothing else has.
TEST(RpcList, IsTheContract) {
  std::set<std::string> listed;
#define VOUCHER_TEST_LIST(service, method) listed.insert(#service "/" #method);
  VOUCHER_UNARY_RPCS(VOUCHER_TEST_LIST)
#undef VOUCHER_TEST_LIST
  std::set<std::string> declared;
  for (const auto* file :
       {v1::GetBudgetRequest::descriptor()->file(), v1::GetEnterpriseRequest::descriptor()->file(),
        v1::GetApplicationRequest::descriptor()->file(),
        v1::GetVoucherRequest::descriptor()->file(), v1::GetStatementRequest::descriptor()->file(),
        v1::GetEntryRequest::descriptor()->file(), v1::GetStatusRequest::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const auto* method = file->service(s)->method(m);
        if (method->client_streaming() || method->server_streaming()) continue;
        declared.insert(absl::StrCat(method->service()->name(), "/", method->name()));
      }
    }
  }
  EXPECT_EQ(listed, declared);
}

}  // namespace
}  // namespace voucher::client
