#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "clients/cpp/attempt.h"
#include "clients/cpp/client.h"
#include "voucher/v1/audit_service.grpc.pb.h"
#include "voucher/v1/credit_service.grpc.pb.h"
#include "voucher/v1/program_service.grpc.pb.h"

namespace voucher::client {
namespace {

using RedeemCall = grpc::ClientReaderWriter<v1::StreamRedeemRequest, v1::StreamRedeemResponse>;

// The messages of a redemption stream that are not answered yet, over as many calls as it takes.
// The caller's thread sends, one other thread reads, or else a large window could stall: the
// server stops reading while nobody takes its answers.
class RedemptionQueue {
 public:
  RedemptionQueue(const Client::NextRedemptions& next, const Client::RedemptionsAnswered& answered,
                  size_t window)
      : next_(next), answered_(answered), window_(window < 1 ? 1 : window) {}

  // Sends and reads on one call until everything is answered or the call breaks. Sets `*progress`
  // if it answered anything.
  absl::Status Run(grpc::ClientContext* context, RedeemCall* stream, bool* progress) {
    sent_ = 0;
    broken_ = false;
    mismatch_ = absl::OkStatus();
    std::thread reader([&] { ReadAll(context, stream, progress); });
    SendAll(stream);
    reader.join();
    const absl::Status status = FromGrpc(stream->Finish());
    if (!mismatch_.ok()) return mismatch_;
    if (!status.ok()) return status;
    if (exhausted_ && unanswered_.empty()) return absl::OkStatus();
    return absl::UnavailableError("the server ended the stream before answering everything");
  }

 private:
  // The next message to send once the window allows; null when there is none or the call broke.
  std::shared_ptr<const v1::StreamRedeemRequest> NextToSend() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return broken_ || sent_ < window_; });
    if (broken_) return nullptr;
    if (sent_ == unanswered_.size()) {
      auto request = std::make_shared<v1::StreamRedeemRequest>();
      lock.unlock();  // the caller may take its time; answers go on meanwhile
      exhausted_ = exhausted_ || !next_(request.get());
      lock.lock();
      if (exhausted_) return nullptr;
      unanswered_.push_back(std::move(request));
    }
    return unanswered_[sent_++];
  }

  void SendAll(RedeemCall* stream) {
    while (std::shared_ptr<const v1::StreamRedeemRequest> request = NextToSend()) {
      if (!stream->Write(*request)) return;
    }
    stream->WritesDone();
  }

  void ReadAll(grpc::ClientContext* context, RedeemCall* stream, bool* progress) {
    v1::StreamRedeemResponse response;
    while (stream->Read(&response)) {
      std::shared_ptr<const v1::StreamRedeemRequest> request;
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (sent_ > 0) request = unanswered_.front();
      }
      if (request == nullptr || response.outcomes_size() != request->redemptions_size()) {
        mismatch_ = absl::InternalError("the server's answer does not match the redemptions sent");
        context->TryCancel();
        break;
      }
      answered_(*request, response);
      *progress = true;
      const std::lock_guard<std::mutex> lock(mutex_);
      unanswered_.pop_front();
      --sent_;
      changed_.notify_one();
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    broken_ = true;
    changed_.notify_one();
  }

  const Client::NextRedemptions& next_;
  const Client::RedemptionsAnswered& answered_;
  const size_t window_;
  bool exhausted_ = false;  // sender only
  absl::Status mismatch_;   // reader only, read after it is joined

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_: the first `sent_` of `unanswered_` are on the current call.
  std::deque<std::shared_ptr<const v1::StreamRedeemRequest>> unanswered_;
  size_t sent_ = 0;
  bool broken_ = false;
};

absl::Time DeadlineOf(const CallOptions& call) {
  return call.deadline ? absl::Now() + *call.deadline : absl::InfiniteFuture();
}

// Passes on what a server stream says until `on_message` returns false; opens it again when it
// breaks, with attempts counted from the last message on.
template <class Response, class Open, class OnMessage>
absl::Status Watch(const Options& options, const CallOptions& call, const Open& open,
                   const OnMessage& on_message) {
  return RunWithRetries(call.retry ? *call.retry : options.retry, DeadlineOf(call),
                        absl::InfiniteDuration(), [&](absl::Time deadline, bool* progress) {
                          grpc::ClientContext context;
                          Prepare(options, deadline, &context);
                          const auto stream = open(&context);
                          Response response;
                          while (stream->Read(&response)) {
                            *progress = true;
                            if (on_message(response)) continue;
                            context.TryCancel();
                            stream->Finish();
                            return absl::OkStatus();
                          }
                          return FromGrpc(stream->Finish());
                        });
}

}  // namespace

absl::Status Client::StreamRedeem(const NextRedemptions& next, const RedemptionsAnswered& answered,
                                  size_t window, const CallOptions& call) const {
  RedemptionQueue queue(next, answered, window);
  const auto stub = v1::CreditService::NewStub(channel_);
  return RunWithRetries(call.retry ? *call.retry : options_.retry, DeadlineOf(call),
                        absl::InfiniteDuration(), [&](absl::Time deadline, bool* progress) {
                          grpc::ClientContext context;
                          Prepare(options_, deadline, &context);
                          const auto stream = stub->StreamRedeem(&context);
                          return queue.Run(&context, stream.get(), progress);
                        });
}

absl::Status Client::WatchBudget(
    const v1::WatchBudgetRequest& request,
    const std::function<bool(const v1::WatchBudgetResponse&)>& on_budget,
    const CallOptions& call) const {
  const auto stub = v1::ProgramService::NewStub(channel_);
  return Watch<v1::WatchBudgetResponse>(
      options_, call,
      [&](grpc::ClientContext* context) { return stub->WatchBudget(context, request); }, on_budget);
}

absl::Status Client::WatchEntries(
    const v1::WatchEntriesRequest& request,
    const std::function<bool(const v1::WatchEntriesResponse&)>& on_entries,
    const CallOptions& call) const {
  const auto stub = v1::AuditService::NewStub(channel_);
  v1::WatchEntriesRequest from_here = request;
  return Watch<v1::WatchEntriesResponse>(
      options_, call,
      [&](grpc::ClientContext* context) { return stub->WatchEntries(context, from_here); },
      [&](const v1::WatchEntriesResponse& response) {
        from_here.set_from_sequence(response.next_sequence());
        return on_entries(response);
      });
}

absl::Status Client::WatchTransfers(
    const v1::WatchTransfersRequest& request,
    const std::function<bool(const v1::WatchTransfersResponse&)>& on_changes,
    const CallOptions& call) const {
  const auto stub = v1::CreditService::NewStub(channel_);
  v1::WatchTransfersRequest from_here = request;
  return Watch<v1::WatchTransfersResponse>(
      options_, call,
      [&](grpc::ClientContext* context) { return stub->WatchTransfers(context, from_here); },
      [&](const v1::WatchTransfersResponse& response) {
        from_here.set_from_sequence(response.next_sequence());
        return on_changes(response);
      });
}

}  // namespace voucher::client
