#include "tests/bench/connections.h"

#include "absl/strings/str_cat.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

#include "server/access/principals.h"
#include "tests/support/api_client.h"

namespace voucher::bench {

std::vector<std::unique_ptr<grpc::GenericStub>> Connect(const std::string& address, int n) {
  grpc::ChannelArguments arguments;
  // Without it all channels of a process to one address share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(64 << 20);
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs;
  for (int i = 0; i < n; ++i) {
    stubs.push_back(std::make_unique<grpc::GenericStub>(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments)));
  }
  return stubs;
}

grpc::ByteBuffer InPlace(absl::string_view bytes) {
  const grpc::Slice slice(bytes.data(), bytes.size(), grpc::Slice::STATIC_SLICE);
  return grpc::ByteBuffer(&slice, 1);
}

absl::Status FailedCall(const RequestPool& pool, const grpc::Status& status) {
  return absl::InternalError(absl::StrCat(pool.method(), ": ", testing::Describe(status)));
}

Counting::Counting(const LoadOptions& options, const RequestPool& pool,
                   SteadyClock::time_point start)
    : options_(options),
      items_(pool.items_per_request()),
      start_(start),
      counted_from_(start + options.warm_up),
      counted_to_(options.duration.count() == 0 ? SteadyClock::time_point::max()
                                                : counted_from_ + options.duration) {}

void Counting::Answered(SteadyClock::time_point sent, SteadyClock::time_point now) {
  if (options_.answered != nullptr) {
    options_.answered->fetch_add(items_, std::memory_order_relaxed);
  }
  if (now < counted_from_ || now > counted_to_) return;
  result_.items += items_;
  result_.latency.Add(NanosBetween(sent, now));
  const auto second = static_cast<size_t>(NanosBetween(counted_from_, now) / 1'000'000'000);
  if (second >= result_.by_second.size()) result_.by_second.resize(second + 1);
  result_.by_second[second] += items_;
}

bool Counting::IsOver(SteadyClock::time_point now) const {
  return now >= counted_to_ ||
         (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed));
}

LoadResult Counting::Result(SteadyClock::time_point now) const {
  LoadResult result = result_;
  const auto end = std::min(now, counted_to_);
  result.seconds = static_cast<double>(NanosBetween(counted_from_, end)) / 1e9;
  return result;
}

void Call::Start(grpc::GenericStub* stub, const RequestPool& pool, size_t index,
                 SteadyClock::time_point sent, grpc::CompletionQueue* queue) {
  index_ = index;
  sent_ = sent;
  reader_.reset();
  context_.emplace();
  context_->AddMetadata(kPrincipalHeader, pool.principal());
  reader_ = stub->PrepareUnaryCall(&*context_, pool.method(), InPlace(pool.bytes(index)), queue);
  reader_->StartCall();
  reader_->Finish(&response_, &status_, this);
}

}  // namespace voucher::bench
