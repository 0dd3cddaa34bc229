// Reads of AuditService that need rows only, or rows and entries. For shape and errors see
// program_queries.h.
#pragma once

#include "absl/status/status.h"

#include "ledger/query/as_of.h"
#include "ledger/state/view.h"
#include "voucher/v1/audit_service.pb.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::query {

// As of an earlier sequence or time, from the totals kept then and `entries`.
absl::Status GetBalances(const View& view, const v1::Authority& who,
                         const v1::GetBalancesRequest& request, v1::GetBalancesResponse* response,
                         EntryReader entries);

}  // namespace voucher::query
