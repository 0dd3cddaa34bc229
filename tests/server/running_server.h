// A server in this process: a real ledger on disk, real gRPC on port 0, a manual clock.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ledger/base/clock.h"
#include "ledger/base/mutex.h"
#include "ledger/ledger.h"
#include "server/host/clocks.h"
#include "server/host/log.h"
#include "server/host/worker_pool.h"
#include "server/metrics/metrics.h"
#include "server/voucher_server.h"
#include "tests/support/api_client.h"
#include "tests/support/scratch_directory.h"

namespace voucher::testing {

// Holds a thread up: that of a RunningServer its sequencer, before the next group.
class Gate {
 public:
  void Close() VOUCHER_EXCLUDES(mutex_);
  void Open() VOUCHER_EXCLUDES(mutex_);
  // Waits while closed.
  void Pass() VOUCHER_EXCLUDES(mutex_);

 private:
  Mutex mutex_;
  CondVar changed_;
  bool closed_ VOUCHER_GUARDED_BY(mutex_) = false;
};

// Serves from construction to destruction with the principals of TestConfig and the provider of
// sample_program.h. The clock starts at kInsideWindow.
class RunningServer {
 public:
  explicit RunningServer(const std::function<void(LedgerOptions*)>& adjust = {});
  ~RunningServer();

  // A client that makes one attempt of at most `timeout`.
  ApiClient Client(std::string principal,
                   std::chrono::milliseconds timeout = std::chrono::seconds(20));
  // A channel for raw bytes.
  std::shared_ptr<grpc::Channel> NewChannel() const;
  uint64_t sequence() const { return ledger->Snapshot()->sequence(); }
  // Waits, at most 20 s, until the ledger has this many commands queued; the test fails if it does
  // not get there.
  void AwaitQueued(size_t commands) const;

  ScratchDirectory directory{"server"};
  ManualClock clock;
  Gate gate;
  Log log{config::v1::LOG_LEVEL_ERROR};
  std::unique_ptr<Metrics> metrics;
  std::unique_ptr<WorkerPool> pool;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<VoucherServer> server;
  Endpoint endpoint;
};

}  // namespace voucher::testing
