// Reads of CreditService. For shape and errors see program_queries.h.
#pragma once

#include "absl/status/status.h"

#include "ledger/query/entry_reader.h"
#include "ledger/state/view.h"
#include "voucher/v1/credit_service.pb.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::query {

absl::Status GetVoucher(const View& view, const v1::Authority& who,
                        const v1::GetVoucherRequest& request, v1::GetVoucherResponse* response);

// Needs exactly one of program_id and uscc.
absl::Status ListVouchers(const View& view, const v1::Authority& who,
                          const v1::ListVouchersRequest& request,
                          v1::ListVouchersResponse* response);

absl::Status GetTransfer(const View& view, const v1::Authority& who,
                         const v1::GetTransferRequest& request, v1::GetTransferResponse* response);

absl::Status ListTransfers(const View& view, const v1::Authority& who,
                           const v1::ListTransfersRequest& request,
                           v1::ListTransfersResponse* response);

// What a WatchTransfers call sends next: the changes from request.from_sequence on, at most
// kMaxTransferChanges and never part of an entry's. A PROVIDER may leave provider_id empty. No
// changes if there are none yet; next_sequence is where to look next.
absl::Status WatchTransfers(const View& view, const v1::Authority& who,
                            const v1::WatchTransfersRequest& request,
                            v1::WatchTransfersResponse* response);

// No entry changes more transfers of a provider.
inline constexpr int kMaxTransferChanges = 1'000;

absl::Status GetRedemption(const View& view, const v1::Authority& who,
                           const v1::GetRedemptionRequest& request,
                           v1::GetRedemptionResponse* response, EntryReader entries);

// Reads an entry for each redemption that it shows.
absl::Status ListRedemptions(const View& view, const v1::Authority& who,
                             const v1::ListRedemptionsRequest& request,
                             v1::ListRedemptionsResponse* response, EntryReader entries);

absl::Status GetCredit(const View& view, const v1::Authority& who,
                       const v1::GetCreditRequest& request, v1::GetCreditResponse* response);

}  // namespace voucher::query
