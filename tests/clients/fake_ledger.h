// A ledger in this process that answers what a test put into it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/message.h"
#include <grpcpp/server.h>
#include <grpcpp/support/status.h>

#include "voucher/v1/application.pb.h"
#include "voucher/v1/audit_service.pb.h"
#include "voucher/v1/credit_service.pb.h"
#include "voucher/v1/program.pb.h"
#include "voucher/v1/registry.pb.h"
#include "voucher/v1/settlement.pb.h"

namespace voucher::client {

// Serves the reads that voucherctl's exports and prints make from the fields below, in pages of
// `rows_per_page`, and any other unary RPC from `on`. Fill it, then Start.
class FakeLedger {
 public:
  FakeLedger();
  ~FakeLedger();

  // Listens on a free loopback port; "127.0.0.1:port".
  std::string Start();

  // Answers an RPC by its name, as in "BatchReviewApplications"; called on the server's threads.
  template <typename Request, typename Response>
  void On(const std::string& method,
          std::function<grpc::Status(const Request&, Response*)> answer) {
    handlers_[method] = [answer](const google::protobuf::Message& request,
                                 google::protobuf::Message* response) {
      return answer(dynamic_cast<const Request&>(request), dynamic_cast<Response*>(response));
    };
  }

  // Between calls: what a test wrote before is seen by the answers after, and the other way round.
  // The network orders them too, which ThreadSanitizer does not know.
  void HandOver() { const std::lock_guard<std::mutex> lock(mutex_); }

  // Requests heard, oldest first.
  template <typename Request>
  std::vector<Request> Heard() {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<Request> found;
    for (const auto& message : heard_) {
      if (const auto* request = dynamic_cast<const Request*>(message.get())) {
        found.push_back(*request);
      }
    }
    return found;
  }

  v1::Program program;
  std::vector<v1::Application> applications;
  std::vector<v1::Notice> notices;
  std::vector<v1::Provider> providers;
  std::vector<v1::Enterprise> enterprises;
  std::vector<v1::CloudAccount> accounts;
  std::vector<v1::Voucher> vouchers;
  std::vector<v1::Transfer> transfers;
  std::vector<v1::Statement> statements;
  std::map<uint64_t, std::vector<v1::StatementLine>> statement_lines;
  std::vector<v1::RecordedEntry> entries;
  std::vector<v1::TransferChange> changes;
  size_t rows_per_page = 1'000;
  // as_of_sequence of every answer, plus `moves` for each page.
  std::atomic<uint64_t> sequence = 900;
  uint64_t moves = 0;

 private:
  struct Services;

  // Remembers the request; answers it from `on` or says UNIMPLEMENTED.
  grpc::Status Answer(const char* method, const google::protobuf::Message& request,
                      google::protobuf::Message* response);

  std::mutex mutex_;
  std::vector<std::unique_ptr<google::protobuf::Message>> heard_;  // guarded by mutex_
  std::map<std::string, std::function<grpc::Status(const google::protobuf::Message&,
                                                   google::protobuf::Message*)>>
      handlers_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<grpc::Server> server_;
};

// INVALID_ARGUMENT that names malformed fields, as the server does: field, then what is wrong.
grpc::Status MalformedFields(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace voucher::client
