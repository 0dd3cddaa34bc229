#include "ledger/commit/replier.h"

#include <chrono>
#include <utility>

#include "ledger/base/thread_name.h"

namespace voucher {
namespace {

using SteadyClock = std::chrono::steady_clock;

// Durable groups that wait for their answers before the committer waits.
constexpr size_t kMaxUnanswered = 8;

}  // namespace

Replier::Replier(const LedgerOptions& options, Publication* publication)
    : options_(options), publication_(publication), thread_([this] { Run(); }) {}

Replier::~Replier() {
  Stop();
}

void Replier::Answer(DurableGroup group) {
  const MutexLock lock(mutex_);
  while (durable_.size() >= kMaxUnanswered) changed_.Wait(mutex_);
  durable_.push_back(std::move(group));
  changed_.NotifyAll();
}

void Replier::Free(std::unique_ptr<DecidedGroup> group) {
  // Freed at the next answers: one wake-up serves both.
  const MutexLock lock(mutex_);
  unneeded_.push_back(std::move(group));
}

void Replier::Stop() {
  if (!thread_.joinable()) return;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

void Replier::Run() {
  NameThisThread("replier");
  while (true) {
    std::deque<DurableGroup> durable;
    std::vector<std::unique_ptr<DecidedGroup>> unneeded;
    {
      const MutexLock lock(mutex_);
      while (durable_.empty() && !stopping_) changed_.Wait(mutex_);
      if (durable_.empty()) return;
      durable.swap(durable_);
      unneeded.swap(unneeded_);
      changed_.NotifyAll();
    }
    for (DurableGroup& group : durable) AnswerNow(std::move(group));
  }
}

void Replier::AnswerNow(DurableGroup group) const {
  const auto start = SteadyClock::now();
  for (const auto& work : group.finished) work->done(std::move(work->outcomes));
  if (group.last_sequence != 0) publication_->Announce(group.last_sequence);
  const auto lap = SteadyClock::now() - start;
  group.report.reply_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(lap).count();
  group.report.last_sequence = publication_->newest()->sequence();
  if (options_.on_group) options_.on_group(group.report);
}

}  // namespace voucher
