// What a ledger takes on disk.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace voucher::bench {

// Bytes of the files of a closed ledger, by what they hold.
struct DiskUsage {
  int64_t blocks = 0;       // the journal's tables of entries
  int64_t tiles = 0;        // the journal's tables of hashes
  int64_t journal_log = 0;  // the journal's write-ahead log, not yet in tables
  int64_t views = 0;        // the views' tables
};

// Of the ledger in `data_directory`. UNAVAILABLE if it cannot be read.
absl::StatusOr<DiskUsage> MeasureDisk(const std::string& data_directory);

}  // namespace voucher::bench
