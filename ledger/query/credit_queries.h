// Reads of CreditService. For shape and errors see program_queries.h.
#pragma once

#include "absl/status/status.h"

#include "ledger/query/entry_reader.h"
#include "ledger/query/scope.h"
#include "ledger/state/view.h"
#include "voucher/v1/credit_service.pb.h"

namespace voucher::query {

absl::Status GetVoucher(const View& view, const v1::GetVoucherRequest& request,
                        OpenAnswer<v1::GetVoucherResponse> answer);

// Needs exactly one of program_id and uscc.
absl::Status ListVouchers(const View& view, const v1::ListVouchersRequest& request,
                          OpenAnswer<v1::ListVouchersResponse> answer);

absl::Status GetTransfer(const View& view, const v1::GetTransferRequest& request,
                         ProviderAnswer<v1::GetTransferResponse> answer);

absl::Status ListTransfers(const View& view, const v1::ListTransfersRequest& request,
                           ProviderAnswer<v1::ListTransfersResponse> answer);

// What a WatchTransfers call sends next: the changes from request.from_sequence on, at most
// kMaxTransferChanges and never part of an entry's. A PROVIDER may leave provider_id empty. No
// changes if there are none yet; next_sequence is where to look next.
absl::Status WatchTransfers(const View& view, const v1::WatchTransfersRequest& request,
                            ProviderAnswer<v1::WatchTransfersResponse> answer);

absl::Status GetRedemption(const View& view, const v1::GetRedemptionRequest& request,
                           ProviderAnswer<v1::GetRedemptionResponse> answer, EntryReader entries);

// Reads an entry for each redemption that it shows.
absl::Status ListRedemptions(const View& view, const v1::ListRedemptionsRequest& request,
                             ProviderAnswer<v1::ListRedemptionsResponse> answer,
                             EntryReader entries);

absl::Status GetCredit(const View& view, const v1::GetCreditRequest& request,
                       ProviderAnswer<v1::GetCreditResponse> answer);

}  // namespace voucher::query
