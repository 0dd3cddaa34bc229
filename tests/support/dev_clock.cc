#include "tests/support/dev_clock.h"

#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/base/check.h"
#include "ledger/base/civil.h"

namespace voucher::testing {
namespace {

constexpr std::chrono::milliseconds kTick{5};

ApiClient::Options OneAttempt() {
  ApiClient::Options options;
  options.attempt_timeout = std::chrono::milliseconds(5'000);
  options.patience = std::chrono::milliseconds(0);
  return options;
}

absl::Status ToStatus(absl::string_view call, const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      absl::StrCat(call, ": ", Describe(status)));
}

}  // namespace

DevClock::DevClock(const Endpoint* endpoint, UnixNanos start)
    : client_(endpoint, "admin", OneAttempt()), now_(start) {}

DevClock::~DevClock() {
  Pause();
}

UnixNanos DevClock::now() const {
  MutexLock lock(mutex_);
  return now_;
}

absl::Status DevClock::MoveLocked(UnixNanos instant) {
  // Also if the call fails: the server may have moved.
  now_ = instant;
  dev::v1::SetClockRequest request;
  *request.mutable_now() = ToTimestamp(instant);
  return ToStatus("SetClock", client_.Call(kRpc<dev::v1::SetClockResponse>, request).status);
}

absl::Status DevClock::MoveTo(UnixNanos instant) {
  MutexLock lock(mutex_);
  return MoveLocked(instant);
}

absl::Status DevClock::MoveTo(absl::string_view rfc3339) {
  const std::optional<UnixNanos> instant = ParseRfc3339(rfc3339);
  VOUCHER_CHECK(instant.has_value()) << rfc3339;
  return MoveTo(*instant);
}

absl::Status DevClock::MoveBy(int64_t nanos) {
  MutexLock lock(mutex_);
  return MoveLocked(now_ + nanos);
}

absl::Status DevClock::Jump(int64_t nanos) {
  MutexLock lock(mutex_);
  dev::v1::JumpClockRequest request;
  request.mutable_by()->set_seconds(nanos / kNanosPerSecond);
  request.mutable_by()->set_nanos(static_cast<int32_t>(nanos % kNanosPerSecond));
  now_ += nanos;
  return ToStatus("JumpClock", client_.Call(kRpc<dev::v1::JumpClockResponse>, request).status);
}

void DevClock::Run() {
  Pause();
  MutexLock lock(mutex_);
  running_ = true;
  ticker_ = std::thread([this] { Tick(); });
}

void DevClock::Pause() {
  {
    MutexLock lock(mutex_);
    running_ = false;
    pause_changed_.NotifyAll();
  }
  if (ticker_.joinable()) ticker_.join();
  MutexLock lock(mutex_);
  client_.Disconnect();
}

void DevClock::Tick() {
  auto last = std::chrono::steady_clock::now();
  MutexLock lock(mutex_);
  while (running_) {
    pause_changed_.WaitFor(mutex_, kTick);
    const auto now = std::chrono::steady_clock::now();
    const auto passed = std::chrono::duration_cast<std::chrono::nanoseconds>(now - last);
    last = now;
    // Fails while the server is down.
    MoveLocked(now_ + passed.count()).IgnoreError();
  }
}

std::string DevClock::RestartAt() {
  MutexLock lock(mutex_);
  now_ += kNanosPerSecond;
  return FormatRfc3339(now_, Zone::Shanghai());
}

}  // namespace voucher::testing
