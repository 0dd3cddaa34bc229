// The gRPC face of a ledger.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "ledger/base/clock.h"
#include "ledger/ledger.h"
#include "server/config/config.h"
#include "server/host/clocks.h"
#include "server/host/log.h"
#include "server/host/worker_pool.h"
#include "server/metrics/metrics.h"

namespace grpc {
class Server;
}  // namespace grpc

namespace voucher {

// What a server stands on. Nothing is owned; everything outlives it.
struct ServerParts {
  Ledger* ledger = nullptr;
  // The clock that the ledger reads.
  const Clock* clock = nullptr;
  // The same clock if it is a manual one: then ClockService is served.
  ManualClock* manual_clock = nullptr;
  WorkerPool* pool = nullptr;
  Metrics* metrics = nullptr;
  Log* log = nullptr;
};

// Serves the public API, health and reflection. Thread-safe.
class VoucherServer {
 public:
  // Listens and serves from now on. `config` has passed ValidateConfig and WithDefaults.
  // UNAVAILABLE if the address cannot be had, INVALID_ARGUMENT if an RPC does not say in proto/ who
  // may call it.
  static absl::StatusOr<std::unique_ptr<VoucherServer>> Start(const ServerConfig& config,
                                                              const ServerParts& parts);
  // Ends what is in flight at once, unless Drain was called.
  ~VoucherServer();

  // Where it listens, with the real port, as in "127.0.0.1:7070".
  const std::string& address() const { return address_; }

  // Brings health up to date with the ledger's mode and logs a change of it. To be called every now
  // and then.
  void Refresh();

  // Ends orderly: health NOT_SERVING, no new mutations, those queued are made durable and answered,
  // watchers and streams end; what is left at `deadline` is cancelled. Blocks until all calls have
  // ended.
  void Drain(std::chrono::system_clock::time_point deadline);

 private:
  struct Parts;
  VoucherServer(std::unique_ptr<Parts> parts, std::string address);

  const std::string address_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace voucher
