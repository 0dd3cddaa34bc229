// Start-up, disk and memory.
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"

#include "ledger/base/status_macros.h"
#include "ledger/journal/journal.h"
#include "ledger/views/views.h"
#include "tests/bench/bench.h"
#include "tests/bench/disk_usage.h"
#include "tests/bench/process_usage.h"

namespace voucher::bench {
namespace {

// Views of the big ledger are built anew in less.
constexpr std::chrono::minutes kStartTimeout{30};

// Seconds until the server takes mutations.
absl::StatusOr<double> TimeStart(RunningLedger* ledger) {
  ledger->server().set_start_timeout(kStartTimeout);
  const auto start = std::chrono::steady_clock::now();
  VOUCHER_RETURN_IF_ERROR(ledger->server().Start());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Entries of which the views know nothing yet.
absl::StatusOr<uint64_t> EntriesBehind(const std::string& data_directory) {
  VOUCHER_ASSIGN_OR_RETURN(const auto journal,
                           Journal::Open({.path = data_directory + "/journal", .read_only = true}));
  VOUCHER_ASSIGN_OR_RETURN(const auto views, Views::OpenReadOnly(data_directory + "/views"));
  const uint64_t reached = views->reached().has_value() ? views->reached()->sequence : 0;
  return journal->end_sequence() - reached;
}

// What the server says that its views took for the entries that they lacked when it started last.
absl::StatusOr<double> SecondsOfCatchUp(const std::string& log_path) {
  constexpr char kBefore[] = "views caught up with ", kBetween[] = " entries in ";
  std::ifstream file(log_path);
  const std::string log{std::istreambuf_iterator<char>(file), {}};
  const size_t line = log.rfind(kBefore);
  const size_t seconds = line == std::string::npos ? line : log.find(kBetween, line);
  if (seconds == std::string::npos) {
    return absl::NotFoundError(absl::StrCat(log_path, " does not say how long views took"));
  }
  return std::strtod(log.c_str() + seconds + strlen(kBetween), nullptr);
}

}  // namespace

absl::Status Bench::MeasureOpen() {
  VOUCHER_ASSIGN_OR_RETURN(const auto ledger, CopyOf(big_));
  VOUCHER_ASSIGN_OR_RETURN(const double seconds, TimeStart(ledger.get()));
  results_.Add("open_big", "s", seconds);
  return absl::OkStatus();
}

absl::Status Bench::MeasureTail() {
  VOUCHER_ASSIGN_OR_RETURN(const auto ledger, Running(big_));
  // With one on each account before, nearly what the views keep in memory before they write it.
  const auto pool = ledger->requests().BatchRedeem(Orders::kSpread, 300, 1'000);
  LoadOptions options = Loading(ledger->address());
  options.in_flight = 16;
  options.warm_up = options.duration = {};
  VOUCHER_RETURN_IF_ERROR(RunUnary(options, pool.get()).status());
  ledger->server().Kill();
  VOUCHER_ASSIGN_OR_RETURN(const uint64_t behind, EntriesBehind(ledger->data_directory()));
  VOUCHER_ASSIGN_OR_RETURN(const double seconds, TimeStart(ledger.get()));
  results_.Add("open_after_kill", "s", seconds);
  results_.Add("open_after_kill_behind", "entries", static_cast<double>(behind));
  if (behind == 0) return absl::OkStatus();
  VOUCHER_ASSIGN_OR_RETURN(const double evolving, SecondsOfCatchUp(ledger->server().log_path()));
  results_.Add("tail_reevolve", "entries/s", static_cast<double>(behind) / evolving);
  return absl::OkStatus();
}

absl::Status Bench::MeasureRebuild() {
  VOUCHER_ASSIGN_OR_RETURN(const auto ledger, CopyOf(big_));
  std::filesystem::remove_all(ledger->data_directory() + "/views");
  VOUCHER_ASSIGN_OR_RETURN(const double seconds, TimeStart(ledger.get()));
  results_.Add("rebuild", "s", seconds);
  results_.Add("rebuild_rate", "entries/s", static_cast<double>(big_.entries) / seconds);
  return absl::OkStatus();
}

absl::Status Bench::MeasureDiskPerRedemption() {
  VOUCHER_ASSIGN_OR_RETURN(const DiskUsage fresh, MeasureDisk(fresh_.directory + "/data"));
  VOUCHER_ASSIGN_OR_RETURN(const DiskUsage big, MeasureDisk(big_.directory + "/data"));
  const auto add = [&](const char* name, int64_t DiskUsage::*part) {
    results_.Add(
        name, "bytes/redemption",
        static_cast<double>(big.*part - fresh.*part) / static_cast<double>(big_.redemptions));
  };
  add("disk_blocks", &DiskUsage::blocks);
  add("disk_tiles", &DiskUsage::tiles);
  add("disk_views", &DiskUsage::views);
  results_.Add("disk_journal_log", "bytes", static_cast<double>(big.journal_log));
  return absl::OkStatus();
}

absl::Status Bench::MeasureMemory() {
  // Two ledgers of different size after equal work, which uses every account of both.
  constexpr int kItems = 1'000;
  VOUCHER_ASSIGN_OR_RETURN(const PreparedLedger large, PreparedWith(options_.accounts * 10, 0));
  const auto peak = [&](const PreparedLedger& prepared) -> absl::StatusOr<double> {
    VOUCHER_ASSIGN_OR_RETURN(const auto ledger, Running(prepared));
    const int orders = large.accounts + options_.accounts - prepared.accounts;
    const auto pool = ledger->requests().BatchRedeem(Orders::kSpread,
                                                     static_cast<size_t>(orders / kItems), kItems);
    LoadOptions options = Loading(ledger->address());
    options.in_flight = 8;
    options.warm_up = options.duration = {};
    VOUCHER_RETURN_IF_ERROR(RunUnary(options, pool.get()).status());
    return static_cast<double>(PeakBytes(ledger->server().pid())) / (1 << 20);
  };
  VOUCHER_ASSIGN_OR_RETURN(const double small_mib, peak(fresh_));
  VOUCHER_ASSIGN_OR_RETURN(const double large_mib, peak(large));
  results_.Add("memory", "MiB", small_mib);
  results_.Add("memory_of_ten_times_the_vouchers", "MiB", large_mib);
  const double more_vouchers = (large.accounts - fresh_.accounts) / double{kAccountsPerVoucher};
  results_.Add("memory_per_million_vouchers", "MiB", (large_mib - small_mib) / more_vouchers * 1e6);
  return absl::OkStatus();
}

}  // namespace voucher::bench
