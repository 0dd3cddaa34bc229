// What the disk itself takes.
#pragma once

#include <chrono>
#include <string>

#include "absl/status/statusor.h"

#include "tests/bench/histogram.h"

namespace voucher::bench {

// Appends 4 KiB to a new file in `directory` and fsyncs it, one after the other; each latency is
// that of write and fsync together. Removes the file. UNAVAILABLE if the disk fails.
absl::StatusOr<Histogram> ProbeFsync(const std::string& directory,
                                     std::chrono::milliseconds duration);

}  // namespace voucher::bench
