#include <set>

#include "absl/strings/str_cat.h"

#include "ledger/validation/field_checker.h"
#include "ledger/validation/limits.h"
#include "server/config/config.h"

namespace voucher {

namespace {

using config::v1::Principal;
using config::v1::RefusalBucket;

constexpr uint64_t kMiB = uint64_t{1} << 20;

bool HasRole(const Principal& principal, v1::Role role) {
  for (const int held : principal.roles()) {
    if (held == role) return true;
  }
  return false;
}

void CheckAddresses(const ServerConfig& config, FieldChecker* check) {
  const auto listen = ParseListenAddress(config.listen_address());
  check->Require(listen.has_value(), "listen_address",
                 "write HOST:PORT with an IP address or localhost, as in \"127.0.0.1:7070\"");
  check->Require(config.development().allow_plaintext(), "development.allow_plaintext",
                 "this version serves plaintext on loopback only: set it to true");
  if (listen && config.development().allow_plaintext()) {
    check->Require(listen->is_loopback, "listen_address",
                   "plaintext is refused beyond this machine: use 127.0.0.1, [::1] or localhost");
  }
  if (!config.metrics_listen_address().empty()) {
    check->Require(ParseListenAddress(config.metrics_listen_address()).has_value(),
                   "metrics_listen_address", "write HOST:PORT, or leave it out for no metrics");
  }
}

void CheckManualClock(const ServerConfig& config, bool dev_clock, FieldChecker* check) {
  const bool configured = config.development().has_manual_clock();
  constexpr absl::string_view kField = "development.manual_clock";
  if (!configured) {
    check->Require(!dev_clock, kField, "--dev-clock was given: set start, or leave out the flag");
    return;
  }
  check->Require(dev_clock, kField, "a manual clock also needs the flag --dev-clock");
  check->Require(ManualClockStart(config).has_value(), absl::StrCat(kField, ".start"),
                 "write an RFC 3339 instant, as in \"2025-10-31T09:00:00+08:00\"");
  const auto listen = ParseListenAddress(config.listen_address());
  check->Require(!listen || listen->is_loopback, kField,
                 "a manual clock is allowed on a loopback address only");
}

void CheckScopes(const Principal& principal, FieldChecker* check) {
  const bool is_provider = HasRole(principal, v1::ROLE_PROVIDER);
  const bool is_reviewer = HasRole(principal, v1::ROLE_REVIEWER);
  if (is_provider) {
    check->Slug("provider_id", principal.provider_id(), kMaxSlugSize);
  } else {
    check->Require(principal.provider_id().empty(), "provider_id",
                   "only for ROLE_PROVIDER: leave it out or add the role");
  }
  check->Require(is_reviewer || principal.divisions().empty(), "divisions",
                 "only for ROLE_REVIEWER: leave it out or add the role");
  for (int i = 0; i < principal.divisions_size(); ++i) {
    check->Division(absl::StrCat("divisions[", i, "]"), principal.divisions(i));
  }
  check->Require(is_reviewer || principal.stages().empty(), "stages",
                 "only for ROLE_REVIEWER: leave it out or add the role");
  for (int i = 0; i < principal.stages_size(); ++i) {
    check->StageId(absl::StrCat("stages[", i, "]"), principal.stages(i));
  }
  check->Require(HasRole(principal, v1::ROLE_ISSUER) || principal.program_ids().empty(),
                 "program_ids", "only for ROLE_ISSUER: leave it out or add the role");
  for (int i = 0; i < principal.program_ids_size(); ++i) {
    check->Slug(absl::StrCat("program_ids[", i, "]"), principal.program_ids(i), kMaxProgramIdSize);
  }
}

void CheckPrincipals(const ServerConfig& config, FieldChecker* check) {
  check->Require(config.principals_size() > 0, "principals",
                 "name at least one principal, or nobody can call");
  std::set<std::string> names;
  for (int i = 0; i < config.principals_size(); ++i) {
    const Principal& principal = config.principals(i);
    FieldChecker below = check->Under("principals", i);
    const std::string& name = principal.name();
    below.PrintableAscii("name", name, kMaxPrincipalSize);
    below.Require(names.insert(name).second, "name",
                  absl::StrCat("\"", name, "\" is named twice: merge the two or rename one"));
    below.Require(principal.roles_size() > 0, "roles",
                  "give at least one role, as in roles: ROLE_PLATFORM");
    std::set<int> roles;
    for (const int role : principal.roles()) {
      below.Require(role != v1::ROLE_UNSPECIFIED && v1::Role_IsValid(role), "roles",
                    absl::StrCat(role, " is no role: name one, as in ROLE_PLATFORM"));
      below.Require(roles.insert(role).second, "roles",
                    absl::StrCat("role ", role, " is listed twice"));
    }
    CheckScopes(principal, &below);
  }
}

void CheckBucket(bool present, const RefusalBucket& bucket, absl::string_view field,
                 FieldChecker* check) {
  if (!present) return;
  FieldChecker below = check->Under(field);
  below.Require(bucket.per_second() > 0, "per_second", "give a number greater than 0");
  below.Require(bucket.burst() >= bucket.per_second(), "burst", "give at least per_second");
}

void CheckBounds(const ServerConfig& config, FieldChecker* check) {
  const ServerConfig full = WithDefaults(config);
  check->Require(full.queue().max_commands() >= 2 * kMaxBatchItems &&
                     full.queue().max_commands() <= 16'777'216,
                 "queue.max_commands", "give 16,384 (two of the largest batches) to 16,777,216");
  check->Require(full.queue().max_bytes() >= 64 * kMiB && full.queue().max_bytes() <= 16'384 * kMiB,
                 "queue.max_bytes", "give 64 MiB to 16 GiB, in bytes");
  check->Require(full.group().max_commands() <= 65'536, "group.max_commands", "give 1 to 65,536");
  check->Require(full.group().max_bytes() >= kMiB && full.group().max_bytes() <= 64 * kMiB,
                 "group.max_bytes", "give 1 to 64 MiB, in bytes");
  check->Require(full.min_free_bytes() >= 64 * kMiB, "min_free_bytes",
                 "give at least 64 MiB (67108864): RocksDB aborts on a full disk");
  check->Require(full.drain_seconds() >= 1 && full.drain_seconds() <= 600, "drain_seconds",
                 "give 1 to 600 seconds");
  CheckBucket(config.has_platform_refusals(), config.platform_refusals(), "platform_refusals",
              check);
  CheckBucket(config.has_other_refusals(), config.other_refusals(), "other_refusals", check);
}

}  // namespace

std::vector<FieldProblem> ValidateConfig(const ServerConfig& config, bool dev_clock) {
  FieldChecker checker;
  CheckAddresses(config, &checker);
  checker.Require(!config.data_directory().empty(), "data_directory",
                  "name the directory of the ledger, as in \"/var/lib/voucherd\"");
  checker.Require(config::v1::LogLevel_IsValid(config.log_level()), "log_level",
                  "name a level, as in LOG_LEVEL_INFO");
  CheckManualClock(config, dev_clock, &checker);
  CheckPrincipals(config, &checker);
  CheckBounds(config, &checker);
  return std::move(checker).TakeProblems();
}

}  // namespace voucher
