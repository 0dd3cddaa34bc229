#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "ledger/api/clock_watch.h"
#include "ledger/api/commands.h"
#include "ledger/api/options.h"
#include "ledger/api/outcome.h"
#include "ledger/base/clock.h"
#include "ledger/base/mutex.h"
#include "ledger/recovery/disk_space.h"

namespace voucher {

// The commands of one Submit on their way. Filled by the caller up to `done`, by admission up to
// `bytes`, by the sequencer after that.
struct Work {
  std::shared_ptr<Commands> commands;
  v1::Authority authority;
  Done done;

  UnixNanos received_at = 0;
  int64_t admitted_monotonic_nanos = 0;  // of the ledger's clock
  std::chrono::steady_clock::time_point admitted;
  size_t bytes = 0;

  std::vector<Outcome> outcomes;  // of the commands decided so far

  size_t undecided() const { return commands->size() - outcomes.size(); }
};

// True for the one command that is taken while the clock is suspect.
inline bool IsResume(const v1::Command& command) {
  return command.has_resume_after_clock_jump();
}

// The bounded FIFO queue in front of the sequencer: refuses at the door, never reorders.
// Thread-safe; one thread takes.
class AdmissionQueue {
 public:
  // `last_received_at`: the largest received_at of the ledger so far. All pointers must outlive the
  // queue.
  AdmissionQueue(const LedgerOptions& options, ClockWatch* watch, const DiskSpace* disk,
                 UnixNanos last_received_at);

  // Stamps received_at = max(previous, clock) and queues, under one lock, and leaves *work
  // null. Or UNAVAILABLE with its reason, *work untouched: closed, clock suspect, disk full,
  // refusal bucket empty, no room.
  absl::Status Admit(std::unique_ptr<Work>* work) VOUCHER_EXCLUDES(mutex_);

  // Admits nothing more: every later Admit is UnavailableError(reason, sentence). A second Close
  // replaces the first.
  void Close(absl::string_view reason, absl::string_view sentence) VOUCHER_EXCLUDES(mutex_);
  // The sentence of Close; nullopt while open.
  std::optional<std::string> closed() const VOUCHER_EXCLUDES(mutex_);

  // Waits until something is queued, the queue is closed or nudged, at most `timeout` of real time.
  // True if something is queued.
  bool WaitForWork(std::chrono::nanoseconds timeout) VOUCHER_EXCLUDES(mutex_);
  // Ends a WaitForWork, or the next one.
  void Nudge() VOUCHER_EXCLUDES(mutex_);

  // If nothing is queued, an instant that whatever is admitted later is received at or after;
  // nullopt if something is queued or the clock is suspect.
  std::optional<UnixNanos> Now() VOUCHER_EXCLUDES(mutex_);

  // The oldest work, until it holds `max_commands` or `max_bytes` (the last one may go
  // over), at least one unit if any.
  std::vector<std::unique_ptr<Work>> Take(size_t max_commands, size_t max_bytes)
      VOUCHER_EXCLUDES(mutex_);

  // Takes `refusals` out of the refusal bucket of an authority's principal; it may go below empty.
  void ChargeRefusals(const v1::Authority& authority, int64_t refusals) VOUCHER_EXCLUDES(mutex_);

  size_t queued_commands() const VOUCHER_EXCLUDES(mutex_);
  size_t queued_bytes() const VOUCHER_EXCLUDES(mutex_);

 private:
  struct Principal {
    size_t commands = 0;  // queued
    size_t bytes = 0;
    // Monotonic instant at which the refusal bucket is full again: each refusal moves it on by
    // 1/rate.
    int64_t bucket_full_at = 0;
  };
  struct Bucket {
    int64_t nanos_per_refusal;
    // Full again that far ahead of now, it holds exactly one refusal more; further ahead, none.
    int64_t last_nanos;
  };

  static Bucket MakeBucket(int64_t per_second, int64_t burst);
  Bucket BucketOf(const v1::Authority& authority) const;
  absl::Status CheckRoom(const Work& work, const Principal& principal) const
      VOUCHER_REQUIRES(mutex_);

  const Clock& clock_;
  ClockWatch* const watch_;
  const DiskSpace* const disk_;
  const size_t max_commands_, max_bytes_;
  const Bucket platform_bucket_, other_bucket_;

  mutable Mutex mutex_;
  CondVar changed_;
  std::optional<absl::Status> closed_ VOUCHER_GUARDED_BY(mutex_);
  bool nudged_ VOUCHER_GUARDED_BY(mutex_) = false;
  std::deque<std::unique_ptr<Work>> queue_ VOUCHER_GUARDED_BY(mutex_);
  size_t commands_ VOUCHER_GUARDED_BY(mutex_) = 0;
  size_t bytes_ VOUCHER_GUARDED_BY(mutex_) = 0;
  UnixNanos last_received_at_ VOUCHER_GUARDED_BY(mutex_);
  // One per principal that ever submitted; principals are configured, so few.
  absl::flat_hash_map<std::string, Principal> principals_ VOUCHER_GUARDED_BY(mutex_);
};

}  // namespace voucher
