#include "server/services/watch_budget.h"

#include <utility>

#include "ledger/base/status_macros.h"
#include "ledger/query/program_queries.h"
#include "ledger/validation/limits.h"
#include "server/rpc/read.h"
#include "server/rpc/unary_call.h"
#include "voucher/v1/program_service.pb.h"

namespace voucher {

namespace {

using Steady = std::chrono::steady_clock;

class BudgetChanges final : public Watched {
 public:
  explicit BudgetChanges(const v1::WatchBudgetRequest& request)
      : program_id_(request.program_id()),
        interval_(request.interval_ms() == 0 ? kDefaultIntervalMs : request.interval_ms()) {}

  absl::StatusOr<WatchLook> LookAt(const ReadSnapshot& snapshot) override {
    WatchLook look;
    look.sequence = snapshot.sequence() + 1;
    look.not_before = Steady::now() + interval_;
    v1::WatchBudgetResponse response;
    VOUCHER_RETURN_IF_ERROR(
        query::FillBudget(*snapshot.NewView(), program_id_, response.mutable_budget()));
    response.set_as_of_sequence(snapshot.sequence());
    if (sent_ && SameBudget(response.budget(), sent_->budget())) return look;
    look.message = SerializeMessage(response);
    sent_ = std::move(response);
    return look;
  }

 private:
  // The instant of the answer alone is no change.
  static bool SameBudget(v1::Budget a, v1::Budget b) {
    a.clear_as_of();
    b.clear_as_of();
    return a.SerializeAsString() == b.SerializeAsString();
  }

  const std::string program_id_;
  const std::chrono::milliseconds interval_;
  std::optional<v1::WatchBudgetResponse> sent_;
};

}  // namespace

WatchBeginning BeginWatchBudget(const CallContext&, const v1::Authority&,
                                const grpc::ByteBuffer& bytes) {
  WatchBeginning beginning;
  v1::WatchBudgetRequest request;
  beginning.status = ParseWatch(bytes, &request);
  if (!beginning.status.ok()) return beginning;
  beginning.watched = std::make_unique<BudgetChanges>(request);
  beginning.sequence = request.min_sequence();
  beginning.deadline = Steady::now() + kMaxReadWait;
  return beginning;
}

}  // namespace voucher
