#include "ledger/commit/committer.h"

#include <chrono>
#include <utility>

#include "ledger/base/check.h"
#include "ledger/base/thread_name.h"

namespace voucher {
namespace {

using SteadyClock = std::chrono::steady_clock;

// Nanoseconds since `*start`, which moves on to now.
int64_t Lap(SteadyClock::time_point* start) {
  const auto now = SteadyClock::now();
  const auto lap = now - std::exchange(*start, now);
  return std::chrono::duration_cast<std::chrono::nanoseconds>(lap).count();
}

}  // namespace

Committer::Committer(const LedgerOptions& options, Stores* stores, Publication* publication,
                     std::function<void()> on_done)
    : options_(options),
      stores_(stores),
      publication_(publication),
      on_done_(std::move(on_done)),
      replier_(options, publication),
      thread_([this] { Run(); }) {}

Committer::~Committer() {
  Stop();
}

void Committer::Stop() {
  if (!thread_.joinable()) return;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
  replier_.Stop();
}

void Committer::Start(std::unique_ptr<DecidedGroup> group) {
  VOUCHER_CHECK(in_flight_ == nullptr);
  in_flight_ = std::move(group);
  const MutexLock lock(mutex_);
  result_.reset();
  work_ = in_flight_.get();
  changed_.NotifyAll();
}

bool Committer::busy() {
  if (in_flight_ == nullptr) return false;
  const MutexLock lock(mutex_);
  return !result_.has_value();
}

absl::Status Committer::Finish(std::unique_ptr<DecidedGroup>* group) {
  const MutexLock lock(mutex_);
  while (!result_.has_value()) changed_.Wait(mutex_);
  *group = std::move(in_flight_);
  return *std::move(result_);
}

void Committer::Run() {
  NameThisThread("committer");
  while (true) {
    DecidedGroup* decided = nullptr;
    {
      const MutexLock lock(mutex_);
      while (work_ == nullptr && !stopping_) changed_.Wait(mutex_);
      if (work_ == nullptr) return;
      decided = std::exchange(work_, nullptr);
    }
    const absl::Status status = MakeDurable(decided);
    if (status.ok() && decided->on_durable) decided->on_durable();
    DurableGroup durable;
    if (status.ok()) {
      durable.finished = std::move(decided->finished);
      durable.report = std::move(decided->group.report());
      if (decided->state != nullptr) durable.last_sequence = decided->state->sequence();
    }
    {
      const MutexLock lock(mutex_);
      result_ = status;  // from here on the group may be gone
      changed_.NotifyAll();
    }
    on_done_();
    if (status.ok()) replier_.Answer(std::move(durable));
  }
}

absl::Status Committer::MakeDurable(DecidedGroup* decided) {
  Group& group = decided->group;
  if (group.empty()) return absl::OkStatus();
  Journal& journal = *stores_->journal;
  auto lap = SteadyClock::now();
  std::vector<Hash> leaf_hashes;
  absl::Status status =
      journal.Append(group.first_sequence(), journal.epoch(), group.stored(), &leaf_hashes);
  if (!status.ok()) return status;
  group.report().fsync_ns = Lap(&lap);

  group.SetLeafHashes(leaf_hashes);
  const Reached reached{
      .ledger_id = journal.ledger_id(), .sequence = group.last_sequence(), .root = journal.root()};
  status = stores_->views->Apply(*decided->changes, reached);
  if (!status.ok()) return status;
  decided->state = std::make_shared<const ReadSnapshot>(
      stores_->views->NewSnapshot(), reached.sequence, group.last_recorded_at(), reached.root);
  publication_->Publish(decided->state);
  group.report().views_ns = Lap(&lap);
  return absl::OkStatus();
}

}  // namespace voucher
