// The services of the public API, one file each.
#pragma once

#include <memory>

#include "ledger/base/clock.h"
#include "server/rpc/call_context.h"
#include "server/rpc/rpc_service.h"

namespace voucher {

std::unique_ptr<RpcService> NewProgramService(const Door& door);
std::unique_ptr<RpcService> NewRegistryService(const Door& door);
std::unique_ptr<RpcService> NewApplicationService(const Door& door);
std::unique_ptr<RpcService> NewCreditService(const Door& door);
std::unique_ptr<RpcService> NewSettlementService(const Door& door);
std::unique_ptr<RpcService> NewAuditService(const Door& door);
// `started_at` is what GetStatus reports.
std::unique_ptr<RpcService> NewAdminService(const Door& door, UnixNanos started_at);
// Only with --dev-clock; `clock` is the one that the ledger reads, and outlives the service.
std::unique_ptr<RpcService> NewClockService(const Door& door, ManualClock* clock);

}  // namespace voucher
