#include "tests/bench/background_load.h"

#include <future>

#include "grpcpp/grpcpp.h"

#include "server/access/principals.h"
#include "voucher/v1/program_service.grpc.pb.h"

namespace voucher::bench {

class BudgetWatchers::Watch final : public grpc::ClientReadReactor<v1::WatchBudgetResponse> {
 public:
  Watch(v1::ProgramService::Stub* stub, const std::string& program_id,
        std::atomic<int64_t>* messages)
      : messages_(messages) {
    request_.set_program_id(program_id);
    request_.set_interval_ms(100);
    context_.AddMetadata(kPrincipalHeader, "observer");
    stub->async()->WatchBudget(&context_, &request_, this);
    StartRead(&response_);
    StartCall();
  }

  void Cancel() { context_.TryCancel(); }
  void AwaitEnd() { ended_.get_future().wait(); }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    ++*messages_;
    StartRead(&response_);
  }
  void OnDone(const grpc::Status&) override { ended_.set_value(); }

 private:
  std::atomic<int64_t>* const messages_;
  v1::WatchBudgetRequest request_;
  v1::WatchBudgetResponse response_;
  grpc::ClientContext context_;
  std::promise<void> ended_;
};

BudgetWatchers::BudgetWatchers(const std::string& address, const std::string& program_id, int n) {
  const auto stub =
      v1::ProgramService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  for (int i = 0; i < n; ++i) {
    watches_.push_back(std::make_unique<Watch>(stub.get(), program_id, &messages_));
  }
}

BudgetWatchers::~BudgetWatchers() {
  for (const auto& watch : watches_) watch->Cancel();
  for (const auto& watch : watches_) watch->AwaitEnd();
}

}  // namespace voucher::bench
