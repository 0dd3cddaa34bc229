// The services of the public API, one file each.
#pragma once

#include <memory>

#include "ledger/base/clock.h"
#include "server/host/clocks.h"
#include "server/rpc/call_context.h"
#include "server/rpc/rpc_service.h"

namespace voucher {

std::unique_ptr<RpcService> NewProgramService(const CallContext& call_context);
std::unique_ptr<RpcService> NewRegistryService(const CallContext& call_context);
std::unique_ptr<RpcService> NewApplicationService(const CallContext& call_context);
std::unique_ptr<RpcService> NewCreditService(const CallContext& call_context);
std::unique_ptr<RpcService> NewSettlementService(const CallContext& call_context);
std::unique_ptr<RpcService> NewAuditService(const CallContext& call_context);
// `started_at` is what GetStatus reports.
std::unique_ptr<RpcService> NewAdminService(const CallContext& call_context, UnixNanos started_at);
// Only with --dev-clock; `clock` is the one that the ledger reads, and outlives the service.
std::unique_ptr<RpcService> NewClockService(const CallContext& call_context, ManualClock* clock);

}  // namespace voucher
