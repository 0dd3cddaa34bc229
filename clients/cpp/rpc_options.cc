#include "clients/cpp/rpc_options.h"

#include <string>

#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"

namespace voucher::client {

const v1::RpcOptions* RpcOptionsOf(absl::string_view path) {
  if (!absl::ConsumePrefix(&path, "/")) return nullptr;
  const auto* method = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
      absl::StrReplaceAll(path, {{"/", "."}}));
  if (method == nullptr || !method->options().HasExtension(v1::rpc)) return nullptr;
  return &method->options().GetExtension(v1::rpc);
}

bool IsRetrySafe(absl::string_view path) {
  const v1::RpcOptions* options = RpcOptionsOf(path);
  return options != nullptr && options->retry_safe();
}

}  // namespace voucher::client
