#include "server/watch_budget.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ledger/base/mutex.h"
#include "ledger/machine/field_checker.h"
#include "ledger/query/program_queries.h"
#include "ledger/unavailable.h"
#include "server/grpc_status.h"
#include "server/read.h"
#include "voucher/v1/program_service.pb.h"

namespace voucher {

namespace {

using Steady = std::chrono::steady_clock;

constexpr int kDefaultIntervalMs = 1'000;

std::vector<FieldProblem> Parse(const Door& door, const grpc::ByteBuffer& bytes,
                                v1::WatchBudgetRequest* request) {
  const absl::Status parsed = ParseMessage(bytes, request);
  if (!parsed.ok()) return {{"", std::string(parsed.message())}};
  FieldChecker checker(door.clock->WallNow());
  checker.NoUnknownFields(*request);
  checker.Slug("program_id", request->program_id(), 48);
  if (request->interval_ms() != 0) {
    checker.Range("interval_ms", request->interval_ms(), 100, 60'000);
  }
  return std::move(checker).TakeProblems();
}

class WatchBudget final : public RpcService::WriteReactor {
 public:
  WatchBudget(const Door* door, const grpc::ByteBuffer& bytes) : door_(door) {
    const std::vector<FieldProblem> problems = Parse(*door, bytes, &request_);
    if (!problems.empty()) {
      EndUnlocked(BadRequestStatus(problems));
      return;
    }
    interval_ = std::chrono::milliseconds(request_.interval_ms() == 0 ? kDefaultIntervalMs
                                                                      : request_.interval_ms());
    std::optional<grpc::Status> last;
    {
      MutexLock lock(mutex_);
      last = WaitFor(request_.min_sequence(), {}, Steady::now() + kMaxReadWait);
    }
    if (last) EndUnlocked(*last);
  }

  void OnWriteDone(bool ok) override VOUCHER_EXCLUDES(mutex_) {
    std::optional<grpc::Status> last;
    {
      MutexLock lock(mutex_);
      last = ok && !cancelled_ ? WaitForChange() : grpc::Status::CANCELLED;
    }
    if (last) EndUnlocked(*last);
  }

  // A wait or a write is outstanding, unless the call ended; what comes of it sees the mark.
  void OnCancel() override VOUCHER_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    cancelled_ = true;
    door_->waits->Wake(wait_);
  }

  void OnDone() override {
    door_->metrics->OnRpc(*FindRpc("voucher.v1.ProgramService", "WatchBudget"), code_,
                          std::chrono::nanoseconds(Steady::now() - begun_).count());
    delete this;
  }

 private:
  // After this OnDone may delete the object at any time.
  void EndUnlocked(const grpc::Status& status) {
    code_ = status.error_code();
    Finish(status);
  }

  std::optional<grpc::Status> WaitForChange() VOUCHER_REQUIRES(mutex_) {
    return WaitFor(response_.as_of_sequence() + 1, looked_at_ + interval_,
                   Steady::time_point::max());
  }

  std::optional<grpc::Status> WaitFor(uint64_t sequence, Steady::time_point not_before,
                                      Steady::time_point deadline) VOUCHER_REQUIRES(mutex_) {
    const bool added = door_->waits->Add(
        sequence, not_before, deadline, [this](ProgressWaits::Result result) { OnWaited(result); },
        &wait_);
    if (added) return std::nullopt;
    return OperatingStatus(UnavailableError(
        unavailable::kOverloaded, "too many watchers, or the server drains; retry in a second"));
  }

  void OnWaited(ProgressWaits::Result result) VOUCHER_EXCLUDES(mutex_) {
    std::optional<grpc::Status> last;
    {
      MutexLock lock(mutex_);
      last = Look(result);
    }
    if (last) EndUnlocked(*last);
  }

  // Sends the budget if it changed and waits again. Returns the status to end with, if this is the
  // end.
  std::optional<grpc::Status> Look(ProgressWaits::Result result) VOUCHER_REQUIRES(mutex_) {
    if (cancelled_) return grpc::Status::CANCELLED;
    if (result == ProgressWaits::Result::kStopped) {
      return OperatingStatus(
          UnavailableError(unavailable::kDraining, "the server is going down; watch another one"));
    }
    if (result == ProgressWaits::Result::kTimedOut) {
      return OperatingStatus(
          absl::DeadlineExceededError("the ledger has not reached min_sequence in time"));
    }
    looked_at_ = Steady::now();
    const std::shared_ptr<const ReadSnapshot> snapshot = door_->ledger->Snapshot();
    v1::WatchBudgetResponse response;
    const absl::Status status =
        query::FillBudget(*snapshot->NewView(), request_.program_id(), response.mutable_budget());
    if (!status.ok()) return OperatingStatus(status);
    response.set_as_of_sequence(snapshot->sequence());
    const bool changed = !sent_ || !SameBudget(response.budget(), response_.budget());
    response_ = std::move(response);
    if (!changed) return WaitForChange();
    sent_ = true;
    outgoing_ = SerializeMessage(response_);
    StartWrite(&outgoing_);
    return std::nullopt;
  }

  // The instant of the answer alone is no change.
  static bool SameBudget(v1::Budget a, v1::Budget b) {
    a.clear_as_of();
    b.clear_as_of();
    return a.SerializeAsString() == b.SerializeAsString();
  }

  const Door* const door_;
  const Steady::time_point begun_ = Steady::now();
  v1::WatchBudgetRequest request_;
  std::chrono::milliseconds interval_{};
  int code_ = 0;

  Mutex mutex_;
  bool cancelled_ VOUCHER_GUARDED_BY(mutex_) = false;
  bool sent_ VOUCHER_GUARDED_BY(mutex_) = false;
  uint64_t wait_ VOUCHER_GUARDED_BY(mutex_) = 0;
  Steady::time_point looked_at_ VOUCHER_GUARDED_BY(mutex_);
  v1::WatchBudgetResponse response_ VOUCHER_GUARDED_BY(mutex_);
  grpc::ByteBuffer outgoing_ VOUCHER_GUARDED_BY(mutex_);
};

}  // namespace

RpcService::WriteReactor* NewWatchBudget(const Door* door, const grpc::ByteBuffer& request) {
  return new WatchBudget(door, request);
}

}  // namespace voucher
