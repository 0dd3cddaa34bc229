// Reads of SettlementService. For shape and errors see program_queries.h.
#pragma once

#include "absl/status/status.h"

#include "ledger/query/scope.h"
#include "ledger/state/view.h"
#include "voucher/v1/settlement_service.pb.h"

namespace voucher::query {

absl::Status GetStatement(const View& view, const v1::GetStatementRequest& request,
                          ProviderAnswer<v1::GetStatementResponse> answer);

// Without a provider in the request, a PROVIDER gets its own.
absl::Status ListStatements(const View& view, const v1::ListStatementsRequest& request,
                            ProviderAnswer<v1::ListStatementsResponse> answer);

}  // namespace voucher::query
