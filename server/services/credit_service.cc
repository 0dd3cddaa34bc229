#include "ledger/query/credit_queries.h"
#include "server/rpc/batch.h"
#include "server/rpc/mutation.h"
#include "server/rpc/read.h"
#include "server/rpc/stream_redeem.h"
#include "server/services/services.h"
#include "server/services/watch_transfers.h"
#include "voucher/v1/credit_service.pb.h"

namespace voucher {

namespace {

using v1::Command;
using v1::Event;

bool ShowsOne(const v1::GetRedemptionRequest&) {
  return false;
}
// Each is read from a block of entries.
bool ShowsMany(const v1::ListRedemptionsRequest& request) {
  constexpr int kFew = 20;
  return request.page_size() == 0 || request.page_size() > kFew;
}

class CreditService final : public RpcService {
 public:
  explicit CreditService(const CallContext& call_context)
      : RpcService(call_context, "voucher.v1.CreditService") {
    Unary("OrderTransfer", Mutation<v1::OrderTransferResponse>(&Command::mutable_order_transfer,
                                                               &Event::transfer_ordered));
    Unary("ConfirmTransfer", Mutation<v1::ConfirmTransferResponse>(
                                 &Command::mutable_confirm_transfer, &Event::transfer_confirmed));
    Unary("BatchConfirmTransfers",
          Batch(&v1::BatchConfirmTransfersRequest::mutable_confirmations, "confirmations",
                &Command::unsafe_arena_set_allocated_confirm_transfer, &Event::transfer_confirmed,
                &v1::BatchConfirmTransfersResponse::mutable_outcomes));
    Unary("ReconcileTransfers",
          Mutation<v1::ReconcileTransfersResponse>(&Command::mutable_reconcile_transfers,
                                                   &Event::transfers_reconciled));
    Unary("DeclineTransfer", Mutation<v1::DeclineTransferResponse>(
                                 &Command::mutable_decline_transfer, &Event::transfer_declined));
    Unary("Redeem", Mutation<v1::RedeemResponse>(&Command::mutable_redeem, &Event::redeemed));
    Unary("BatchRedeem", Batch(&v1::BatchRedeemRequest::mutable_redemptions, "redemptions",
                               &Command::unsafe_arena_set_allocated_redeem, &Event::redeemed,
                               &v1::BatchRedeemResponse::mutable_outcomes));
    BidiStream("StreamRedeem", &NewStreamRedeem);
    Unary("ReverseRedemption",
          Mutation<v1::ReverseRedemptionResponse>(&Command::mutable_reverse_redemption,
                                                  &Event::redemption_reversed));
    Unary("Reclaim", Mutation<v1::ReclaimResponse>(&Command::mutable_reclaim, &Event::reclaimed));
    ServerStream("WatchTransfers", Watch(&BeginWatchTransfers));
    Unary("GetVoucher", Read(&query::GetVoucher));
    Unary("ListVouchers", Read(&query::ListVouchers));
    Unary("GetTransfer", Read(&query::GetTransfer));
    Unary("ListTransfers", Read(&query::ListTransfers));
    Unary("GetRedemption", ReadFromEntries(&query::GetRedemption, &ShowsOne));
    Unary("ListRedemptions", ReadFromEntries(&query::ListRedemptions, &ShowsMany));
    Unary("GetCredit", Read(&query::GetCredit));
    CheckComplete();
  }
};

}  // namespace

std::unique_ptr<RpcService> NewCreditService(const CallContext& call_context) {
  return std::make_unique<CreditService>(call_context);
}

}  // namespace voucher
