#include "tests/server/running_server.h"

#include <thread>
#include <utility>

#include "gtest/gtest.h"

#include "ledger/base/civil.h"
#include "server/config/config.h"
#include "tests/support/sample_program.h"
#include "tests/support/server_process.h"

namespace voucher::testing {

void Gate::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
}

void Gate::Open() {
  MutexLock lock(mutex_);
  closed_ = false;
  changed_.NotifyAll();
}

void Gate::Pass() {
  MutexLock lock(mutex_);
  while (closed_) changed_.Wait(mutex_);
}

RunningServer::RunningServer(const std::function<void(LedgerOptions*)>& adjust)
    : clock(ParseRfc3339(kInsideWindow).value()) {
  const ServerConfig config =
      WithDefaults(TestConfig(directory.Path("data"), kInsideWindow, {kProviderId, "aliyun"}));
  EXPECT_TRUE(ValidateConfig(config, /*dev_clock=*/true).empty());
  metrics = Metrics::Start("").value();
  pool = std::make_unique<WorkerPool>(2);
  LedgerOptions options;
  options.path = config.data_directory();
  options.create_if_missing = true;
  options.clock = &clock;
  options.on_group = [this](const GroupReport& report) { metrics->OnGroup(report); };
  options.before_group = [this] { gate.Pass(); };
  if (adjust) adjust(&options);
  ledger = Ledger::Open(options).value();
  metrics->Watch(ledger.get(), &clock);
  server = VoucherServer::Start(config, {.ledger = ledger.get(),
                                         .clock = &clock,
                                         .manual_clock = &clock,
                                         .pool = pool.get(),
                                         .metrics = metrics.get(),
                                         .log = &log})
               .value();
  endpoint.Publish(server->address());
}

RunningServer::~RunningServer() {
  gate.Open();
  server.reset();
  metrics->Unwatch();
  ledger.reset();
}

ApiClient RunningServer::Client(std::string principal, std::chrono::milliseconds timeout) {
  ApiClient::Options options;
  options.attempt_timeout = timeout;
  options.patience = std::chrono::milliseconds(0);
  return ApiClient(&endpoint, std::move(principal), options);
}

std::shared_ptr<grpc::Channel> RunningServer::NewChannel() const {
  return grpc::CreateChannel(server->address(), grpc::InsecureChannelCredentials());
}

void RunningServer::AwaitQueued(size_t commands) const {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (ledger->queued_commands() < commands) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up);
    std::this_thread::yield();
  }
}

}  // namespace voucher::testing
