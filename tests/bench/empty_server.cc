#include "tests/bench/empty_server.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

#include "ledger/base/mutex.h"
#include "ledger/base/status_macros.h"
#include "server/access/rpc_table.h"
#include "server/rpc/stream_redeem.h"
#include "voucher/v1/credit_service.grpc.pb.h"

namespace voucher::bench {
namespace {

grpc::ByteBuffer Bytes(size_t n) {
  const grpc::Slice slice(std::string(n, 'x'));
  return grpc::ByteBuffer(&slice, 1);
}

// Reads on while it writes, as far ahead as voucherd's StreamRedeem does.
class EmptyStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit EmptyStream(const grpc::ByteBuffer* answer) : answer_(answer) { Go(); }

  void OnReadDone(bool ok) override VOUCHER_EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      reading_ = false;
      if (ok) {
        ++unanswered_;
      } else {
        read_all_ = true;
      }
    }
    Go();
  }
  void OnWriteDone(bool ok) override VOUCHER_EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      writing_ = false;
      if (!ok) read_all_ = true;
    }
    Go();
  }
  void OnDone() override { delete this; }

 private:
  // OnDone may delete this object as soon as the call is finished, so that comes after the lock.
  void Go() VOUCHER_EXCLUDES(mutex_) {
    if (GoOn()) Finish(grpc::Status::OK);
  }

  // True, once, when the call is to be finished.
  bool GoOn() VOUCHER_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (!writing_ && unanswered_ > 0) {
      writing_ = true;
      --unanswered_;
      StartWrite(answer_);
    }
    if (!reading_ && !read_all_ && unanswered_ < kStreamMessagesInFlight) {
      reading_ = true;
      incoming_.Clear();
      StartRead(&incoming_);
    }
    if (!read_all_ || reading_ || writing_ || finished_) return false;
    finished_ = true;
    return true;
  }

  const grpc::ByteBuffer* const answer_;
  grpc::ByteBuffer incoming_;
  Mutex mutex_;
  size_t unanswered_ VOUCHER_GUARDED_BY(mutex_) = 0;
  bool reading_ VOUCHER_GUARDED_BY(mutex_) = false;
  bool writing_ VOUCHER_GUARDED_BY(mutex_) = false;
  bool read_all_ VOUCHER_GUARDED_BY(mutex_) = false;
  bool finished_ VOUCHER_GUARDED_BY(mutex_) = false;
};

using RawMethods = v1::CreditService::WithRawCallbackMethod_Redeem<
    v1::CreditService::WithRawCallbackMethod_StreamRedeem<v1::CreditService::Service>>;

class EmptyService final : public RawMethods {
 public:
  explicit EmptyService(const EmptyAnswers& answers)
      : redeem_(Bytes(answers.redeem_bytes)), stream_redeem_(Bytes(answers.stream_redeem_bytes)) {}

  grpc::ServerUnaryReactor* Redeem(grpc::CallbackServerContext* context, const grpc::ByteBuffer*,
                                   grpc::ByteBuffer* response) override {
    *response = redeem_;
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StreamRedeem(
      grpc::CallbackServerContext*) override {
    return new EmptyStream(&stream_redeem_);
  }

 private:
  const grpc::ByteBuffer redeem_;
  const grpc::ByteBuffer stream_redeem_;
};

}  // namespace

int ServeEmpty(const EmptyAnswers& answers, const std::string& address_file) {
  EmptyService service(answers);
  grpc::ServerBuilder builder;
  // As server/voucher_server.cc.
  builder.SetMaxReceiveMessageSize(static_cast<int>(ServedRpcs()->max_request_bytes()));
  builder.SetResourceQuota(grpc::ResourceQuota("empty").Resize(size_t{1} << 30));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1'024);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    std::fputs("voucher-bench: cannot listen on 127.0.0.1\n", stderr);
    return 1;
  }
  const std::string partial = address_file + ".partial";
  testing::WriteWholeFile(partial, absl::StrCat("127.0.0.1:", port));
  std::filesystem::rename(partial, address_file);
  server->Wait();
  return 0;
}

absl::StatusOr<std::unique_ptr<EmptyServer>> EmptyServer::Start(const EmptyAnswers& answers,
                                                                const std::string& directory) {
  const std::string address_file = directory + "/empty-server.address";
  std::filesystem::remove(address_file);
  testing::ChildProcess::Options options;
  options.argv = {"/proc/self/exe",        "empty-server",
                  "--redeem-bytes",        absl::StrCat(answers.redeem_bytes),
                  "--stream-redeem-bytes", absl::StrCat(answers.stream_redeem_bytes),
                  "--address-file",        address_file};
  VOUCHER_ASSIGN_OR_RETURN(auto process, testing::ChildProcess::Start(options));
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!std::filesystem::exists(address_file)) {
    if (process->Wait(std::chrono::milliseconds(2)).ok() ||
        std::chrono::steady_clock::now() > give_up) {
      return absl::InternalError("the empty server did not start");
    }
  }
  std::string address = testing::ReadWholeFile(address_file);
  return std::unique_ptr<EmptyServer>(new EmptyServer(std::move(process), std::move(address)));
}

}  // namespace voucher::bench
