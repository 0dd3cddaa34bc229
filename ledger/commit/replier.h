#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "ledger/api/group_report.h"
#include "ledger/api/options.h"
#include "ledger/base/mutex.h"
#include "ledger/commit/admission.h"
#include "ledger/commit/decided_group.h"
#include "ledger/commit/publication.h"

namespace voucher {

// What is left to do when a group is durable.
struct DurableGroup {
  // Submissions whose last command it decided.
  std::vector<std::unique_ptr<Work>> finished;
  GroupReport report;
  // Its last entry; 0 if it recorded none.
  uint64_t last_sequence = 0;
};

// The end of the write path, on a thread of its own: answers the callers, tells who follows the
// ledger, and frees what the group took. Thread-safe.
class Replier {
 public:
  // Both must outlive the replier.
  Replier(const LedgerOptions& options, Publication* publication);
  // As Stop.
  ~Replier();
  Replier(const Replier&) = delete;
  Replier& operator=(const Replier&) = delete;

  // Takes a durable group to answer; groups are answered in this order. Waits while too many are
  // not answered yet, so that nobody who is slow to take replies can make memory grow.
  void Answer(DurableGroup group) VOUCHER_EXCLUDES(mutex_);
  // Takes a group that nobody needs any more, to free it off the write path.
  void Free(std::unique_ptr<DecidedGroup> group) VOUCHER_EXCLUDES(mutex_);

  // Ends the thread once everything is answered. Nothing may come after that.
  void Stop() VOUCHER_EXCLUDES(mutex_);

 private:
  void Run() VOUCHER_EXCLUDES(mutex_);
  void AnswerNow(DurableGroup group) const;

  const LedgerOptions& options_;
  Publication* const publication_;

  Mutex mutex_;
  CondVar changed_;
  std::deque<DurableGroup> durable_ VOUCHER_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<DecidedGroup>> unneeded_ VOUCHER_GUARDED_BY(mutex_);
  bool stopping_ VOUCHER_GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

}  // namespace voucher
