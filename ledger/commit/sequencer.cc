#include "ledger/commit/sequencer.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/api/unavailable.h"
#include "ledger/base/thread_name.h"
#include "ledger/machine/machine.h"

namespace voucher {
namespace {

using SteadyClock = std::chrono::steady_clock;

// How soon a timer, a moved manual clock or a clock jump is noticed while nothing is submitted.
constexpr std::chrono::milliseconds kIdlePoll{50};
constexpr std::chrono::seconds kHousekeepingEvery{1};
// How old the mark's instant may get while nothing is recorded; start compares the clock with it.
constexpr int64_t kMarkRefreshNanos = 600 * kNanosPerSecond;
constexpr size_t kMaxTimersPerGroup = 512;
// Rows of each table that the writer keeps in memory.
constexpr size_t kHotRows = 1u << 18;

int64_t NanosSince(SteadyClock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(SteadyClock::now() - start).count();
}

UnixNanos LastRecordedAt(const View& view) {
  const rows::CountersRow* counters = view.Find<tables::Counters>({});
  return counters != nullptr ? counters->recorded_unix_ns() : 0;
}

}  // namespace

Sequencer::Sequencer(const LedgerOptions& options, Stores* stores, AdmissionQueue* queue,
                     ClockWatch* watch, DiskSpace* disk, Publication* publication)
    : options_(options),
      stores_(stores),
      queue_(queue),
      watch_(watch),
      disk_(disk),
      publication_(publication),
      base_(publication->newest()),
      state_(std::move(stores->state)),
      timers_(*state_),
      last_recorded_at_(LastRecordedAt(*state_)),
      trusted_wall_(options.clock->WallNow()),
      marked_sequence_(stores->journal->end_sequence()),
      marked_wall_(trusted_wall_),
      committer_(options, stores, publication, [queue] { queue->Nudge(); }) {
  state_->CacheAtMost(kHotRows);
  state_->StoredIn(&base_->rows());
  thread_ = std::thread([this] { Run(); });
}

Sequencer::~Sequencer() {
  if (!thread_.joinable()) return;
  queue_->Close(unavailable::kDraining, "the server is going down");
  Join();
}

void Sequencer::Join() {
  thread_.join();
  committer_.Stop();
  if (failed_) return;
  if (absl::Status status = WriteMark(); !status.ok()) Log(2, status.message());
  if (absl::Status status = stores_->views->Flush(); !status.ok()) Log(2, status.message());
}

void Sequencer::Run() {
  NameThisThread("sequencer");
  while (true) {
    const bool work = !taken_.empty() || queue_->WaitForWork(kIdlePoll);
    if (!work && queue_->closed()) {
      Settle();
      return;
    }
    const ClockReading now = options_.clock->Read();
    WatchClock(now);
    if (work || TimerIsDue(now)) {
      if (options_.before_group) options_.before_group();
      if (!RunGroup()) return;
    } else if (!committer_.busy() && !Settle()) {
      return;
    }
    if (absl::Status status = Housekeep(); !status.ok()) {
      if (Settle()) FailStop(nullptr, status);
      return;
    }
  }
}

bool Sequencer::RunGroup() {
  auto start = SteadyClock::now();
  const Group* before = committer_.in_flight();
  auto decided = std::make_unique<DecidedGroup>(state_.get(), stores_->journal.get(),
                                                last_recorded_at_, before);
  Group& group = decided->group;
  room_ = options_.max_group_commands;
  timer_room_ = kMaxTimersPerGroup;
  bool open = DecideQueued(&group);
  group.report().decide_ns = NanosSince(start);
  while (open && committer_.busy()) {
    if (!queue_->WaitForWork(kIdlePoll)) {
      if (queue_->closed()) break;
      continue;
    }
    start = SteadyClock::now();
    open = DecideQueued(&group);
    group.report().decide_ns += NanosSince(start);
  }
  if (taken_.empty()) {
    if (const auto now = queue_->Now()) FireTimers(*now, &group);
  }
  if (!Settle()) return false;
  decided->finished = std::exchange(finished_, {});
  if (group.empty() && decided->finished.empty()) return true;
  group.ForgetPrevious();
  timers_.Follow(*state_);
  decided->changes = state_->TakeChanges();
  last_recorded_at_ = group.last_recorded_at();
  const bool resumes = resumed_.has_value();
  if (resumes) {
    decided->on_durable = [watch = watch_, resumed = *resumed_] { watch->Accept(resumed); };
  }
  committer_.Start(std::move(decided));
  if (!resumes) return true;
  if (!Settle()) return false;
  resumed_.reset();
  Log(1, "mutations resumed after the clock jump");
  return true;
}

bool Sequencer::Settle() {
  if (committer_.in_flight() == nullptr) return true;
  std::unique_ptr<DecidedGroup> group;
  if (const absl::Status status = committer_.Finish(&group); !status.ok()) {
    FailStop(std::move(group), status);
    return false;
  }
  if (group->state != nullptr) {
    state_->StoredIn(&group->state->rows());
    base_ = std::move(group->state);
  }
  committer_.Free(std::move(group));
  return true;
}

bool Sequencer::FireTimers(UnixNanos latest, Group* group) {
  while (const auto timer = timers_.First(*state_, latest)) {
    if (timer_room_ == 0 || MustEnd(*group)) return false;
    --timer_room_;
    group->Fire(*timer, std::max(latest, options_.clock->Read().wall));
  }
  return true;
}

bool Sequencer::DecideQueued(Group* group) {
  size_t waiting = 0;
  for (const auto& work : taken_) waiting += work->undecided();
  if (waiting < room_) {
    for (auto& work : queue_->Take(room_ - waiting, options_.max_group_bytes)) {
      taken_.push_back(std::move(work));
    }
  }
  while (!taken_.empty() && room_ > 0 && !MustEnd(*group)) {
    DecideWork(taken_.front().get(), group);
    if (taken_.front()->undecided() > 0) break;
    finished_.push_back(std::move(taken_.front()));
    taken_.pop_front();
  }
  return taken_.empty() && room_ > 0 && !MustEnd(*group);
}

void Sequencer::DecideWork(Work* work, Group* group) {
  int64_t refusals = 0;
  work->outcomes.reserve(work->commands->size());
  for (; work->undecided() > 0 && room_ > 0 && !MustEnd(*group); --room_) {
    if (!was_suspect_ && !FireTimers(work->received_at, group)) break;
    PrefetchAhead();
    const size_t entries = group->stored().size();
    work->outcomes.push_back(DecideNext(*work, group));
    if (group->stored().size() == entries) continue;
    group->report().items.back().queue_ns = NanosSince(work->admitted);
    if (work->outcomes.back().recorded->entry.has_refusal()) ++refusals;
  }
  if (refusals > 0) queue_->ChargeRefusals(work->authority, refusals);
}

void Sequencer::PrefetchAhead() {
  if (prefetched_ > 0) {
    --prefetched_;
    return;
  }
  ahead_.clear();
  for (const auto& work : taken_) {
    const size_t room = kPrefetchAhead - ahead_.size();
    if (room == 0) break;
    const size_t first = work->outcomes.size();
    const size_t count = std::min(room, work->undecided());
    for (size_t i = 0; i < count; ++i) {
      ahead_.push_back({work->commands->at(first + i), &work->authority});
    }
  }
  Prefetch(*state_, ahead_);
  prefetched_ = ahead_.size() - 1;
}

Outcome Sequencer::DecideNext(const Work& work, Group* group) {
  const size_t next = work.outcomes.size();
  const ClockReading now = options_.clock->Read();
  const bool suspect = WatchClock(now);
  if (now.monotonic_nanos - work.admitted_monotonic_nanos > kMaxQueuedNanos) {
    ++group->report().shed;
    return {UnavailableError(unavailable::kQueuedTooLong,
                             "not recorded: it waited more than 10 s for its turn; retry"),
            nullptr};
  }
  if (suspect && !IsResume((*work.commands)[next])) {
    return {UnavailableError(
                unavailable::kClockSuspect,
                "not recorded: the wall clock jumped; an administrator must resume the ledger"),
            nullptr};
  }
  Outcome outcome = group->Answer(
      work.commands, next, work.authority,
      {.received_at = work.received_at, .now = now.wall, .jump_ns = watch_->jump_ns()});
  if (group->Recorded(outcome) && outcome.recorded->entry.event().has_clock_resumed()) {
    resumed_ = now;
  }
  return outcome;
}

bool Sequencer::MustEnd(const Group& group) const {
  // What follows a resumption is decided after it is durable.
  return resumed_ || group.bytes() >= options_.max_group_bytes;
}

void Sequencer::FailStop(std::unique_ptr<DecidedGroup> failed, const absl::Status& why) {
  failed_ = true;
  Log(2, absl::StrCat("stopping: a write failed, the outcome of the last group is unknown: ",
                      why.ToString()));
  queue_->Close(unavailable::kReadOnly, absl::StrCat("a write failed: ", why.ToString()));
  committer_.Stop();  // what is durable is answered as such
  constexpr size_t kAll = std::numeric_limits<size_t>::max();
  if (failed != nullptr) AnswerUnknown(std::move(failed->finished));
  AnswerUnknown(std::move(finished_));
  AnswerUnknown({std::make_move_iterator(taken_.begin()), std::make_move_iterator(taken_.end())});
  taken_.clear();
  AnswerUnknown(queue_->Take(kAll, kAll));
  if (!options_.fail_stop) std::abort();
  options_.fail_stop();
}

void Sequencer::AnswerUnknown(std::vector<std::unique_ptr<Work>> unanswered) const {
  const absl::Status unknown =
      UnavailableError(unavailable::kOutcomeUnknown,
                       "outcome unknown: a write failed; retry with the same request_id");
  const uint64_t durable = publication_->newest()->sequence();
  for (const auto& work : unanswered) {
    for (Outcome& outcome : work->outcomes) {
      const bool is_durable =
          outcome.recorded == nullptr || outcome.recorded->entry.sequence() <= durable;
      if (!is_durable) outcome = {unknown, nullptr};
    }
    work->outcomes.resize(work->commands->size(), {unknown, nullptr});
    work->done(std::move(work->outcomes));
  }
}

bool Sequencer::TimerIsDue(const ClockReading& now) const {
  return !was_suspect_ && timers_.next_due() <= now.wall;
}

bool Sequencer::WatchClock(const ClockReading& now) {
  const bool suspect = watch_->Check(now);
  if (!suspect) trusted_wall_ = now.wall;
  if (suspect && !was_suspect_) {
    Log(2, absl::StrCat("the wall clock jumped by ", watch_->jump_ns() / 1'000'000,
                        " ms: mutations and timers stop until ResumeAfterClockJump"));
  }
  was_suspect_ = suspect;
  return suspect;
}

absl::Status Sequencer::Housekeep() {
  const auto now = SteadyClock::now();
  if (now < next_housekeeping_) return absl::OkStatus();
  next_housekeeping_ = now + kHousekeepingEvery;
  const bool had_room = disk_->enough();
  disk_->Refresh();
  if (had_room != disk_->enough()) {
    Log(had_room ? 2 : 0,
        absl::StrCat("free disk space: ", disk_->free_bytes(), " bytes: mutations ",
                     had_room ? "stop" : "are taken again"));
  }
  const bool moved = stores_->journal->end_sequence() != marked_sequence_;
  if (!moved && trusted_wall_ - marked_wall_ < kMarkRefreshNanos) return absl::OkStatus();
  return WriteMark();
}

absl::Status Sequencer::WriteMark() {
  const Journal::End end = stores_->journal->end();
  marked_sequence_ = end.sequence;
  marked_wall_ = trusted_wall_;
  return stores_->mark.Write({.ledger_id = stores_->journal->ledger_id(),
                              .epoch = end.epoch,
                              .sequence = end.sequence,
                              .root = end.root,
                              .wall_time = trusted_wall_});
}

void Sequencer::Log(int level, absl::string_view line) const {
  if (options_.on_log) options_.on_log(level, line);
}

}  // namespace voucher
