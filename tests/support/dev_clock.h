// The manual clock of a server under test, moved through voucher.dev.v1.ClockService.
#pragma once

#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "ledger/base/clock.h"
#include "ledger/base/mutex.h"
#include "tests/support/api_client.h"

namespace voucher::testing {

// Thread-safe. Nobody else may move the same clock.
class DevClock {
 public:
  // `start` as in the server's configuration.
  DevClock(const Endpoint* endpoint, UnixNanos start);
  ~DevClock();

  // The wall clock: where it was last sent.
  UnixNanos now() const VOUCHER_EXCLUDES(mutex_);

  // Lets time pass until `instant`, not before now().
  absl::Status MoveTo(UnixNanos instant) VOUCHER_EXCLUDES(mutex_);
  // The same for an instant in RFC 3339, as in "2025-10-31T23:59:59.999+08:00".
  absl::Status MoveTo(absl::string_view rfc3339) VOUCHER_EXCLUDES(mutex_);
  absl::Status MoveBy(int64_t nanos) VOUCHER_EXCLUDES(mutex_);
  // Makes the wall clock jump, forward or back.
  absl::Status Jump(int64_t nanos) VOUCHER_EXCLUDES(mutex_);

  // From now on time passes as fast as real time does, while the server is up; until Pause(), which
  // also closes the connection.
  void Run() VOUCHER_EXCLUDES(mutex_);
  void Pause() VOUCHER_EXCLUDES(mutex_);

  // Where a server that is started again has its clock start, in RFC 3339: a second after anything
  // the one before can have recorded. The clock must not be running.
  std::string RestartAt() VOUCHER_EXCLUDES(mutex_);

 private:
  absl::Status MoveLocked(UnixNanos instant) VOUCHER_REQUIRES(mutex_);
  void Tick() VOUCHER_EXCLUDES(mutex_);

  mutable Mutex mutex_;
  CondVar pause_changed_;
  ApiClient client_ VOUCHER_GUARDED_BY(mutex_);
  UnixNanos now_ VOUCHER_GUARDED_BY(mutex_);
  bool running_ VOUCHER_GUARDED_BY(mutex_) = false;
  std::thread ticker_;
};

}  // namespace voucher::testing
