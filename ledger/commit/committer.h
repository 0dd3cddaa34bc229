#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "absl/status/status.h"

#include "ledger/api/options.h"
#include "ledger/base/mutex.h"
#include "ledger/commit/decided_group.h"
#include "ledger/commit/group.h"
#include "ledger/commit/publication.h"
#include "ledger/commit/replier.h"
#include "ledger/recovery/stores.h"

namespace voucher {

// The second part of the write path, on a thread of its own: makes one group durable while the
// sequencer decides the next and the replier answers the one before:
//   journal, one synced write -> views -> snapshot -> to the replier
//
// While a group is in flight, the sequencer may read its entries and changes; receipts and the
// report are the committer's. All members are for the sequencer's thread.
class Committer {
 public:
  // `on_done` is called, on the committer's thread, when a group is durable or has failed.
  // Everything must outlive the committer.
  Committer(const LedgerOptions& options, Stores* stores, Publication* publication,
            std::function<void()> on_done);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // Takes a group that follows the last one. None may be in flight.
  void Start(std::unique_ptr<DecidedGroup> group) VOUCHER_EXCLUDES(mutex_);

  // The group from Start to Finish; nullptr if there is none.
  const Group* in_flight() const { return in_flight_ != nullptr ? &in_flight_->group : nullptr; }
  // True while the group in flight is neither durable nor failed.
  bool busy() VOUCHER_EXCLUDES(mutex_);
  // Waits until it is, and hands it back: durable, with its work answered or about to be; or
  // the error, with them unanswered and the outcome unknown.
  absl::Status Finish(std::unique_ptr<DecidedGroup>* group) VOUCHER_EXCLUDES(mutex_);
  // Frees a group that was handed back, on another thread.
  void Free(std::unique_ptr<DecidedGroup> group) { replier_.Free(std::move(group)); }

  // Ends the thread once everything is answered. Nothing may be in flight, nor start after that.
  void Stop() VOUCHER_EXCLUDES(mutex_);

 private:
  void Run() VOUCHER_EXCLUDES(mutex_);
  absl::Status MakeDurable(DecidedGroup* decided);

  const LedgerOptions& options_;
  Stores* const stores_;
  Publication* const publication_;
  const std::function<void()> on_done_;
  Replier replier_;

  // Of the sequencer's thread; the committer works on it while result_ is unset.
  std::unique_ptr<DecidedGroup> in_flight_;

  Mutex mutex_;
  CondVar changed_;
  DecidedGroup* work_ VOUCHER_GUARDED_BY(mutex_) = nullptr;  // to be made durable
  std::optional<absl::Status> result_ VOUCHER_GUARDED_BY(mutex_);
  bool stopping_ VOUCHER_GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

}  // namespace voucher
