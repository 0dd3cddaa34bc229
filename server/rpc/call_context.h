// What the handlers of all RPCs share.
#pragma once

#include "ledger/base/clock.h"
#include "ledger/ledger.h"
#include "server/access/principals.h"
#include "server/access/rpc_table.h"
#include "server/host/log.h"
#include "server/host/worker_pool.h"
#include "server/metrics/metrics.h"
#include "server/rpc/progress_waits.h"

namespace voucher {

// Nothing is owned; everything outlives the gRPC server and all its calls.
struct CallContext {
  Ledger* ledger = nullptr;
  const Clock* clock = nullptr;
  const Principals* principals = nullptr;
  const RpcTable* rpcs = nullptr;
  ProgressWaits* waits = nullptr;
  WorkerPool* pool = nullptr;
  // One thread, for reads that take much longer than others.
  WorkerPool* long_reads = nullptr;
  Metrics* metrics = nullptr;
  Log* log = nullptr;
};

}  // namespace voucher
