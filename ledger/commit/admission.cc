#include "ledger/commit/admission.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

#include "ledger/api/unavailable.h"
#include "ledger/base/check.h"

namespace voucher {

AdmissionQueue::Bucket AdmissionQueue::MakeBucket(int64_t per_second, int64_t burst) {
  const int64_t nanos_per_refusal = kNanosPerSecond / per_second;
  return {nanos_per_refusal, nanos_per_refusal * (burst - 1)};
}

AdmissionQueue::AdmissionQueue(const LedgerOptions& options, ClockWatch* watch,
                               const DiskSpace* disk, UnixNanos last_received_at)
    : clock_(*options.clock),
      watch_(watch),
      disk_(disk),
      max_commands_(options.max_queued_commands),
      max_bytes_(options.max_queued_bytes),
      platform_bucket_(
          MakeBucket(options.platform_refusals_per_second, options.platform_refusal_burst)),
      other_bucket_(MakeBucket(options.other_refusals_per_second, options.other_refusal_burst)),
      last_received_at_(last_received_at) {}

absl::Status AdmissionQueue::Admit(std::unique_ptr<Work>* work) {
  Work& s = **work;
  bool only_resumes = true;
  for (size_t i = 0; i < s.commands->size(); ++i) {
    s.bytes += (*s.commands)[i].ByteSizeLong();
    only_resumes = only_resumes && IsResume((*s.commands)[i]);
  }
  const MutexLock lock(mutex_);
  if (closed_) return *closed_;
  const ClockReading now = clock_.Read();
  if (watch_->Check(now) && !only_resumes) {
    return UnavailableError(unavailable::kClockSuspect,
                            "the wall clock jumped; an administrator must resume the ledger");
  }
  if (!disk_->enough()) {
    return UnavailableError(unavailable::kDiskFull, "too little free disk space for mutations");
  }
  Principal& principal = principals_[s.authority.principal()];
  if (principal.bucket_full_at - now.monotonic_nanos > BucketOf(s.authority).last_nanos) {
    return UnavailableError(unavailable::kRefusalBucketEmpty,
                            "too many recent commands of this principal were refused; slow down");
  }
  if (absl::Status room = CheckRoom(s, principal); !room.ok()) return room;

  last_received_at_ = std::max(last_received_at_, now.wall);
  s.received_at = last_received_at_;
  s.admitted_monotonic_nanos = now.monotonic_nanos;
  s.admitted = std::chrono::steady_clock::now();
  principal.commands += s.commands->size();
  principal.bytes += s.bytes;
  commands_ += s.commands->size();
  bytes_ += s.bytes;
  queue_.push_back(std::move(*work));
  changed_.NotifyOne();
  return absl::OkStatus();
}

absl::Status AdmissionQueue::CheckRoom(const Work& work, const Principal& principal) const {
  const size_t commands = work.commands->size();
  if (commands_ + commands > max_commands_ || bytes_ + work.bytes > max_bytes_) {
    return UnavailableError(unavailable::kOverloaded, "the queue is full; retry after a pause");
  }
  if (principal.commands + commands > max_commands_ / 2 ||
      principal.bytes + work.bytes > max_bytes_ / 2) {
    return UnavailableError(
        unavailable::kOverloaded,
        "this principal's half of the queue is full; retry after a pause, in smaller batches");
  }
  return absl::OkStatus();
}

void AdmissionQueue::Close(absl::string_view reason, absl::string_view sentence) {
  const MutexLock lock(mutex_);
  closed_ = UnavailableError(reason, sentence);
  changed_.NotifyAll();
}

std::optional<std::string> AdmissionQueue::closed() const {
  const MutexLock lock(mutex_);
  if (!closed_) return std::nullopt;
  return std::string(closed_->message());
}

bool AdmissionQueue::WaitForWork(std::chrono::nanoseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const MutexLock lock(mutex_);
  while (queue_.empty() && !closed_ && !nudged_ && changed_.WaitUntil(mutex_, deadline)) {
  }
  nudged_ = false;
  return !queue_.empty();
}

void AdmissionQueue::Nudge() {
  const MutexLock lock(mutex_);
  nudged_ = true;
  changed_.NotifyOne();
}

std::optional<UnixNanos> AdmissionQueue::Now() {
  const MutexLock lock(mutex_);
  const ClockReading now = clock_.Read();
  if (!queue_.empty() || watch_->Check(now)) return std::nullopt;
  last_received_at_ = std::max(last_received_at_, now.wall);
  return last_received_at_;
}

std::vector<std::unique_ptr<Work>> AdmissionQueue::Take(size_t max_commands, size_t max_bytes) {
  std::vector<std::unique_ptr<Work>> taken;
  size_t commands = 0;
  size_t bytes = 0;
  const MutexLock lock(mutex_);
  while (!queue_.empty() && commands < max_commands && bytes < max_bytes) {
    const Work& s = *queue_.front();
    commands += s.commands->size();
    bytes += s.bytes;
    Principal& principal = principals_[s.authority.principal()];
    principal.commands -= s.commands->size();
    principal.bytes -= s.bytes;
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  VOUCHER_CHECK(commands <= commands_ && bytes <= bytes_) << commands << ' ' << bytes;
  commands_ -= commands;
  bytes_ -= bytes;
  return taken;
}

AdmissionQueue::Bucket AdmissionQueue::BucketOf(const v1::Authority& authority) const {
  return absl::c_linear_search(authority.roles(), v1::ROLE_PLATFORM) ? platform_bucket_
                                                                     : other_bucket_;
}

void AdmissionQueue::ChargeRefusals(const v1::Authority& authority, int64_t refusals) {
  const int64_t now = clock_.MonotonicNanos();
  const MutexLock lock(mutex_);
  int64_t& full_at = principals_[authority.principal()].bucket_full_at;
  full_at = std::max(full_at, now) + refusals * BucketOf(authority).nanos_per_refusal;
}

size_t AdmissionQueue::queued_commands() const {
  const MutexLock lock(mutex_);
  return commands_;
}

size_t AdmissionQueue::queued_bytes() const {
  const MutexLock lock(mutex_);
  return bytes_;
}

}  // namespace voucher
