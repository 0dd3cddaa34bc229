#include "clients/cli/rpc.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "voucher/dev/v1/clock_service.pb.h"
#include "voucher/v1/settlement_service.pb.h"

namespace voucher::cli {
namespace {

using google::protobuf::FileDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// Naming a message of each file also makes the linker keep the file's descriptor.
std::vector<const ServiceDescriptor*> Services() {
  const FileDescriptor* const files[] = {
      v1::GetBudgetRequest::descriptor()->file(),
      v1::GetEnterpriseRequest::descriptor()->file(),
      v1::GetApplicationRequest::descriptor()->file(),
      v1::GetVoucherRequest::descriptor()->file(),
      v1::GetStatementRequest::descriptor()->file(),
      v1::GetEntryRequest::descriptor()->file(),
      v1::GetStatusRequest::descriptor()->file(),
      dev::v1::GetClockRequest::descriptor()->file(),
  };
  std::vector<const ServiceDescriptor*> services;
  for (const FileDescriptor* file : files) {
    for (int i = 0; i < file->service_count(); ++i) services.push_back(file->service(i));
  }
  return services;
}

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(type)->New());
}

}  // namespace

absl::StatusOr<Rpc> Rpc::Find(absl::string_view name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  for (const ServiceDescriptor* service : Services()) {
    if (parts.size() != 2 || (parts[0] != service->name() && parts[0] != service->full_name())) {
      continue;
    }
    if (const MethodDescriptor* method = service->FindMethodByName(parts[1])) return Rpc(method);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no RPC '", name, "'; there are\n  ", absl::StrJoin(Names(), "\n  ")));
}

std::vector<std::string> Rpc::Names() {
  std::vector<std::string> names;
  for (const ServiceDescriptor* service : Services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      names.push_back(absl::StrCat(service->name(), "/", service->method(i)->name()));
    }
  }
  return names;
}

std::unique_ptr<Message> Rpc::NewRequest() const {
  return NewMessage(method_->input_type());
}

std::unique_ptr<Message> Rpc::NewResponse() const {
  return NewMessage(method_->output_type());
}

absl::Status Rpc::Call(const client::Client& client, const Message& request,
                       Message* response) const {
  client::CallOptions options;
  if (method_->file()->package() != "voucher.v1") {
    options.retry = client::RetryPolicy();
    options.retry->max_attempts = 1;
  }
  return client.Call(absl::StrCat("/", method_->service()->full_name(), "/", method_->name()),
                     request, response, options);
}

}  // namespace voucher::cli
