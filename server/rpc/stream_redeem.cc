#include "server/rpc/stream_redeem.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "google/protobuf/arena.h"

#include "ledger/api/unavailable.h"
#include "ledger/base/mutex.h"
#include "server/rpc/batch.h"
#include "server/rpc/grpc_status.h"
#include "voucher/v1/credit_service.pb.h"

namespace voucher {

namespace {

// Answers to so many redemptions are made on the ledger's thread that brings the outcomes; more
// would hold up the answers to others and go to the pool.
constexpr size_t kFewItems = 16;

constexpr BatchShape<v1::StreamRedeemRequest, v1::StreamRedeemResponse, v1::RedeemRequest,
                     v1::RedeemOutcome, v1::Redeemed>
    kRedemptions{&v1::StreamRedeemRequest::mutable_redemptions,
                 "redemptions",
                 kMaxStreamItems,
                 &v1::Command::unsafe_arena_set_allocated_redeem,
                 &v1::Event::redeemed,
                 &v1::StreamRedeemResponse::mutable_outcomes};

// The answer to one request message, in the order of arrival.
struct Slot {
  bool ready = false;
  grpc::Status status;
  grpc::ByteBuffer response;
};

class StreamRedeem final : public RpcService::BidiReactor {
 public:
  StreamRedeem(const CallContext* call_context, const Rpc* rpc, const v1::Authority& who)
      : call_context_(call_context), rpc_(rpc), who_(who) {
    std::optional<grpc::Status> last;
    {
      MutexLock lock(mutex_);
      StopWhenDraining();
      last = GoOn();
    }
    if (last) Finish(*last);
  }

  void OnReadDone(bool ok) override VOUCHER_EXCLUDES(mutex_) {
    if (ok) TakeMessage();
    std::optional<grpc::Status> last;
    {
      MutexLock lock(mutex_);
      reading_ = false;
      if (!ok) read_all_ = true;
      last = GoOn();
    }
    if (last) Finish(*last);
  }

  void OnWriteDone(bool ok) override VOUCHER_EXCLUDES(mutex_) {
    std::optional<grpc::Status> last;
    {
      MutexLock lock(mutex_);
      writing_ = false;
      slots_.pop_front();
      if (!ok) End(grpc::Status::CANCELLED);
      last = GoOn();
    }
    if (last) Finish(*last);
  }

  void OnCancel() override VOUCHER_EXCLUDES(mutex_) {
    std::optional<grpc::Status> last;
    {
      MutexLock lock(mutex_);
      End(grpc::Status::CANCELLED);
      last = GoOn();
    }
    if (last) Finish(*last);
  }

  void OnDone() override {
    const auto duration = std::chrono::steady_clock::now() - begun_;
    call_context_->metrics->OnRpc(*rpc_, code_, std::chrono::nanoseconds(duration).count());
    delete this;
  }

 private:
  // Runs while no other read is outstanding, so messages are submitted in the order of arrival.
  void TakeMessage() VOUCHER_EXCLUDES(mutex_) {
    auto slot = std::make_shared<Slot>();
    auto commands = std::make_shared<Commands>();
    auto* message =
        google::protobuf::Arena::CreateMessage<v1::StreamRedeemRequest>(commands->arena());
    const absl::Status fits = CheckRequestBytes(*rpc_, incoming_.Length());
    const absl::Status parsed = fits.ok() ? ParseMessage(incoming_, message) : fits;
    incoming_.Clear();
    std::vector<FieldProblem> problems;
    if (parsed.ok()) {
      problems = kRedemptions.Take(message, commands.get());
    } else {
      problems.push_back({"", std::string(parsed.message())});
    }
    const bool well_formed = problems.empty();
    if (!well_formed) {
      slot->status = fits.ok() ? BadRequestStatus(problems) : OperatingStatus(fits);
      slot->ready = true;
    }
    {
      MutexLock lock(mutex_);
      if (end_) return;  // nothing may refer to this object once the call is finished
      slots_.push_back(slot);
      if (!well_formed) {
        read_all_ = true;
        return;
      }
      ++outstanding_;
    }
    Submit(commands, std::move(slot));
  }

  void Submit(const std::shared_ptr<Commands>& commands, std::shared_ptr<Slot> slot) {
    WorkerPool* const pool = commands->size() > kFewItems ? call_context_->pool : nullptr;
    call_context_->ledger->Submit(
        commands, who_, [this, pool, slot, commands](std::vector<Outcome> outcomes) mutable {
          if (pool == nullptr) return Answer(*commands, outcomes, slot.get());
          pool->Post([this, slot, commands, outcomes = std::move(outcomes)] {
            Answer(*commands, outcomes, slot.get());
          });
        });
  }

