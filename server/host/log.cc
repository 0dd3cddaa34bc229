#include "server/host/log.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "ledger/base/proto_enum.h"
#include "nlohmann/json.hpp"
#include "spdlog/logger.h"
#include "spdlog/sinks/stdout_sinks.h"

namespace voucher {

namespace {

using config::v1::LOG_LEVEL_DEBUG;
using config::v1::LOG_LEVEL_ERROR;
using config::v1::LOG_LEVEL_INFO;
using config::v1::LOG_LEVEL_WARNING;

constexpr int64_t kMaxDeniedPerSecond = 100;

absl::string_view LevelName(config::v1::LogLevel level) {
  switch (level) {
    case LOG_LEVEL_DEBUG:
      return "debug";
    case LOG_LEVEL_WARNING:
      return "warning";
    case LOG_LEVEL_ERROR:
      return "error";
    case LOG_LEVEL_INFO:
    case config::v1::LOG_LEVEL_UNSPECIFIED:
      VOUCHER_PROTO_SENTINELS(config::v1::LogLevel)
      break;
  }
  return "info";
}

// Text from outside may hold any bytes; what is not UTF-8 becomes U+FFFD.
std::string Quoted(absl::string_view text) {
  return nlohmann::json(std::string(text))
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

Log::Log(config::v1::LogLevel level)
    : level_(level == config::v1::LOG_LEVEL_UNSPECIFIED ? LOG_LEVEL_INFO : level),
      logger_(std::make_shared<spdlog::logger>("voucherd",
                                               std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
  logger_->set_pattern("%v");
  logger_->set_level(spdlog::level::trace);
  logger_->flush_on(spdlog::level::trace);
}

Log::~Log() = default;

void Log::Debug(absl::string_view event, Fields fields) {
  Write(LOG_LEVEL_DEBUG, event, fields);
}
void Log::Info(absl::string_view event, Fields fields) {
  Write(LOG_LEVEL_INFO, event, fields);
}
void Log::Warning(absl::string_view event, Fields fields) {
  Write(LOG_LEVEL_WARNING, event, fields);
}
void Log::Error(absl::string_view event, Fields fields) {
  Write(LOG_LEVEL_ERROR, event, fields);
}

void Log::Denied(absl::string_view rpc, absl::string_view principal, absl::string_view peer,
                 absl::string_view cause) {
  const int64_t second = absl::ToUnixSeconds(absl::Now());
  int64_t suppressed = 0;
  {
    MutexLock lock(mutex_);
    if (second != denied_second_) {
      denied_second_ = second;
      denied_in_second_ = 0;
      suppressed = std::exchange(suppressed_, 0);
    }
    if (++denied_in_second_ > kMaxDeniedPerSecond) {
      ++suppressed_;
      return;
    }
  }
  Write(LOG_LEVEL_WARNING, "rpc_denied",
        {{"rpc", std::string(rpc)},
         {"principal", std::string(principal)},
         {"peer", std::string(peer)},
         {"cause", std::string(cause)},
         {"suppressed_before", absl::StrCat(suppressed)}});
}

void Log::Write(config::v1::LogLevel level, absl::string_view event, Fields fields) {
  if (level < level_) return;
  std::string line = absl::StrCat(
      "{\"time\":\"", absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone()),
      "\",\"level\":\"", LevelName(level), "\",\"event\":", Quoted(event));
  for (const auto& [name, value] : fields) {
    absl::StrAppend(&line, ",", Quoted(name), ":", Quoted(value));
  }
  absl::StrAppend(&line, "}");
  logger_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace voucher
