// Configuration of voucherd: reading, checking, defaults.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "ledger/base/clock.h"
#include "ledger/base/field_problem.h"
#include "voucher/config/v1/config.pb.h"

namespace voucher {

using config::v1::ServerConfig;

// "HOST:PORT" taken apart.
struct ListenAddress {
  std::string host;  // without brackets
  uint16_t port = 0;
  // 127.0.0.0/8, ::1 or "localhost": reachable from this machine only.
  bool is_loopback = false;

  // "HOST:PORT", with brackets around an IPv6 host.
  std::string ToString() const;
};

// Takes "127.0.0.1:7070", "localhost:0" or "[::1]:7070" apart; nullopt for any other form.
std::optional<ListenAddress> ParseListenAddress(absl::string_view text);

// Parses textproto. INVALID_ARGUMENT with every parse error, each with `name`, line and column.
absl::StatusOr<ServerConfig> ParseConfig(const std::string& textproto, absl::string_view name);

// Reads a file and parses it. NOT_FOUND if it cannot be read.
absl::StatusOr<ServerConfig> ReadConfigFile(const std::string& path);

// Everything that is wrong in a configuration, each with its field and how to mend it. `dev_clock`
// says whether the flag
// --dev-clock was given. Empty means good.
std::vector<FieldProblem> ValidateConfig(const ServerConfig& config, bool dev_clock);

// A checked configuration with every default written out.
ServerConfig WithDefaults(ServerConfig config);

// Start of the manual clock of a checked configuration; nullopt without one.
std::optional<UnixNanos> ManualClockStart(const ServerConfig& config);

}  // namespace voucher