  void Answer(const Commands& commands, const std::vector<Outcome>& outcomes, Slot* slot)
      VOUCHER_EXCLUDES(mutex_) {
    const absl::Status error = BatchError(*call_context_, kRedemptions.field, outcomes);
    grpc::Status status;
    grpc::ByteBuffer bytes;
    if (error.ok()) {
      google::protobuf::Arena arena;
      bytes = SerializeMessage(*kRedemptions.Fill(commands, outcomes, &arena));
    } else {
      status = OperatingStatus(error);
    }
    std::optional<grpc::Status> last;
    {
      MutexLock lock(mutex_);
      slot->status = status;
      slot->response.Swap(&bytes);
      slot->ready = true;
      --outstanding_;
      last = GoOn();
    }
    if (last) Finish(*last);
  }

  // A stream that its caller leaves open would hold up a drain: it ends once what it has read is
  // answered.
  void StopWhenDraining() VOUCHER_REQUIRES(mutex_) {
    const bool added = call_context_->waits->Add(
        std::numeric_limits<uint64_t>::max(), {}, ProgressWaits::TimePoint::max(),
        [this](ProgressWaits::Result result) { OnDrainWait(result); }, &drain_wait_);
    if (added) {
      ++outstanding_;
    } else {
      drain_wait_ = 0;
      End(Draining());
    }
  }

  void OnDrainWait(ProgressWaits::Result result) VOUCHER_EXCLUDES(mutex_) {
    std::optional<grpc::Status> last;
    {
      MutexLock lock(mutex_);
      --outstanding_;
      if (result == ProgressWaits::Result::kStopped) {
        drain_wait_ = 0;
        read_all_ = true;
        at_end_ = Draining();
      }
      last = GoOn();
    }
    if (last) Finish(*last);
  }

  static grpc::Status Draining() {
    return OperatingStatus(UnavailableError(
        unavailable::kDraining, "the server takes no more streams; open one to another server"));
  }

  void End(const grpc::Status& status) VOUCHER_REQUIRES(mutex_) {
    if (!end_) end_ = status;
  }

  void ReadOn() VOUCHER_REQUIRES(mutex_) {
    if (reading_ || read_all_ || end_ || slots_.size() >= kStreamMessagesInFlight) return;
    reading_ = true;
    StartRead(&incoming_);
  }

  // Starts the next write and read. Returns the status to finish with, once, when nothing refers to
  // this object any more; the caller finishes after the lock is gone, since OnDone may then delete
  // this object at any time.
  std::optional<grpc::Status> GoOn() VOUCHER_REQUIRES(mutex_) {
    if (finished_) return std::nullopt;
    if (!writing_ && !end_) Write();
    ReadOn();
    if (!end_ || writing_) return std::nullopt;
    if (drain_wait_ != 0) call_context_->waits->Wake(std::exchange(drain_wait_, 0));
    if (outstanding_ > 0) return std::nullopt;
    finished_ = true;
    code_ = end_->error_code();
    return end_;
  }

  void Write() VOUCHER_REQUIRES(mutex_) {
    if (slots_.empty()) {
      if (read_all_) End(at_end_);
    } else if (slots_.front()->ready && !slots_.front()->status.ok()) {
      End(slots_.front()->status);
    } else if (slots_.front()->ready) {
      writing_ = true;
      // Without gRPC's buffer hint, also if the next answer is ready: with it gRPC 1.51 now and
      // then sends nothing any more.
      StartWrite(&slots_.front()->response);
    }
  }

  const CallContext* const call_context_;
  const Rpc* const rpc_;
  const v1::Authority& who_;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  grpc::ByteBuffer incoming_;
  int code_ = 0;

  Mutex mutex_;
  std::deque<std::shared_ptr<Slot>> slots_ VOUCHER_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_ VOUCHER_GUARDED_BY(mutex_);
  grpc::Status at_end_ VOUCHER_GUARDED_BY(mutex_);  // once all is answered
  uint64_t drain_wait_ VOUCHER_GUARDED_BY(mutex_) = 0;
  int outstanding_ VOUCHER_GUARDED_BY(mutex_) = 0;  // callbacks to come from ledger and waits
  bool reading_ VOUCHER_GUARDED_BY(mutex_) = false;
  bool read_all_ VOUCHER_GUARDED_BY(mutex_) = false;
  bool writing_ VOUCHER_GUARDED_BY(mutex_) = false;
  bool finished_ VOUCHER_GUARDED_BY(mutex_) = false;
};

}  // namespace

RpcService::BidiReactor* NewStreamRedeem(const CallContext* call_context, const Rpc* rpc,
                                         const v1::Authority& who) {
  return new StreamRedeem(call_context, rpc, who);
}

}  // namespace voucher
