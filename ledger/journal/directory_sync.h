// Durable names: a new file survives a power cut only once its directory was synced.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace voucher {

// Syncs the directory that holds `path`. UNAVAILABLE on failure.
absl::Status SyncParentDirectory(const std::string& path);

}  // namespace voucher
