#include "server/voucher_server.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

#include "ledger/base/mutex.h"
#include "ledger/base/status_macros.h"
#include "server/access/principals.h"
#include "server/access/rpc_table.h"
#include "server/rpc/progress_waits.h"
#include "server/services/services.h"

namespace voucher {

namespace {

constexpr int kMaxStreamsPerConnection = 1'024;
constexpr size_t kTransportMemoryBytes = size_t{1} << 30;
constexpr int kLeastPingIntervalMs = 10'000;

const char* ModeName(Mode mode) {
  switch (mode) {
    case Mode::kReadWrite:
      return "READ_WRITE";
    case Mode::kReadOnly:
      return "READ_ONLY";
    case Mode::kClockSuspect:
      return "CLOCK_SUSPECT";
  }
  return "";
}

void SetLimits(const RpcTable& rpcs, grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(static_cast<int>(rpcs.max_request_bytes()));
  builder->SetResourceQuota(grpc::ResourceQuota("voucherd").Resize(kTransportMemoryBytes));
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  // Without this two servers can listen on one port and share its calls.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                              kLeastPingIntervalMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
}

}  // namespace

struct VoucherServer::Parts {
  Parts(const ServerConfig& config, const ServerParts& given, RpcTable served)
      : on(given), principals(config), rpcs(std::move(served)), waits(given.ledger, given.pool) {
    const CallContext call_context = {.ledger = on.ledger,
                                      .clock = on.clock,
                                      .principals = &principals,
                                      .rpcs = &rpcs,
                                      .waits = &waits,
                                      .pool = on.pool,
                                      .long_reads = &long_reads,
                                      .metrics = on.metrics,
                                      .log = on.log};
    services.push_back(NewProgramService(call_context));
    services.push_back(NewRegistryService(call_context));
    services.push_back(NewApplicationService(call_context));
    services.push_back(NewCreditService(call_context));
    services.push_back(NewSettlementService(call_context));
    services.push_back(NewAuditService(call_context));
    services.push_back(NewAdminService(call_context, on.clock->WallNow()));
    if (on.manual_clock != nullptr)
      services.push_back(NewClockService(call_context, on.manual_clock));
  }

  const ServerParts on;
  const Principals principals;
  const RpcTable rpcs;
  ProgressWaits waits;
  WorkerPool long_reads{1};
  std::vector<std::unique_ptr<RpcService>> services;
  std::unique_ptr<grpc::Server> server;
  Mutex mutex;
  std::optional<Mode> mode_shown VOUCHER_GUARDED_BY(mutex);
  bool draining VOUCHER_GUARDED_BY(mutex) = false;
};

VoucherServer::VoucherServer(std::unique_ptr<Parts> parts, std::string address)
    : address_(std::move(address)), parts_(std::move(parts)) {}

absl::StatusOr<std::unique_ptr<VoucherServer>> VoucherServer::Start(const ServerConfig& config,
                                                                    const ServerParts& given) {
  VOUCHER_ASSIGN_OR_RETURN(RpcTable rpcs, ServedRpcs());
  auto parts = std::make_unique<Parts>(config, given, std::move(rpcs));
  ListenAddress address = ParseListenAddress(config.listen_address()).value();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetLimits(parts->rpcs, &builder);
  int port = 0;
  builder.AddListeningPort(address.ToString(), grpc::InsecureServerCredentials(), &port);
  for (const auto& service : parts->services) builder.RegisterService(service.get());
  parts->server = builder.BuildAndStart();
  if (parts->server == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", address.ToString(),
                     ": is another server there, or is the address not this machine's?"));
  }
  address.port = static_cast<uint16_t>(port);
  auto server =
      std::unique_ptr<VoucherServer>(new VoucherServer(std::move(parts), address.ToString()));
  server->Refresh();
  return server;
}

VoucherServer::~VoucherServer() {
  Drain(std::chrono::system_clock::now());
}

void VoucherServer::Refresh() {
  MutexLock lock(parts_->mutex);
  const Mode mode = parts_->on.ledger->mode();
  if (parts_->draining || parts_->mode_shown == mode) return;
  parts_->mode_shown = mode;
  grpc::HealthCheckServiceInterface* health = parts_->server->GetHealthCheckService();
  const bool serving = mode == Mode::kReadWrite;
  health->SetServingStatus(serving);
  for (const auto& service : parts_->services) {
    health->SetServingStatus(service->full_name(), serving);
  }
  if (serving) {
    parts_->on.log->Info("mode", {{"mode", ModeName(mode)}});
  } else {
    parts_->on.log->Error("mode",
                          {{"mode", ModeName(mode)}, {"reason", parts_->on.ledger->mode_reason()}});
  }
}

void VoucherServer::Drain(std::chrono::system_clock::time_point deadline) {
  {
    MutexLock lock(parts_->mutex);
    if (parts_->draining) return;
    parts_->draining = true;
    parts_->server->GetHealthCheckService()->Shutdown();
  }
  parts_->waits.Stop();
  parts_->on.ledger->Drain();
  // Every mutation is answered by now; what is left is replies on their way. Idle connections would
  // otherwise hold gRPC's shutdown for the whole of its GOAWAY timer.
  const auto replies = std::chrono::system_clock::now() + std::chrono::seconds(2);
  parts_->server->Shutdown(std::min(deadline, replies));
}

}  // namespace voucher
