// What the contract says of an RPC: its kind, who may call it, what it may be refused with, whether
// it may be sent again.
#pragma once

#include "absl/strings/string_view.h"

#include "voucher/v1/options.pb.h"

namespace voucher::client {

// The options of the RPC at this path, as in "/voucher.v1.CreditService/Redeem"; nullptr if no such
// RPC is compiled in, or if it has none. They live as long as the program. Thread-safe.
const v1::RpcOptions* RpcOptionsOf(absl::string_view path);

// True if the same request may be sent again when its outcome is not known. False for an RPC that
// RpcOptionsOf does not know.
bool IsRetrySafe(absl::string_view path);

}  // namespace voucher::client
