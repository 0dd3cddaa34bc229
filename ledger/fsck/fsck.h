// Verification of a database or a backup, offline and from the entries up.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "ledger/fsck/report.h"

namespace voucher {

struct FsckOptions {
  // Directory of the database; holds journal/, and usually views/ and high-water-mark. Nothing in
  // it is changed.
  std::string path;
  // Directory to be made for the replayed rows, about as large as views/, and removed at the end.
  std::string rows_path;
  // Decide every entry again.
  bool redecide = false;
  // Stop the replay before this entry, because applying it ended an earlier run; that is a finding.
  // 0: none.
  uint64_t inadmissible_entry = 0;
  // If set, holds the entry that is being applied, 0 outside the replay.
  std::atomic<uint64_t>* applying = nullptr;
  // Called now and then with what goes on. May be empty.
  std::function<void(absl::string_view phase, uint64_t done, uint64_t total)> on_progress;
};

// Checks everything and reports; a damaged ledger is a report with findings, not an error.
//
// Applying an entry that no Decide could have made aborts the process: run it in a child process
// and, if that ended while `applying` an entry, once more with `inadmissible_entry`.
//
// Errors: NOT_FOUND (no journal there), FAILED_PRECONDITION (a server has it open), UNAVAILABLE
// (file system, also of rows_path).
absl::StatusOr<FsckReport> RunFsck(const FsckOptions& options);

}  // namespace voucher
