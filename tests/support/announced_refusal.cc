#include "tests/support/announced_refusal.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

#include "voucher/v1/options.pb.h"

namespace voucher::testing {

namespace {

// The RPC whose request is the command's verb; nullptr for a timer.
const google::protobuf::MethodDescriptor* RpcOf(const v1::Command& command) {
  const auto* verb = command.GetReflection()->GetOneofFieldDescriptor(
      command, command.GetDescriptor()->FindOneofByName("verb"));
  if (verb == nullptr) return nullptr;
  const auto* request = verb->message_type();
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
  const auto* rpc = RpcOf(entry.command());
  if (rpc == nullptr) return absl::StrCat("no RPC, but the refusal ", reason);
  const auto& announced = rpc->options().GetExtension(v1::rpc).refusals();
  if (std::find(announced.begin(), announced.end(), entry.refusal().reason()) != announced.end()) {
    return "";
  }
  return absl::StrCat("the options of ", rpc->full_name(), " do not name its refusal ", reason);
}

}  // namespace voucher::testing
