#include "server/services/watch_transfers.h"

#include <utility>

#include "ledger/base/status_macros.h"
#include "ledger/query/credit_queries.h"
#include "server/rpc/unary_call.h"
#include "voucher/v1/credit_service.pb.h"

namespace voucher {

namespace {

class TransferFeed final : public Watched {
 public:
  TransferFeed(v1::Authority who, v1::WatchTransfersRequest request)
      : who_(std::move(who)), request_(std::move(request)) {}

  absl::StatusOr<WatchLook> LookAt(const ReadSnapshot& snapshot) override {
    v1::WatchTransfersResponse response;
    VOUCHER_RETURN_IF_ERROR(
        query::WatchTransfers(*snapshot.NewView(), request_, {who_, &response}));
    request_.set_from_sequence(response.next_sequence());
    WatchLook look;
    if (response.changes_size() > 0) look.message = SerializeMessage(response);
    look.sequence = response.next_sequence();
    if (look.sequence > snapshot.sequence()) {
      look.not_before = std::chrono::steady_clock::now() + kGatherFor;
    }
    return look;
  }

 private:
  const v1::Authority who_;
  v1::WatchTransfersRequest request_;  // from_sequence is what comes next
};

}  // namespace

WatchBeginning BeginWatchTransfers(const CallContext&, const v1::Authority& who,
                                   const grpc::ByteBuffer& bytes) {
  WatchBeginning beginning;
  v1::WatchTransfersRequest request;
  beginning.status = ParseWatch(bytes, &request);
  if (!beginning.status.ok()) return beginning;
  beginning.watched = std::make_unique<TransferFeed>(who, std::move(request));
  return beginning;
}

}  // namespace voucher
