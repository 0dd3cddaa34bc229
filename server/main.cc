// voucherd: builds everything, visibly, and hands it down.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/stubs/logging.h"

#include "CLI/CLI.hpp"
#include "ledger/base/civil.h"
#include "ledger/ledger.h"
#include "server/config/config.h"
#include "server/host/clocks.h"
#include "server/host/grpc_locks.h"
#include "server/host/huge_pages.h"
#include "server/host/log.h"
#include "server/host/stop_signal.h"
#include "server/host/version.h"
#include "server/host/worker_pool.h"
#include "server/metrics/metrics.h"
#include "server/voucher_server.h"

namespace voucher {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitBadConfig = 2;
constexpr int kReplyThreads = 2;
constexpr std::chrono::milliseconds kRefreshEvery{200};

struct Flags {
  std::string config;
  std::string ports_file;
  bool check_config = false;
  bool dev_clock = false;
  bool confirm_clock = false;
  bool read_only = false;
};

// Reads and checks the configuration; prints every problem and returns nullopt if it is bad.
std::optional<ServerConfig> LoadConfig(const Flags& flags) {
  absl::StatusOr<ServerConfig> config = ReadConfigFile(flags.config);
  if (!config.ok()) {
    std::cerr << config.status().message() << '\n';
    return std::nullopt;
  }
  const std::vector<FieldProblem> problems = ValidateConfig(*config, flags.dev_clock);
  for (const FieldProblem& problem : problems) {
    std::cerr << flags.config << ": " << problem.field << ": " << problem.description << '\n';
  }
  if (!problems.empty()) return std::nullopt;
  return WithDefaults(*std::move(config));
}

LedgerOptions OptionsFrom(const ServerConfig& config, const Flags& flags, const Clock* clock,
                          Metrics* metrics, Log* log, WorkerPool* pool) {
  LedgerOptions options;
  options.path = config.data_directory();
  options.create_if_missing = config.create_if_missing();
  options.read_only = flags.read_only;
  options.clock = clock;
  options.confirm_clock = flags.confirm_clock;
  options.max_queued_commands = config.queue().max_commands();
  options.max_queued_bytes = config.queue().max_bytes();
  options.max_group_commands = config.group().max_commands();
  options.max_group_bytes = config.group().max_bytes();
  options.min_free_bytes = config.min_free_bytes();
  options.platform_refusals_per_second = config.platform_refusals().per_second();
  options.platform_refusal_burst = config.platform_refusals().burst();
  options.other_refusals_per_second = config.other_refusals().per_second();
  options.other_refusal_burst = config.other_refusals().burst();
  options.on_group = [metrics](const GroupReport& report) { metrics->OnGroup(report); };
  options.on_rebuild_progress = [log](uint64_t done, uint64_t total) {
    if (total == 0) return;
    log->Info("rebuilding_views", {{"done", absl::StrCat(done)}, {"total", absl::StrCat(total)}});
  };
  options.on_log = [log](int level, absl::string_view line) {
    if (level == 0) log->Info("ledger", {{"message", std::string(line)}});
    if (level == 1) log->Warning("ledger", {{"message", std::string(line)}});
    if (level == 2) log->Error("ledger", {{"message", std::string(line)}});
  };
  // Callers in flight learn that their outcome is unknown before the process ends.
  options.fail_stop = [pool] {
    pool->WaitIdle(std::chrono::seconds(1));
    std::abort();
  };
  return options;
}

// Says where it listens, on stdout and in the ports file, which appears complete or not at all.
bool AnnouncePorts(const std::string& address, const ServerConfig& config, const Metrics& metrics,
                   const Flags& flags) {
  std::string lines = absl::StrCat("listening on ", address, "\n");
  if (metrics.port() != 0) {
    ListenAddress at = ParseListenAddress(config.metrics_listen_address()).value();
    at.port = static_cast<uint16_t>(metrics.port());
    absl::StrAppend(&lines, "metrics on ", at.ToString(), "\n");
  }
  std::cout << lines << std::flush;
  if (flags.ports_file.empty()) return true;
  const std::string partial = flags.ports_file + ".partial";
  std::ofstream file(partial, std::ios::binary | std::ios::trunc);
  file << lines;
  file.close();
  return file.good() && std::rename(partial.c_str(), flags.ports_file.c_str()) == 0;
}

int Serve(const ServerConfig& config, const Flags& flags) {
  StopSignal stop;
  Log log(config.log_level());
  // Protobuf writes a line for every request with text that is not UTF-8; its caller is told, and
  // the log stays ours.
  google::protobuf::SetLogHandler(nullptr);
  const auto fail = [&log](const char* what, const absl::Status& status) {
    log.Error(what, {{"error", std::string(status.message())}});
    std::cerr << "voucherd: " << status.message() << '\n';
    return kExitFailed;
  };

  const HugeBlockKeeper huge_blocks;
  SystemClock system_clock;
  const std::optional<UnixNanos> manual_start = ManualClockStart(config);
  std::unique_ptr<ManualClock> manual_clock =
      manual_start ? std::make_unique<ManualClock>(*manual_start) : nullptr;
  const Clock* clock =
      manual_clock != nullptr ? static_cast<const Clock*>(manual_clock.get()) : &system_clock;

  auto metrics = Metrics::Start(config.metrics_listen_address());
  if (!metrics.ok()) return fail("metrics_failed", metrics.status());
  WorkerPool pool(kReplyThreads);
  auto ledger = Ledger::Open(OptionsFrom(config, flags, clock, metrics->get(), &log, &pool));
  if (!ledger.ok()) return fail("ledger_open_failed", ledger.status());
  (*metrics)->Watch(ledger->get(), clock);
  auto server = VoucherServer::Start(config, {.ledger = ledger->get(),
                                              .clock = clock,
                                              .manual_clock = manual_clock.get(),
                                              .pool = &pool,
                                              .metrics = metrics->get(),
                                              .log = &log});
  if (!server.ok()) {
    (*metrics)->Unwatch();
    return fail("listen_failed", server.status());
  }
  log.Info("started", {{"version", kServerVersion},
                       {"address", (*server)->address()},
                       {"data_directory", config.data_directory()},
                       {"ledger", (*ledger)->ledger_id()},
                       {"sequence", absl::StrCat((*ledger)->Snapshot()->sequence())},
                       {"principals", absl::StrCat(config.principals_size())},
                       {"clock", manual_clock != nullptr ? "manual" : "system"},
                       {"now", FormatRfc3339(clock->WallNow(), Zone::Shanghai())}});
  if (!AnnouncePorts((*server)->address(), config, **metrics, flags)) {
    (*metrics)->Unwatch();
    return fail("ports_file_failed",
                absl::UnavailableError(absl::StrCat("cannot write ", flags.ports_file)));
  }

  int signal = 0;
  while ((signal = stop.Wait(kRefreshEvery)) == 0) (*server)->Refresh();
  log.Info("draining", {{"signal", absl::StrCat(signal)}});
  (*server)->Drain(std::chrono::system_clock::now() + std::chrono::seconds(config.drain_seconds()));
  server->reset();
  (*metrics)->Unwatch();
  const uint64_t last = (*ledger)->Snapshot()->sequence();
  ledger->reset();
  log.Info("stopped", {{"sequence", absl::StrCat(last)}});
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app("voucherd keeps the ledger of voucher subsidy programs and serves it over gRPC.",
               "voucherd");
  Flags flags;
  app.add_option("--config", flags.config, "Configuration (textproto of ServerConfig)")->required();
  app.add_flag("--check-config", flags.check_config, "Only check the configuration");
  app.add_option("--ports-file", flags.ports_file,
                 "Also write the addresses served to this file, once they are");
  app.add_flag("--dev-clock", flags.dev_clock,
               "Use development.manual_clock and serve ClockService (loopback only)");
  app.add_flag("--confirm-clock", flags.confirm_clock,
               "Start though the clock is more than 24 h after the last record");
  app.add_flag("--read-only", flags.read_only, "Take no mutations");
  app.set_version_flag("--version", absl::StrCat("voucherd ", kServerVersion));
  CLI11_PARSE(app, argc, argv);

  const std::optional<ServerConfig> config = LoadConfig(flags);
  if (!config) return kExitBadConfig;
  if (flags.check_config) {
    std::cout << flags.config << ": good\n";
    return 0;
  }
  return Serve(*config, flags);
}

}  // namespace
}  // namespace voucher

int main(int argc, char** argv) {
  voucher::AllocateHugePages();
  voucher::LeaveGrpcLocksUnchecked();
  return voucher::Main(argc, argv);
}
