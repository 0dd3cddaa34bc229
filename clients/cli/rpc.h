// RPCs by name, with messages made from descriptors.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

#include "clients/cpp/client.h"

namespace voucher::cli {

// An RPC and how to make its messages.
class Rpc {
 public:
  // By "Service/Method", the service with or without its package. INVALID_ARGUMENT naming the
  // methods there are if there is none.
  static absl::StatusOr<Rpc> Find(absl::string_view name);

  // Names of all RPCs, as in "ProgramService/GetBudget", in the order of the contract.
  static std::vector<std::string> Names();

  const google::protobuf::MethodDescriptor& method() const { return *method_; }
  std::unique_ptr<google::protobuf::Message> NewRequest() const;
  std::unique_ptr<google::protobuf::Message> NewResponse() const;

  // Calls it; it must be unary. Only RPCs of voucher.v1 are retried: repeating those is safe.
  absl::Status Call(const client::Client& client, const google::protobuf::Message& request,
                    google::protobuf::Message* response) const;

 private:
  explicit Rpc(const google::protobuf::MethodDescriptor* method) : method_(method) {}

  const google::protobuf::MethodDescriptor* method_;
};

}  // namespace voucher::cli
