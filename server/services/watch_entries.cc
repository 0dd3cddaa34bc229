#include "server/services/watch_entries.h"

#include <algorithm>

#include "ledger/base/status_macros.h"
#include "ledger/validation/limits.h"
#include "server/rpc/unary_call.h"
#include "server/services/recorded_entries.h"
#include "voucher/v1/audit_service.pb.h"

namespace voucher {

namespace {

class EntryFeed final : public Watched {
 public:
  EntryFeed(const Ledger* ledger, uint64_t first) : ledger_(ledger), next_(first) {}

  absl::StatusOr<WatchLook> LookAt(const ReadSnapshot& snapshot) override {
    WatchLook look;
    if (next_ <= snapshot.sequence()) {
      v1::WatchEntriesResponse response;
      VOUCHER_RETURN_IF_ERROR(AddEntries(*ledger_, next_, snapshot.sequence(), kMaxPageRows,
                                         response.mutable_recorded()));
      next_ += response.recorded_size();
      response.set_next_sequence(next_);
      look.message = SerializeMessage(response);
    }
    look.sequence = next_;
    if (next_ > snapshot.sequence()) {
      look.not_before = std::chrono::steady_clock::now() + kGatherFor;
    }
    return look;
  }

 private:
  const Ledger* const ledger_;
  uint64_t next_;
};

}  // namespace

WatchBeginning BeginWatchEntries(const CallContext& call_context, const v1::Authority&,
                                 const grpc::ByteBuffer& bytes) {
  WatchBeginning beginning;
  v1::WatchEntriesRequest request;
  beginning.status = ParseWatch(bytes, &request);
  if (!beginning.status.ok()) return beginning;
  beginning.sequence = std::max<uint64_t>(request.from_sequence(), 1);
  beginning.watched = std::make_unique<EntryFeed>(call_context.ledger, beginning.sequence);
  return beginning;
}

}  // namespace voucher
