#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "prometheus/exposer.h"

namespace voucher {

// An HTTP server for scrapes on "HOST:PORT". UNAVAILABLE if the address cannot be had.
absl::StatusOr<std::unique_ptr<prometheus::Exposer>> StartExposer(
    const std::string& listen_address);

// Ends it. Its HTTP library looks whether to stop only when a connection comes, or else every 2 s,
// so this also connects.
void StopExposer(std::unique_ptr<prometheus::Exposer> exposer, const std::string& listen_address);

}  // namespace voucher
