#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace voucher::testing {

// The body of a plain HTTP GET of `path` from "127.0.0.1:PORT". UNAVAILABLE without a connection or
// another status than 200.
absl::StatusOr<std::string> HttpGet(const std::string& address, const std::string& path);

}  // namespace voucher::testing
