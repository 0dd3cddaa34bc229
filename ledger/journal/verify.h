// Verification of a whole journal from its blocks up, trusting nothing that is stored about them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

#include "ledger/base/sha256.h"

namespace voucher {

struct JournalVerification {
  std::string ledger_id;  // 32 hexadecimal digits
  uint64_t epoch = 1;     // of the last block
  uint64_t entries = 0;   // read from blocks, dense from sequence 1
  Hash root{};            // of these entries, rehashed
  // One sentence each with its place, in order of sequence; at most kMaxFindings are spelled out.
  std::vector<std::string> findings;
  uint64_t finding_count = 0;

  bool clean() const { return finding_count == 0; }
};

inline constexpr size_t kMaxFindings = 100;

// Opens the journal read-only, also one that Journal::Open refuses, and compares: every block's
// key, ledger id, epoch, count, size before and root before; every complete tile with the rehashed
// entries; the frontier's size, epoch and root; and that nothing else is stored. `progress` is
// called now and then with entries done and expected.
// Errors: NOT_FOUND (no journal), DATA_LOSS (RocksDB cannot open it or reading fails),
// UNAVAILABLE (file system).
absl::StatusOr<JournalVerification> VerifyJournal(
    const std::string& path, absl::FunctionRef<void(uint64_t done, uint64_t total)> progress);

}  // namespace voucher
