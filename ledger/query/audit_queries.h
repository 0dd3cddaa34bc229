// Reads of AuditService that need rows only, or rows and entries. For shape and errors see
// program_queries.h.
#pragma once

#include "absl/status/status.h"

#include "ledger/query/as_of.h"
#include "ledger/query/scope.h"
#include "ledger/state/view.h"
#include "voucher/v1/audit_service.pb.h"

namespace voucher::query {

// As of an earlier sequence or time, from the totals kept then and `entries`.
absl::Status GetBalances(const View& view, const v1::GetBalancesRequest& request,
                         OpenAnswer<v1::GetBalancesResponse> answer, EntryReader entries);

}  // namespace voucher::query
