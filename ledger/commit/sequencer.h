#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "ledger/api/clock_watch.h"
#include "ledger/api/options.h"
#include "ledger/api/outcome.h"
#include "ledger/api/snapshot.h"
#include "ledger/commit/admission.h"
#include "ledger/commit/committer.h"
#include "ledger/commit/group.h"
#include "ledger/commit/publication.h"
#include "ledger/machine/machine.h"
#include "ledger/machine/pending_timers.h"
#include "ledger/recovery/disk_space.h"
#include "ledger/recovery/stores.h"
#include "ledger/state/writer_rows.h"

namespace voucher {

// How long a command may wait for its turn (design: time and order).
inline constexpr int64_t kMaxQueuedNanos = 10 * kNanosPerSecond;

// The one thread that decides. It takes what is queued, decides it and changes its state in place,
// also while the committer makes the group before durable: what comes until then joins the group.
// Then the committer has it, with the rows that it changed as bytes.
//
// A deadline splits the ledger: everything that was received before it is decided before the timer
// is booked, everything that was received then or later after it. The queue is in the order of
// received_at, so a timer is due when the next command was received at its instant or later, or
// when nothing waits and nothing earlier can come any more.
//
// Nobody else sees the state, and it is never taken back: a group that cannot be made durable ends
// the process.
class Sequencer {
 public:
  // Takes the state of `stores`, which must be open for writing, and starts the thread. Everything
  // must outlive the sequencer.
  Sequencer(const LedgerOptions& options, Stores* stores, AdmissionQueue* queue, ClockWatch* watch,
            DiskSpace* disk, Publication* publication);

  // Closes the queue if it is open.
  ~Sequencer();
  Sequencer(const Sequencer&) = delete;
  Sequencer& operator=(const Sequencer&) = delete;

  // Ends the thread once the queue is closed and everything in it is answered, and writes the mark
  // and the views for good. Called once.
  void Join();

 private:
  void Run();
  // False after a fail-stop.
  bool RunGroup();
  // Books the timers due by `latest`. False if the group must end before all are booked.
  bool FireTimers(UnixNanos latest, Group* group);
  // Decides what is queued as long as the group has room. True if it has some left.
  bool DecideQueued(Group* group);
  // Decides commands of one work until it is done or the group has no room.
  void DecideWork(Work* work, Group* group);
  // Once in so many commands, warms the rows of those that come next.
  void PrefetchAhead();
  Outcome DecideNext(const Work& work, Group* group);
  bool MustEnd(const Group& group) const;
  // Waits for the group in flight, if any, whose rows are stored then. False after a fail-stop.
  bool Settle();
  // `failed` is the group that could not be made durable, if any.
  void FailStop(std::unique_ptr<DecidedGroup> failed, const absl::Status& why);
  // Answers work after a failure: what is durable as it is, the rest as unknown.
  void AnswerUnknown(std::vector<std::unique_ptr<Work>> unanswered) const;

  bool TimerIsDue(const ClockReading& now) const;
  // True while the clock is suspect.
  bool WatchClock(const ClockReading& now);
  // Once a second: measures free space and, if it moved or is old, writes the high-water mark.
  absl::Status Housekeep();
  absl::Status WriteMark();
  void Log(int level, absl::string_view line) const;

  const LedgerOptions& options_;
  Stores* const stores_;
  AdmissionQueue* const queue_;
  ClockWatch* const watch_;
  DiskSpace* const disk_;
  Publication* const publication_;

  // Of the thread.
  std::shared_ptr<const ReadSnapshot> base_;  // what state_ reads
  const std::unique_ptr<WriterRows> state_;
  PendingTimers timers_;
  UnixNanos last_recorded_at_ = 0;
  std::deque<std::unique_ptr<Work>> taken_;
  std::vector<std::unique_ptr<Work>> finished_;  // decided in the current group
  size_t room_ = 0;                              // commands that it still takes
  size_t timer_room_ = 0;                        // timers that it still books
  size_t prefetched_ = 0;                        // commands next in turn that are warmed
  std::vector<Waiting> ahead_;                   // of one PrefetchAhead
  std::optional<ClockReading> resumed_;  // set by an accepted ResumeAfterClockJump in the group
  bool was_suspect_ = false;
  UnixNanos trusted_wall_ = 0;  // last reading while not suspect
  std::chrono::steady_clock::time_point next_housekeeping_;
  uint64_t marked_sequence_ = 0;
  UnixNanos marked_wall_ = 0;
  bool failed_ = false;

  Committer committer_;
  std::thread thread_;
};

}  // namespace voucher
