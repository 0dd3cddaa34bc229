// What a watch may hold of what its caller has not read, whatever it watches.
#include "server/rpc/watch.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"

#include "server/access/principals.h"
#include "server/rpc/unary_call.h"
#include "tests/server/running_server.h"
#include "tests/support/sample_program.h"
#include "tests/support/server_process.h"
#include "voucher/v1/audit_service.grpc.pb.h"

namespace voucher::testing {
namespace {

constexpr size_t kMebibyte = size_t{1} << 20;

// Looks of the one watch of a test; a watch begins by a plain function.
std::atomic<int> looks{0};

// Always has a mebibyte to send: an endless ledger.
class Endless final : public Watched {
 public:
  absl::StatusOr<WatchLook> LookAt(const ReadSnapshot&) override {
    v1::WatchEntriesResponse response;
    response.add_recorded()->set_stored(std::string(kMebibyte, 'x'));
    response.set_next_sequence(++looks);
    WatchLook look;
    look.message = SerializeMessage(response);
    return look;
  }
};

WatchBeginning BeginEndless(const CallContext&, const v1::Authority&, const grpc::ByteBuffer&) {
  looks = 0;
  WatchBeginning beginning;
  beginning.watched = std::make_unique<Endless>();
  return beginning;
}

class EndlessService final : public RpcService {
 public:
  explicit EndlessService(const CallContext& call_context)
      : RpcService(call_context, "voucher.v1.AuditService") {
    ServerStream("WatchEntries", Watch(&BeginEndless));
  }
};

TEST(WatchTest, LooksAgainOnlyWhenTheMessageBeforeHasLeft) {
  RunningServer running([](LedgerOptions* options) { options->other_refusal_burst = 1'000'000; });
  const Principals principals(TestConfig(running.directory.path(), kInsideWindow, {kProviderId}));
  const auto rpcs = ServedRpcs();
  ASSERT_TRUE(rpcs.ok()) << rpcs.status();
  ProgressWaits waits(running.ledger.get(), running.pool.get());
  EndlessService service({.ledger = running.ledger.get(),
                          .clock = &running.clock,
                          .principals = &principals,
                          .rpcs = &*rpcs,
                          .waits = &waits,
                          .pool = running.pool.get(),
                          .metrics = running.metrics.get(),
                          .log = &running.log});
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  ASSERT_NE(server, nullptr);

  // The transport takes 64 KiB that the caller has not asked for.
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 64 << 10);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetMaxReceiveMessageSize(2 * static_cast<int>(kMebibyte));
  const auto stub = v1::AuditService::NewStub(grpc::CreateCustomChannel(
      "127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), arguments));
  grpc::ClientContext context;
  context.AddMetadata(kPrincipalHeader, "auditor");
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(4));
  const auto watch = stub->WatchEntries(&context, v1::WatchEntriesRequest());

  // What is recorded meanwhile could wake the watch.
  v1::BatchRedeemRequest batch;
  for (int i = 0; i < 500; ++i) {
    *batch.add_redemptions() = SampleOrder(1, "o" + std::to_string(i), 1);
  }
  ApiClient provider = running.Client(absl::StrCat("provider-", kProviderId));
  v1::WatchEntriesResponse response;
  for (int read = 0; read < 10; ++read) {
    for (v1::RedeemRequest& order : *batch.mutable_redemptions()) {
      order.set_request_id(order.order_number() + "-" + std::to_string(read));
    }
    const auto reply = provider.Call(kRpc<v1::BatchRedeemResponse>, batch);
    ASSERT_TRUE(reply.ok()) << Describe(reply.status);
    EXPECT_LE(looks, read + 1) << "more than one message is held";
    ASSERT_TRUE(watch->Read(&response));
    ASSERT_EQ(response.next_sequence(), read + 1u);
  }
  EXPECT_EQ(running.sequence(), 5'000u);
  context.TryCancel();
  waits.Stop();
  server->Shutdown();
}

}  // namespace
}  // namespace voucher::testing
