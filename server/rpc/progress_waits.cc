#include "server/rpc/progress_waits.h"

#include <algorithm>
#include <utility>

#include "ledger/base/thread_name.h"

namespace voucher {

ProgressWaits::ProgressWaits(Ledger* ledger, WorkerPool* pool) : ledger_(ledger), pool_(pool) {
  thread_ = std::thread([this] { Run(); });
  progress_ = ledger_->OnProgress([this](uint64_t sequence) {
    MutexLock lock(mutex_);
    reached_ = std::max(reached_, sequence);
    if (!waiting_.empty()) changed_.NotifyOne();
  });
}

ProgressWaits::~ProgressWaits() {
  progress_.reset();
  Stop();
  {
    MutexLock lock(mutex_);
    ending_ = true;
    changed_.NotifyOne();
  }
  thread_.join();
}

bool ProgressWaits::Add(uint64_t sequence, TimePoint not_before, TimePoint deadline, Work work,
                        uint64_t* id) {
  // Read before the lock: a group that becomes durable in between still calls back and finds the
  // wait.
  const uint64_t reached = ledger_->Snapshot()->sequence();
  MutexLock lock(mutex_);
  if (stopped_ || waiting_.size() >= kMaxWaiting) return false;
  reached_ = std::max(reached_, reached);
  *id = next_id_++;
  waiting_.emplace(*id, Waiting{sequence, not_before, deadline, std::move(work)});
  changed_.NotifyOne();
  return true;
}

void ProgressWaits::Wake(uint64_t id) {
  MutexLock lock(mutex_);
  auto found = waiting_.find(id);
  if (found == waiting_.end()) return;
  PostOne(std::move(found->second), Result::kTimedOut);
  waiting_.erase(found);
}

void ProgressWaits::Stop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  for (auto& [id, waiting] : waiting_) PostOne(std::move(waiting), Result::kStopped);
  waiting_.clear();
}

void ProgressWaits::Run() {
  NameThisThread("progress-waits");
  MutexLock lock(mutex_);
  while (!ending_) {
    const TimePoint next = PostDue(std::chrono::steady_clock::now());
    if (next == TimePoint::max()) {
      changed_.Wait(mutex_);
    } else {
      changed_.WaitUntil(mutex_, next);
    }
  }
}

ProgressWaits::TimePoint ProgressWaits::PostDue(TimePoint now) {
  TimePoint next = TimePoint::max();
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const Waiting& waiting = it->second;
    const bool reached = waiting.sequence <= reached_;
    if ((reached && waiting.not_before <= now) || waiting.deadline <= now) {
      PostOne(std::move(it->second), reached ? Result::kReached : Result::kTimedOut);
      it = waiting_.erase(it);
      continue;
    }
    next = std::min(next, waiting.deadline);
    if (reached) next = std::min(next, waiting.not_before);
    ++it;
  }
  return next;
}

void ProgressWaits::PostOne(Waiting waiting, Result result) {
  pool_->Post([work = std::move(waiting.work), result] { work(result); });
}

}  // namespace voucher
