#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "ledger/base/sha256.h"

namespace voucher::testing {

// Brings the views in the data directory of a dead server up to its journal, as a start does, and
// returns their digest. Without views they are built anew.
absl::StatusOr<Hash> CaughtUpViewsDigest(const std::string& data_directory);

}  // namespace voucher::testing
