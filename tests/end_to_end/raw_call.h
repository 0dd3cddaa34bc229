// Calls with bytes that no generated client would send.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "grpcpp/grpcpp.h"

#include "tests/support/api_client.h"

namespace voucher::testing {

// Sends `bytes` as the one request message of the unary call `path`, as in
// "/voucher.v1.CreditService/Redeem", and returns its status.
grpc::Status CallRaw(ApiClient& client, const std::string& path, absl::string_view bytes);

// The same on the bidirectional stream `path`, after which the client says that it is done.
grpc::Status StreamRaw(ApiClient& client, const std::string& path, absl::string_view bytes);

}  // namespace voucher::testing
