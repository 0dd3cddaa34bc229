#include "tests/support/announced_refusal.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

#include "voucher/v1/options.pb.h"

namespace voucher::testing {

namespace {

// The RPC with this request; nullptr if there is none.
const google::protobuf::MethodDescriptor* RpcOf(const google::protobuf::Descriptor* request) {
  for (int s = 0; s < request->file()->service_count(); ++s) {
    const auto* service = request->file()->service(s);
    for (int m = 0; m < service->method_count(); ++m) {
      if (service->method(m)->input_type() == request) return service->method(m);
    }
  }
  return nullptr;
}

}  // namespace

std::string UnannouncedRefusal(const v1::Entry& entry) {
  if (!entry.has_refusal()) return "";
  const std::string& reason = v1::Reason_Name(entry.refusal().reason());
  const v1::Command& command = entry.command();
  const auto* verb = command.GetReflection()->GetOneofFieldDescriptor(
      command, command.GetDescriptor()->FindOneofByName("verb"));
  const auto* rpc = verb == nullptr ? nullptr : RpcOf(verb->message_type());
  if (rpc == nullptr) return absl::StrCat("no RPC, but the refusal ", reason);
  const auto& announced = rpc->options().GetExtension(v1::rpc).refusals();
  if (std::find(announced.begin(), announced.end(), entry.refusal().reason()) != announced.end()) {
    return "";
  }
  return absl::StrCat("the options of ", rpc->full_name(), " do not name its refusal ", reason);
}

std::vector<v1::Reason> AnnouncedRefusals(const google::protobuf::Message& request) {
  std::vector<v1::Reason> reasons;
  const auto* rpc = RpcOf(request.GetDescriptor());
  if (rpc == nullptr) return reasons;
  for (const int reason : rpc->options().GetExtension(v1::rpc).refusals()) {
    reasons.push_back(static_cast<v1::Reason>(reason));
  }
  return reasons;
}

}  // namespace voucher::testing
