// Reads of CreditService. For shape and errors see program_queries.h.
#pragma once

#include "absl/status/status.h"

#include "ledger/machine/view.h"
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

absl::Status GetRedemption(const View& view, const v1::Authority& who,
                           const v1::GetRedemptionRequest& request,
                           v1::GetRedemptionResponse* response);

absl::Status ListRedemptions(const View& view, const v1::Authority& who,
                             const v1::ListRedemptionsRequest& request,
                             v1::ListRedemptionsResponse* response);

absl::Status GetCredit(const View& view, const v1::Authority& who,
                       const v1::GetCreditRequest& request, v1::GetCreditResponse* response);

}  // namespace voucher::query
