#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"

#include "ledger/api/group_report.h"
#include "ledger/base/clock.h"

namespace voucher {

// How a ledger is opened and bounded.
struct LedgerOptions {
  // Directory of the database; holds journal/, views/, high-water-mark and ballast.
  std::string path;
  // Create an empty ledger if there is none.
  bool create_if_missing = false;
  // Open without the right to mutate, whatever the state.
  bool read_only = false;
  // Not owned; must outlive the ledger.
  const Clock* clock = nullptr;
  // Accept a clock more than 24 h after the high-water mark and the last record.
  bool confirm_clock = false;
  // Admission bounds of the queue. One principal holds at most half of each. A submission larger
  // than that is never admitted.
  size_t max_queued_commands = 65'536;
  size_t max_queued_bytes = 256u << 20;
  // Bounds of one group.
  size_t max_group_commands = 8'192;
  size_t max_group_bytes = 4u << 20;
  // Free disk space in bytes below which mutations are UNAVAILABLE; reads go on.
  uint64_t min_free_bytes = 512u << 20;
  // Size of the ballast file: room to restart on a disk that became full all the same.
  uint64_t ballast_bytes = 16u << 20;
  // Refusal bucket of PLATFORM principals and of others: refill per second, burst.
  int64_t platform_refusals_per_second = 1'000, platform_refusal_burst = 50'000;
  int64_t other_refusals_per_second = 100, other_refusal_burst = 5'000;
  // Called on a thread of the ledger after each durable group; must be quick. May be empty.
  std::function<void(const GroupReport&)> on_group;
  // Progress of a rebuild of the views, at most a few times a second. May be empty.
  std::function<void(uint64_t done, uint64_t total)> on_rebuild_progress;
  // One line of operational log (level: 0 info, 1 warning, 2 error), from any thread. May be empty.
  std::function<void(int level, absl::string_view line)> on_log;
  // How a failed write ends the process, after the log line and the replies. Empty: std::abort. If
  // it returns (tests), the ledger is read-only.
  std::function<void()> fail_stop;
  // Called on the sequencer thread before each group takes from the queue; for tests that hold it
  // up. May be empty.
  std::function<void()> before_group;
};

}  // namespace voucher
