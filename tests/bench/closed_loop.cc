#include <algorithm>
#include <deque>
#include <thread>

#include "ledger/base/check.h"
#include "server/access/principals.h"
#include "tests/bench/connections.h"

namespace voucher::bench {
namespace {

// Runs `work(thread, result)` on options.threads threads and adds up what they counted.
template <class Work>
absl::StatusOr<LoadResult> OnThreads(const LoadOptions& options, const Work& work) {
  std::vector<absl::StatusOr<LoadResult>> results(static_cast<size_t>(options.threads));
  std::vector<std::thread> threads;
  for (size_t i = 0; i < results.size(); ++i) {
    threads.emplace_back([&, i] { results[i] = work(); });
  }
  for (std::thread& thread : threads) thread.join();
  LoadResult sum;
  for (const auto& result : results) {
    if (!result.ok()) return result.status();
    sum.items += result->items;
    sum.seconds = std::max(sum.seconds, result->seconds);
    sum.latency.Merge(result->latency);
    sum.by_second.resize(std::max(sum.by_second.size(), result->by_second.size()));
    for (size_t i = 0; i < result->by_second.size(); ++i) {
      sum.by_second[i] += result->by_second[i];
    }
  }
  return sum;
}

absl::StatusOr<LoadResult> UnaryLoop(const LoadOptions& options, RequestPool* pool,
                                     SteadyClock::time_point start) {
  grpc::CompletionQueue queue;
  const auto stubs = Connect(options.address, std::max(1, options.connections / options.threads));
  std::vector<Call> calls(static_cast<size_t>(std::max(1, options.in_flight / options.threads)));
  Counting counting(options, *pool, start);
  absl::Status failed;
  size_t outstanding = 0;
  const auto start_next = [&](Call* call, SteadyClock::time_point now) {
    if (!failed.ok() || counting.IsOver(now)) return;
    const std::optional<size_t> index = pool->Take();
    if (!index) return;
    ++outstanding;
    const auto slot = static_cast<size_t>(call - calls.data());
    call->Start(stubs[slot % stubs.size()].get(), *pool, *index, now, &queue);
  };
  for (Call& call : calls) start_next(&call, SteadyClock::now());
  auto now = start;
  while (outstanding > 0) {
    void* tag = nullptr;
    bool ok = false;
    VOUCHER_CHECK(queue.Next(&tag, &ok));
    now = SteadyClock::now();
    --outstanding;
    Call* call = static_cast<Call*>(tag);
    if (!call->status().ok()) {
      failed.Update(FailedCall(*pool, call->status()));
      continue;
    }
    counting.Answered(call->sent(), now);
    if (options.on_response) options.on_response(call->index(), call->response());
    start_next(call, now);
  }
  if (!failed.ok()) return failed;
  return counting.Result(now);
}

// One stream with a window of messages. Its tags are its events.
class Stream {
 public:
  enum Event : size_t { kStarted, kWrote, kRead, kDoneWriting, kFinished, kEvents };
  struct Tag {
    Stream* stream;
    Event event;
  };

  Stream(RequestPool* pool, Counting* counting, size_t window)
      : pool_(pool), counting_(counting), window_(window) {
    for (size_t i = 0; i < kEvents; ++i) tags_[i] = {this, static_cast<Event>(i)};
  }

  void Start(grpc::GenericStub* stub, grpc::CompletionQueue* queue) {
    context_.AddMetadata(kPrincipalHeader, pool_->principal());
    stream_ = stub->PrepareCall(&context_, pool_->method(), queue);
    stream_->StartCall(&tags_[kStarted]);
  }

  // False once the stream is finished.
  bool On(Event event, bool ok, SteadyClock::time_point now) {
    switch (event) {
      case kStarted:
        stream_->Read(&response_, &tags_[kRead]);
        break;
      case kWrote:
        writing_ = false;
        break;
      case kRead:
        if (!ok) {
          stream_->Finish(&status_, &tags_[kFinished]);
          return true;
        }
        counting_->Answered(sent_.front(), now);
        sent_.pop_front();
        stream_->Read(&response_, &tags_[kRead]);
        break;
      case kDoneWriting:
        return true;
      case kFinished:
        return false;
      case kEvents:
        break;
    }
    SendMore(now);
    return true;
  }

  const grpc::Status& status() const { return status_; }

 private:
  void SendMore(SteadyClock::time_point now) {
    if (writing_ || done_) return;
    if (!counting_->IsOver(now) && sent_.size() < window_) {
      if (const std::optional<size_t> index = pool_->Take()) {
        writing_ = true;
        sent_.push_back(now);
        stream_->Write(InPlace(pool_->bytes(*index)), &tags_[kWrote]);
        return;
      }
      pool_empty_ = true;
    }
    if (!sent_.empty() || !(pool_empty_ || counting_->IsOver(now))) return;
    done_ = true;
    stream_->WritesDone(&tags_[kDoneWriting]);
  }

  RequestPool* const pool_;
  Counting* const counting_;
  const size_t window_;
  Tag tags_[kEvents];
  grpc::ClientContext context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  grpc::ByteBuffer response_;
  grpc::Status status_;
  std::deque<SteadyClock::time_point> sent_;  // of messages that are not answered
  bool writing_ = false, done_ = false, pool_empty_ = false;
};

absl::StatusOr<LoadResult> StreamLoop(const LoadOptions& options, RequestPool* pool,
                                      SteadyClock::time_point start) {
  grpc::CompletionQueue queue;
  const auto stubs = Connect(options.address, std::max(1, options.connections / options.threads));
  Counting counting(options, *pool, start);
  std::vector<std::unique_ptr<Stream>> streams;
  const int n = std::max(1, options.streams / options.threads);
  const auto window = static_cast<size_t>(std::max(1, options.in_flight / options.streams));
  for (int i = 0; i < n; ++i) {
    streams.push_back(std::make_unique<Stream>(pool, &counting, window));
    streams.back()->Start(stubs[static_cast<size_t>(i) % stubs.size()].get(), &queue);
  }
  absl::Status failed;
  auto now = start;
  for (size_t running = streams.size(); running > 0;) {
    void* tag = nullptr;
    bool ok = false;
    VOUCHER_CHECK(queue.Next(&tag, &ok));
    now = SteadyClock::now();
    const auto* event = static_cast<Stream::Tag*>(tag);
    if (event->stream->On(event->event, ok, now)) continue;
    --running;
    if (!event->stream->status().ok()) failed.Update(FailedCall(*pool, event->stream->status()));
  }
  // The tag of the last WritesDone may come after its stream's end.
  queue.Shutdown();
  void* tag = nullptr;
  for (bool ok = false; queue.Next(&tag, &ok);) {
  }
  if (!failed.ok()) return failed;
  return counting.Result(now);
}

}  // namespace

absl::StatusOr<LoadResult> RunUnary(const LoadOptions& options, RequestPool* pool) {
  const auto start = SteadyClock::now();
  return OnThreads(options, [&] { return UnaryLoop(options, pool, start); });
}

absl::StatusOr<LoadResult> RunStreams(const LoadOptions& options, RequestPool* pool) {
  const auto start = SteadyClock::now();
  return OnThreads(options, [&] { return StreamLoop(options, pool, start); });
}

}  // namespace voucher::bench
