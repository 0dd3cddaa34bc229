// WatchEntries and WatchTransfers: everything once, in order, from where the caller asks.
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/journal/merkle.h"
#include "server/access/principals.h"
#include "server/rpc/watch.h"
#include "server/services/recorded_entries.h"
#include "tests/server/credited_server.h"
#include "voucher/v1/audit_service.grpc.pb.h"
#include "voucher/v1/credit_service.grpc.pb.h"

namespace voucher::testing {
namespace {

using ::testing::ElementsAre;
using Audit = v1::AuditService::Stub;
using Credit = v1::CreditService::Stub;

constexpr std::chrono::seconds kPatience{60};

// Refusals are what these tests fill a ledger with.
void TakeManyRefusals(LedgerOptions* options) {
  options->other_refusal_burst = 1'000'000;
}

v1::PutProviderRequest PutProvider(const std::string& request_id, const std::string& name) {
  v1::PutProviderRequest request;
  request.set_request_id(request_id);
  request.set_provider_id("acme");
  request.set_name(name);
  return request;
}

class WatchEntriesTest : public ::testing::Test {
 protected:
  WatchEntriesTest()
      : client(running.Client("platform")), stub(v1::AuditService::NewStub(running.NewChannel())) {}

  std::unique_ptr<grpc::ClientReader<v1::WatchEntriesResponse>> Watch(
      grpc::ClientContext* context, uint64_t from, const std::string& principal = "auditor") {
    context->AddMetadata(kPrincipalHeader, principal);
    context->set_deadline(std::chrono::system_clock::now() + kPatience);
    v1::WatchEntriesRequest request;
    request.set_from_sequence(from);
    return stub->WatchEntries(context, request);
  }

  // Records `count` accepted entries, one after another.
  void Record(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string id = absl::StrCat("r", running.sequence() + 1);
      const auto put = client.Call(kRpc<v1::PutProviderResponse>, PutProvider(id, id));
      ASSERT_TRUE(put.ok()) << Describe(put.status);
    }
  }

  // Submits `count` refused redemptions as one batch.
  void RecordBatch(int count) {
    v1::BatchRedeemRequest batch;
    for (int i = 0; i < count; ++i) {
      *batch.add_redemptions() = SampleOrder(1, absl::StrCat("o", running.sequence(), "-", i), 1);
    }
    const auto reply = running.Client(absl::StrCat("provider-", kProviderId))
                           .Call(kRpc<v1::BatchRedeemResponse>, batch);
    ASSERT_TRUE(reply.ok()) << Describe(reply.status);
  }

  // From here on, calls may hold 64 KiB that their caller has not read.
  void ReadSlowly() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 64 << 10);
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    stub = v1::AuditService::NewStub(grpc::CreateCustomChannel(
        running.server->address(), grpc::InsecureChannelCredentials(), arguments));
  }

  RunningServer running{&TakeManyRefusals};
  ApiClient client;
  std::unique_ptr<Audit> stub;
};

