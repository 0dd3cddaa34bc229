#include "server/rpc/watch.h"

#include <utility>

#include "ledger/api/unavailable.h"
#include "ledger/base/mutex.h"

namespace voucher {

namespace {

using Steady = std::chrono::steady_clock;

// The reactor of one call; deletes itself.
class WatchCall final : public RpcService::WriteReactor {
 public:
  WatchCall(const CallContext* call_context, const Rpc* rpc, WatchBeginning beginning)
      : call_context_(call_context), rpc_(rpc), watched_(std::move(beginning.watched)) {
    if (!beginning.status.ok()) {
      EndUnlocked(beginning.status);
      return;
    }
    std::optional<grpc::Status> last;
    {
      MutexLock lock(mutex_);
      last = WaitFor(beginning.sequence, {}, beginning.deadline);
    }
    if (last) EndUnlocked(*last);
  }

  void OnWriteDone(bool ok) override VOUCHER_EXCLUDES(mutex_) {
    std::optional<grpc::Status> last;
    {
      MutexLock lock(mutex_);
      look_.message.reset();
      last = ok && !cancelled_ ? WaitForMore() : grpc::Status::CANCELLED;
    }
    if (last) EndUnlocked(*last);
  }

  // A wait, a look or a write is under way, unless the call ended; what comes of it sees the mark.
  void OnCancel() override VOUCHER_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    cancelled_ = true;
    call_context_->waits->Wake(wait_);
  }

  void OnDone() override {
    call_context_->metrics->OnRpc(*rpc_, code_,
                                  std::chrono::nanoseconds(Steady::now() - begun_).count());
    delete this;
  }

 private:
  // After this OnDone may delete the object at any time.
  void EndUnlocked(const grpc::Status& status) {
    code_ = status.error_code();
    Finish(status);
  }

  std::optional<grpc::Status> WaitForMore() VOUCHER_REQUIRES(mutex_) {
    return WaitFor(look_.sequence, look_.not_before, Steady::time_point::max());
  }

  std::optional<grpc::Status> WaitFor(uint64_t sequence, Steady::time_point not_before,
                                      Steady::time_point deadline) VOUCHER_REQUIRES(mutex_) {
    const bool added = call_context_->waits->Add(
        sequence, not_before, deadline, [this](ProgressWaits::Result result) { OnWaited(result); },
        &wait_);
    if (added) return std::nullopt;
    return OperatingStatus(UnavailableError(
        unavailable::kOverloaded, "too many watchers, or the server drains; retry in a second"));
  }

  void OnWaited(ProgressWaits::Result result) VOUCHER_EXCLUDES(mutex_) {
    std::optional<grpc::Status> last = WhyEnd(result);
    if (!last) last = Look();
    if (last) EndUnlocked(*last);
  }

  std::optional<grpc::Status> WhyEnd(ProgressWaits::Result result) VOUCHER_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (cancelled_) return grpc::Status::CANCELLED;
    if (result == ProgressWaits::Result::kStopped) {
      return OperatingStatus(
          UnavailableError(unavailable::kDraining, "the server is going down; watch another one"));
    }
    if (result == ProgressWaits::Result::kTimedOut) {
      return OperatingStatus(
          absl::DeadlineExceededError("the ledger has not reached min_sequence in time"));
    }
    return std::nullopt;
  }

  // Looks without the lock, so that a cancellation does not wait for the disk; then sends or waits.
  std::optional<grpc::Status> Look() VOUCHER_EXCLUDES(mutex_) {
    absl::StatusOr<WatchLook> look = watched_->LookAt(*call_context_->ledger->Snapshot());
    if (!look.ok()) return OperatingStatus(look.status());
    MutexLock lock(mutex_);
    if (cancelled_) return grpc::Status::CANCELLED;
    look_ = *std::move(look);
    if (!look_.message) return WaitForMore();
    StartWrite(&*look_.message);
    return std::nullopt;
  }

  const CallContext* const call_context_;
  const Rpc* const rpc_;
  const std::unique_ptr<Watched> watched_;  // touched by whoever looks
  const Steady::time_point begun_ = Steady::now();
  int code_ = 0;

  Mutex mutex_;
  bool cancelled_ VOUCHER_GUARDED_BY(mutex_) = false;
  uint64_t wait_ VOUCHER_GUARDED_BY(mutex_) = 0;
  WatchLook look_ VOUCHER_GUARDED_BY(mutex_);  // its message lives until it is written
};

}  // namespace

RpcService::WriteHandler Watch(WatchBeginning (*begin)(const CallContext& call_context,
                                                       const v1::Authority& who,
                                                       const grpc::ByteBuffer& request)) {
  return [begin](const CallContext* call_context, const Rpc* rpc, const v1::Authority& who,
                 const grpc::ByteBuffer& request) -> RpcService::WriteReactor* {
    return new WatchCall(call_context, rpc, begin(*call_context, who, request));
  };
}

}  // namespace voucher
