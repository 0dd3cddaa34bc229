#include "tests/end_to_end/running_server.h"

#include <thread>

#include "ledger/base/civil.h"

namespace voucher::testing {
namespace {

ApiClient::Options OneAttempt() {
  ApiClient::Options options;
  options.patience = std::chrono::milliseconds(0);
  return options;
}

}  // namespace

RunningServer::RunningServer(absl::string_view name)
    : scratch_(name),
      process_(BinDirectory() + "/voucherd", scratch_.path(),
               TestConfig(scratch_.Path("data"), kInsideWindow, {kProviderId, "aliyun"})),
      client_(process_.endpoint(), "platform", OneAttempt()),
      clock_(process_.endpoint(), ParseRfc3339(kInsideWindow).value()),
      started_(process_.Start()) {
  if (started_.ok()) started_ = PrepareProgram(&client_, int64_t{1'000'000} * 100, 4);
}

RunningServer::~RunningServer() = default;

v1::GetStatusResponse RunningServer::Status() {
  ApiClient admin(process_.endpoint(), "admin");
  const auto reply = admin.Call(kRpc<v1::GetStatusResponse>, v1::GetStatusRequest());
  EXPECT_TRUE(reply.ok()) << Describe(reply.status);
  return reply.response;
}

absl::Status RunningServer::Restart(bool kill) {
  client_.Disconnect();
  clock_.Pause();
  if (kill) {
    process_.Kill();
  } else if (const absl::Status ended = process_.Terminate(); !ended.ok()) {
    return ended;
  }
  process_.config().mutable_development()->mutable_manual_clock()->set_start(clock_.RestartAt());
  return process_.Start();
}

bool Eventually(const std::function<bool()>& holds) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace voucher::testing
