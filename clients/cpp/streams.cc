#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <grpcpp/impl/codegen/proto_utils.h>  // how gRPC serialises Message
#include <grpcpp/impl/codegen/rpc_method.h>
#include <grpcpp/support/sync_stream.h>

#include "clients/cpp/attempt.h"
#include "clients/cpp/client.h"

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

// Called by path, as unary RPCs are: generated stubs are a fifth of what there is to compile.
constexpr char kStreamRedeem[] = "/voucher.v1.CreditService/StreamRedeem";
constexpr char kWatchBudget[] = "/voucher.v1.ProgramService/WatchBudget";
constexpr char kWatchEntries[] = "/voucher.v1.AuditService/WatchEntries";
constexpr char kWatchTransfers[] = "/voucher.v1.CreditService/WatchTransfers";

absl::Time DeadlineOf(const CallOptions& call) {
  return call.deadline ? absl::Now() + *call.deadline : absl::InfiniteFuture();
}

// Passes on what a server stream says until `on_message` returns false; opens it again when it
// breaks, with attempts counted from the last message on. `request` may change between messages.
template <class Request, class Response>
absl::Status Watch(const Options& options, const CallOptions& call, grpc::ChannelInterface* channel,
                   const char* path, const Request& request,
                   const std::function<bool(const Response&)>& on_message) {
  const grpc::internal::RpcMethod method(path, grpc::internal::RpcMethod::SERVER_STREAMING);
  return RunWithRetries(path, call.retry ? *call.retry : options.retry, DeadlineOf(call),
                        absl::InfiniteDuration(), [&](absl::Time deadline, bool* progress) {
                          grpc::ClientContext context;
                          Prepare(options, deadline, &context);
                          const std::unique_ptr<grpc::ClientReader<Response>> stream(
                              grpc::internal::ClientReaderFactory<Response>::Create(
                                  channel, method, &context, request));
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
  const grpc::internal::RpcMethod method(kStreamRedeem, grpc::internal::RpcMethod::BIDI_STREAMING);
  return RunWithRetries(
      kStreamRedeem, call.retry ? *call.retry : options_.retry, DeadlineOf(call),
      absl::InfiniteDuration(), [&](absl::Time deadline, bool* progress) {
        grpc::ClientContext context;
        Prepare(options_, deadline, &context);
        const std::unique_ptr<RedeemCall> stream(
            grpc::internal::ClientReaderWriterFactory<
                v1::StreamRedeemRequest, v1::StreamRedeemResponse>::Create(channel_.get(), method,
                                                                           &context));
        return queue.Run(&context, stream.get(), progress);
      });
}

absl::Status Client::WatchBudget(
    const v1::WatchBudgetRequest& request,
    const std::function<bool(const v1::WatchBudgetResponse&)>& on_budget,
    const CallOptions& call) const {
  return Watch(options_, call, channel_.get(), kWatchBudget, request, on_budget);
}

absl::Status Client::WatchEntries(
    const v1::WatchEntriesRequest& request,
    const std::function<bool(const v1::WatchEntriesResponse&)>& on_entries,
    const CallOptions& call) const {
  v1::WatchEntriesRequest from_here = request;
  return Watch<v1::WatchEntriesRequest, v1::WatchEntriesResponse>(
      options_, call, channel_.get(), kWatchEntries, from_here,
      [&](const v1::WatchEntriesResponse& response) {
        from_here.set_from_sequence(response.next_sequence());
        return on_entries(response);
      });
}

absl::Status Client::WatchTransfers(
    const v1::WatchTransfersRequest& request,
    const std::function<bool(const v1::WatchTransfersResponse&)>& on_changes,
    const CallOptions& call) const {
  v1::WatchTransfersRequest from_here = request;
  return Watch<v1::WatchTransfersRequest, v1::WatchTransfersResponse>(
      options_, call, channel_.get(), kWatchTransfers, from_here,
      [&](const v1::WatchTransfersResponse& response) {
        from_here.set_from_sequence(response.next_sequence());
        return on_changes(response);
      });
}

}  // namespace voucher::client