TEST_F(WatchEntriesTest, SendsWhatThereIsAndThenWhatIsRecorded) {
  Record(3);
  grpc::ClientContext context;
  auto watch = Watch(&context, 2);
  v1::WatchEntriesResponse response;
  ASSERT_TRUE(watch->Read(&response));
  ASSERT_EQ(response.recorded_size(), 2);
  EXPECT_EQ(response.recorded(0).receipt().sequence(), 2u);
  EXPECT_EQ(response.recorded(1).receipt().sequence(), 3u);
  EXPECT_EQ(response.next_sequence(), 4u);
  for (const v1::RecordedEntry& recorded : response.recorded()) {
    EXPECT_EQ(recorded.receipt().leaf_hash(), AsBytes(LeafHash(recorded.stored())));
    EXPECT_EQ(recorded.entry().SerializeAsString(), recorded.stored());
  }
  Record(1);
  ASSERT_TRUE(watch->Read(&response));
  ASSERT_EQ(response.recorded_size(), 1);
  EXPECT_EQ(response.recorded(0).receipt().sequence(), 4u);
  EXPECT_EQ(response.next_sequence(), 5u);
  context.TryCancel();
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(WatchEntriesTest, WaitsForASequenceThatIsNotThereYet) {
  Record(1);
  grpc::ClientContext context;
  auto watch = Watch(&context, 3);
  auto read = std::async(std::launch::async, [&] {
    v1::WatchEntriesResponse response;
    EXPECT_TRUE(watch->Read(&response));
    return response;
  });
  EXPECT_EQ(read.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  Record(1);  // the second: not wanted
  EXPECT_EQ(read.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  Record(1);
  const v1::WatchEntriesResponse response = read.get();
  ASSERT_EQ(response.recorded_size(), 1);
  EXPECT_EQ(response.recorded(0).receipt().sequence(), 3u);
  context.TryCancel();
}

TEST_F(WatchEntriesTest, ZeroMeansTheFirstAndAMessageHoldsAThousand) {
  RecordBatch(2'500);
  grpc::ClientContext context;
  auto watch = Watch(&context, 0);
  v1::WatchEntriesResponse response;
  std::vector<int> sizes;
  uint64_t next = 1;
  while (next <= 2'500 && watch->Read(&response)) {
    sizes.push_back(response.recorded_size());
    for (const v1::RecordedEntry& recorded : response.recorded()) {
      ASSERT_EQ(recorded.receipt().sequence(), next++);
    }
    EXPECT_EQ(response.next_sequence(), next);
  }
  EXPECT_THAT(sizes, ElementsAre(1'000, 1'000, 500));
  context.TryCancel();
}

TEST_F(WatchEntriesTest, AMessageEndsBeforeAMebibyte) {
  // An entry with an opinion of 1,000 bytes is a bit more than 2,000, stored and decoded: about 480
  // of them are a mebibyte.
  v1::BatchReviewApplicationsRequest batch;
  for (int i = 0; i < 700; ++i) {
    v1::ReviewApplicationRequest* review = batch.add_reviews();
    review->set_request_id(absl::StrCat("r", i));
    review->set_application_id(1);
    review->set_stage_id("DISTRICT");
    review->set_verdict(v1::REVIEW_VERDICT_REJECT);
    review->set_opinion(std::string(1'000, 'r'));
  }
  ASSERT_TRUE(
      running.Client("reviewer").Call(kRpc<v1::BatchReviewApplicationsResponse>, batch).ok());
  grpc::ClientContext context;
  auto watch = Watch(&context, 1);
  v1::WatchEntriesResponse response;
  ASSERT_TRUE(watch->Read(&response));
  const int first = response.recorded_size();
  EXPECT_GT(first, 400);
  EXPECT_LT(first, 500);
  EXPECT_LT(response.ByteSizeLong(), kMaxPageBytes + 5'000);
  EXPECT_EQ(response.next_sequence(), first + 1u);
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.recorded_size(), 700 - first);
  EXPECT_EQ(response.recorded(0).receipt().sequence(), first + 1u);
  EXPECT_EQ(response.next_sequence(), 701u);
  context.TryCancel();
}

TEST_F(WatchEntriesTest, GathersWhatIsRecordedWhileItWaits) {
  constexpr uint64_t kEntries = 500;
  grpc::ClientContext context;
  auto watch = Watch(&context, 1);
  auto reading = std::async(std::launch::async, [&] {
    v1::WatchEntriesResponse response;
    int messages = 0;
    for (uint64_t next = 1; next <= kEntries && watch->Read(&response); ++messages) {
      EXPECT_EQ(response.recorded(0).receipt().sequence(), next);
      next = response.next_sequence();
    }
    return messages;
  });
  const auto begun = std::chrono::steady_clock::now();
  Record(kEntries);  // a group each
  const auto took = std::chrono::steady_clock::now() - begun;
  // From one look to the next kGatherFor pass.
  EXPECT_LE(reading.get(), took / kGatherFor + 2);
  context.TryCancel();
}

TEST_F(WatchEntriesTest, ASlowReaderHoldsUpNobodyAndMissesNothing) {
  ReadSlowly();
  grpc::ClientContext slow_context;
  auto slow = Watch(&slow_context, 1);
  for (int i = 0; i < 4; ++i) RecordBatch(8'000);  // much more than lies in the transport
  grpc::ClientContext fast_context;
  auto fast = Watch(&fast_context, 32'000);
  v1::WatchEntriesResponse response;
  ASSERT_TRUE(fast->Read(&response));
  EXPECT_EQ(response.recorded(0).receipt().sequence(), 32'000u);
  fast_context.TryCancel();
  uint64_t next = 1;
  while (next <= 32'000 && slow->Read(&response)) {
    ASSERT_EQ(response.recorded(0).receipt().sequence(), next);
    next = response.next_sequence();
  }
  EXPECT_EQ(next, 32'001u);
  slow_context.TryCancel();
}

TEST_F(WatchEntriesTest, EndsWhenTheServerDrains) {
  Record(1);
  grpc::ClientContext context;
  auto watch = Watch(&context, 1);
  v1::WatchEntriesResponse response;
  ASSERT_TRUE(watch->Read(&response));
  const auto begun = std::chrono::steady_clock::now();
  running.server->Drain(std::chrono::system_clock::now() + std::chrono::seconds(25));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(WatchEntriesTest, ADrainDoesNotWaitForAReaderThatDoesNotRead) {
  ReadSlowly();
  grpc::ClientContext context;
  auto watch = Watch(&context, 1);
  RecordBatch(8'000);
  const auto begun = std::chrono::steady_clock::now();
  running.server->Drain(std::chrono::system_clock::now() + std::chrono::seconds(25));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
}

TEST_F(WatchEntriesTest, IsForAuditorsAndSaysWhatIsMalformed) {
  v1::WatchEntriesResponse response;
  grpc::ClientContext denied;
  auto platform = Watch(&denied, 1, "platform");
  EXPECT_FALSE(platform->Read(&response));
  EXPECT_EQ(platform->Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);

  grpc::ClientContext malformed;
  malformed.AddMetadata(kPrincipalHeader, "auditor");
  v1::WatchEntriesRequest request;
  request.GetReflection()->MutableUnknownFields(&request)->AddVarint(127, 1);
  auto unknown = stub->WatchEntries(&malformed, request);
  EXPECT_FALSE(unknown->Read(&response));
  EXPECT_EQ(unknown->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

class WatchTransfersTest : public CreditedServer {
 protected:
  std::unique_ptr<grpc::ClientReader<v1::WatchTransfersResponse>> Watch(
      grpc::ClientContext* context, uint64_t from, const std::string& principal,
      const std::string& provider_id = "") {
    context->AddMetadata(kPrincipalHeader, principal);
    context->set_deadline(std::chrono::system_clock::now() + kPatience);
    v1::WatchTransfersRequest request;
    request.set_provider_id(provider_id);
    request.set_from_sequence(from);
    return stub->WatchTransfers(context, request);
  }

  // Carries application `number` up to credit; its transfer is ordered and confirmed.
  void Carry(int64_t number) {
    const auto carried = CarryToCredit(&client, 0, number, 10'000'00);
    ASSERT_TRUE(carried.ok()) << carried.status();
  }

  grpc::Status StatusOf(uint64_t from, const std::string& principal,
                        const std::string& provider_id) {
    grpc::ClientContext context;
    auto watch = Watch(&context, from, principal, provider_id);
    v1::WatchTransfersResponse response;
    EXPECT_FALSE(watch->Read(&response));
    return watch->Finish();
  }

  std::unique_ptr<Credit> stub = v1::CreditService::NewStub(running.NewChannel());
};

TEST_F(WatchTransfersTest, SendsEveryChangeOfTheProvidersTransfersInOrder) {
  grpc::ClientContext context;
  auto watch = Watch(&context, 0, absl::StrCat("provider-", kProviderId));
  v1::WatchTransfersResponse response;
  ASSERT_TRUE(watch->Read(&response));
  // The order and the confirmation are the last two entries; both show the transfer as it stands.
  const uint64_t confirmed = running.sequence();
  ASSERT_EQ(response.changes_size(), 2);
  EXPECT_EQ(response.changes(0).sequence(), confirmed - 1);
  EXPECT_EQ(response.changes(1).sequence(), confirmed);
  for (const v1::TransferChange& change : response.changes()) {
    EXPECT_EQ(change.transfer().transfer_id(), 1u);
    EXPECT_EQ(change.transfer().state(), v1::TRANSFER_STATE_CONFIRMED);
    EXPECT_EQ(change.transfer().amount_fen(), 20'000'00);
  }
  EXPECT_EQ(response.next_sequence(), confirmed + 1);

  // What does not concern its transfers is not sent; what does is, as it is recorded.
  ASSERT_TRUE(
      client.As("platform").Call(kRpc<v1::PutEnterpriseResponse>, SampleEnterprise(1)).ok());
  Carry(2);
  std::vector<uint64_t> sequences;
  while (sequences.size() < 2 && watch->Read(&response)) {
    for (const v1::TransferChange& change : response.changes()) {
      EXPECT_EQ(change.transfer().transfer_id(), 2u);
      sequences.push_back(change.sequence());
    }
  }
  EXPECT_THAT(sequences, ElementsAre(running.sequence() - 1, running.sequence()));
  context.TryCancel();
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(WatchTransfersTest, ResumesWithNextSequenceWithoutGapOrRepetition) {
  Carry(2);
  std::vector<uint64_t> from_one_call;
  std::vector<uint64_t> resumed;
  {
    grpc::ClientContext context;
    auto watch = Watch(&context, 0, "auditor", kProviderId);
    v1::WatchTransfersResponse response;
    ASSERT_TRUE(watch->Read(&response));
    for (const v1::TransferChange& change : response.changes()) {
      from_one_call.push_back(change.sequence());
    }
    context.TryCancel();
  }
  ASSERT_EQ(from_one_call.size(), 4u);
  for (uint64_t from : {from_one_call[0], from_one_call[1], from_one_call[3]}) {
    grpc::ClientContext context;
    auto watch = Watch(&context, from, "auditor", kProviderId);
    v1::WatchTransfersResponse response;
    ASSERT_TRUE(watch->Read(&response));
    EXPECT_EQ(response.changes(0).sequence(), from);
    EXPECT_EQ(response.changes(response.changes_size() - 1).sequence(), from_one_call[3]);
    context.TryCancel();
  }
  // From the end on there is nothing until something happens.
  grpc::ClientContext context;
  auto watch = Watch(&context, running.sequence() + 1, "auditor", kProviderId);
  const uint64_t before = running.sequence();
  Carry(3);
  v1::WatchTransfersResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_GT(response.changes(0).sequence(), before);
  EXPECT_EQ(response.changes(0).transfer().transfer_id(), 3u);
  context.TryCancel();
}

TEST_F(WatchTransfersTest, AProviderSeesOnlyItsOwn) {
  const grpc::Status denied = StatusOf(0, "provider-aliyun", kProviderId);
  EXPECT_EQ(denied.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  // Not registered yet.
  EXPECT_EQ(StatusOf(0, "provider-aliyun", "").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(StatusOf(0, "auditor", "nobody").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(StatusOf(0, "auditor", "").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(StatusOf(0, "platform", kProviderId).error_code(), grpc::StatusCode::PERMISSION_DENIED);

  v1::PutProviderRequest aliyun;
  aliyun.set_request_id("aliyun");
  aliyun.set_provider_id("aliyun");
  aliyun.set_name("阿里云计算有限公司");
  ASSERT_TRUE(client.As("platform").Call(kRpc<v1::PutProviderResponse>, aliyun).ok());
  grpc::ClientContext context;
  auto watch = Watch(&context, 0, "provider-aliyun");
  auto read = std::async(std::launch::async, [&] {
    v1::WatchTransfersResponse response;
    return watch->Read(&response);
  });
  Carry(2);  // to the other provider
  EXPECT_EQ(read.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout);
  context.TryCancel();
  EXPECT_FALSE(read.get());
}

TEST_F(WatchTransfersTest, ShowsWhatATimerChanged) {
  const auto voucher = CarryToVoucher(&client, 0, 2, 10'000'00);
  ASSERT_TRUE(voucher.ok()) << voucher.status();
  v1::OrderTransferRequest order;
  order.set_request_id("order");
  order.set_voucher_id(*voucher);
  order.set_account_id(account);
  order.set_amount_fen(500'00);
  const auto ordered = client.As("issuer").Call(kRpc<v1::OrderTransferResponse>, order);
  ASSERT_TRUE(ordered.ok()) << Describe(ordered.status);
  grpc::ClientContext context;
  auto watch = Watch(&context, ordered.response.receipt().sequence(), "admin", kProviderId);
  v1::WatchTransfersResponse response;
  ASSERT_TRUE(watch->Read(&response));
  ASSERT_EQ(response.changes_size(), 1);
  EXPECT_EQ(response.changes(0).transfer().state(), v1::TRANSFER_STATE_ORDERED);
  // The program gives providers 120 hours; the cutoff passes too.
  running.clock.Advance(121 * kNanosPerHour);
  ASSERT_TRUE(watch->Read(&response));
  ASSERT_EQ(response.changes_size(), 1);
  EXPECT_EQ(response.changes(0).transfer().transfer_id(), 2u);
  EXPECT_EQ(response.changes(0).transfer().state(), v1::TRANSFER_STATE_OVERDUE);
  context.TryCancel();
}

TEST_F(WatchTransfersTest, EndsWhenTheServerDrains) {
  grpc::ClientContext context;
  auto watch = Watch(&context, running.sequence() + 1, "issuer", kProviderId);
  auto ended = std::async(std::launch::async, [&] {
    v1::WatchTransfersResponse response;
    EXPECT_FALSE(watch->Read(&response));
    return watch->Finish();
  });
  running.server->Drain(std::chrono::system_clock::now() + std::chrono::seconds(25));
  EXPECT_EQ(ended.get().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace voucher::testing
