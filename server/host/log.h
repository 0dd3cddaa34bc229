// The server's log: one JSON object a line, on stderr.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

#include "ledger/base/mutex.h"
#include "voucher/config/v1/config.pb.h"

namespace spdlog {
class logger;
}  // namespace spdlog

namespace voucher {

// Writes lines such as
//   {"time":"2025-10-31T09:00:00.123456Z","level":"info","event":"ledger_open","ledger":"4f0c…","sequence":"12"}
// `event` is a snake_case name to filter by; values are text. Thread-safe.
class Log {
 public:
  using Fields = std::initializer_list<std::pair<absl::string_view, std::string>>;

  explicit Log(config::v1::LogLevel level);
  ~Log();

  void Debug(absl::string_view event, Fields fields = {});
  void Info(absl::string_view event, Fields fields = {});
  void Warning(absl::string_view event, Fields fields = {});
  void Error(absl::string_view event, Fields fields = {});

  bool debug_enabled() const { return level_ == config::v1::LOG_LEVEL_DEBUG; }

  // A call that was turned away for who made it: the only trace such calls leave. At most 100 lines
  // a second are written; the next line after a gap says how many were not.
  void Denied(absl::string_view rpc, absl::string_view principal, absl::string_view peer,
              absl::string_view cause) VOUCHER_EXCLUDES(mutex_);

 private:
  void Write(config::v1::LogLevel level, absl::string_view event, Fields fields);

  const config::v1::LogLevel level_;
  const std::shared_ptr<spdlog::logger> logger_;
  Mutex mutex_;
  int64_t denied_second_ VOUCHER_GUARDED_BY(mutex_) = 0;
  int64_t denied_in_second_ VOUCHER_GUARDED_BY(mutex_) = 0;
  int64_t suppressed_ VOUCHER_GUARDED_BY(mutex_) = 0;
};

}  // namespace voucher
