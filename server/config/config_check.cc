#include <set>

#include "absl/strings/str_cat.h"

#include "ledger/base/text.h"
#include "server/config/config.h"

namespace voucher {

namespace {

using config::v1::Principal;
using config::v1::RefusalBucket;

constexpr uint64_t kMiB = uint64_t{1} << 20;

// Gathers problems under their fields.
class Checker {
 public:
  void Check(bool good, absl::string_view field, absl::string_view how_to_mend) {
    if (!good) problems_.push_back({std::string(field), std::string(how_to_mend)});
  }
  std::vector<FieldProblem> Take() && { return std::move(problems_); }

 private:
  std::vector<FieldProblem> problems_;
};

bool HasRole(const Principal& principal, v1::Role role) {
  for (const int held : principal.roles()) {
    if (held == role) return true;
  }
  return false;
}

bool IsDivisionCode(const std::string& text) {
  return text.size() == 6 && IsDigits(text);
}

void CheckAddresses(const ServerConfig& config, Checker* checker) {
  const auto listen = ParseListenAddress(config.listen_address());
  checker->Check(listen.has_value(), "listen_address",
                 "write HOST:PORT with an IP address or localhost, as in \"127.0.0.1:7070\"");
  checker->Check(config.development().allow_plaintext(), "development.allow_plaintext",
                 "this version serves plaintext on loopback only: set it to true");
  if (listen && config.development().allow_plaintext()) {
    checker->Check(listen->is_loopback, "listen_address",
                   "plaintext is refused beyond this machine: use 127.0.0.1, [::1] or localhost");
  }
  if (!config.metrics_listen_address().empty()) {
    checker->Check(ParseListenAddress(config.metrics_listen_address()).has_value(),
                   "metrics_listen_address", "write HOST:PORT, or leave it out for no metrics");
  }
}

void CheckManualClock(const ServerConfig& config, bool dev_clock, Checker* checker) {
  const bool configured = config.development().has_manual_clock();
  constexpr absl::string_view kField = "development.manual_clock";
  if (!configured) {
    checker->Check(!dev_clock, kField, "--dev-clock was given: set start, or leave out the flag");
    return;
  }
  checker->Check(dev_clock, kField, "a manual clock also needs the flag --dev-clock");
  checker->Check(ManualClockStart(config).has_value(), absl::StrCat(kField, ".start"),
                 "write an RFC 3339 instant, as in \"2025-10-31T09:00:00+08:00\"");
  const auto listen = ParseListenAddress(config.listen_address());
  checker->Check(!listen || listen->is_loopback, kField,
                 "a manual clock is allowed on a loopback address only");
}

void CheckScopes(const Principal& principal, const std::string& at, Checker* checker) {
  const bool is_provider = HasRole(principal, v1::ROLE_PROVIDER);
  const bool is_reviewer = HasRole(principal, v1::ROLE_REVIEWER);
  if (is_provider) {
    checker->Check(IsSlug(principal.provider_id(), 32), at + ".provider_id",
                   "ROLE_PROVIDER needs the provider it speaks for: 1-32 of a-z, 0-9 and '-'");
  } else {
    checker->Check(principal.provider_id().empty(), at + ".provider_id",
                   "only for ROLE_PROVIDER: leave it out or add the role");
  }
  checker->Check(is_reviewer || principal.divisions().empty(), at + ".divisions",
                 "only for ROLE_REVIEWER: leave it out or add the role");
  for (const std::string& code : principal.divisions()) {
    checker->Check(IsDivisionCode(code), at + ".divisions",
                   absl::StrCat("\"", code, "\" is no division code: write six digits"));
  }
  checker->Check(is_reviewer || principal.stages().empty(), at + ".stages",
                 "only for ROLE_REVIEWER: leave it out or add the role");
  for (const std::string& stage : principal.stages()) {
    checker->Check(!stage.empty() && stage.size() <= 32 && IsPrintableAscii(stage), at + ".stages",
                   "a stage is 1-32 characters of A-Z, 0-9 and '_'");
  }
  checker->Check(HasRole(principal, v1::ROLE_ISSUER) || principal.program_ids().empty(),
                 at + ".program_ids", "only for ROLE_ISSUER: leave it out or add the role");
  for (const std::string& program : principal.program_ids()) {
    checker->Check(IsSlug(program, 48), at + ".program_ids",
                   "a program_id is 1-48 of a-z, 0-9 and '-'");
  }
}

void CheckPrincipals(const ServerConfig& config, Checker* checker) {
  checker->Check(config.principals_size() > 0, "principals",
                 "name at least one principal, or nobody can call");
  std::set<std::string> names;
  for (int i = 0; i < config.principals_size(); ++i) {
    const Principal& principal = config.principals(i);
    const std::string at = absl::StrCat("principals[", i, "]");
    const std::string& name = principal.name();
    checker->Check(!name.empty() && name.size() <= 64 && IsPrintableAscii(name), at + ".name",
                   "give 1-64 printable ASCII characters");
    checker->Check(names.insert(name).second, at + ".name",
                   absl::StrCat("\"", name, "\" is named twice: merge the two or rename one"));
    checker->Check(principal.roles_size() > 0, at + ".roles",
                   "give at least one role, as in roles: ROLE_PLATFORM");
    std::set<int> roles;
    for (const int role : principal.roles()) {
      checker->Check(role != v1::ROLE_UNSPECIFIED && v1::Role_IsValid(role), at + ".roles",
                     absl::StrCat(role, " is no role: name one, as in ROLE_PLATFORM"));
      checker->Check(roles.insert(role).second, at + ".roles",
                     absl::StrCat("role ", role, " is listed twice"));
    }
    CheckScopes(principal, at, checker);
  }
}

void CheckBucket(bool present, const RefusalBucket& bucket, const std::string& at,
                 Checker* checker) {
  if (!present) return;
  checker->Check(bucket.per_second() > 0, at + ".per_second", "give a number greater than 0");
  checker->Check(bucket.burst() >= bucket.per_second(), at + ".burst", "give at least per_second");
}

void CheckBounds(const ServerConfig& config, Checker* checker) {
  const ServerConfig full = WithDefaults(config);
  checker->Check(full.queue().max_commands() >= 16'384 && full.queue().max_commands() <= 16'777'216,
                 "queue.max_commands", "give 16,384 (two of the largest batches) to 16,777,216");
  checker->Check(full.queue().max_bytes() >= 64 * kMiB && full.queue().max_bytes() <= 16'384 * kMiB,
                 "queue.max_bytes", "give 64 MiB to 16 GiB, in bytes");
  checker->Check(full.group().max_commands() <= 65'536, "group.max_commands", "give 1 to 65,536");
  checker->Check(full.group().max_bytes() >= kMiB && full.group().max_bytes() <= 64 * kMiB,
                 "group.max_bytes", "give 1 to 64 MiB, in bytes");
  checker->Check(full.min_free_bytes() >= 64 * kMiB, "min_free_bytes",
                 "give at least 64 MiB (67108864): RocksDB aborts on a full disk");
  checker->Check(full.drain_seconds() >= 1 && full.drain_seconds() <= 600, "drain_seconds",
                 "give 1 to 600 seconds");
  CheckBucket(config.has_platform_refusals(), config.platform_refusals(), "platform_refusals",
              checker);
  CheckBucket(config.has_other_refusals(), config.other_refusals(), "other_refusals", checker);
}

}  // namespace

std::vector<FieldProblem> ValidateConfig(const ServerConfig& config, bool dev_clock) {
  Checker checker;
  CheckAddresses(config, &checker);
  checker.Check(!config.data_directory().empty(), "data_directory",
                "name the directory of the ledger, as in \"/var/lib/voucherd\"");
  checker.Check(config::v1::LogLevel_IsValid(config.log_level()), "log_level",
                "name a level, as in LOG_LEVEL_INFO");
  CheckManualClock(config, dev_clock, &checker);
  CheckPrincipals(config, &checker);
  CheckBounds(config, &checker);
  return std::move(checker).Take();
}

}  // namespace voucher
