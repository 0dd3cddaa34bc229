// voucher-bench: how fast the ledger is, beside the ceilings of the same machine.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <regex>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <sys/file.h>

#include "server/host/grpc_locks.h"
#include "server/host/huge_pages.h"
#include "tests/bench/bench.h"
#include "tests/bench/empty_server.h"
#include "tests/bench/guard.h"
#include "tests/bench/options.h"
#include "tests/bench/read_client.h"
#include "tests/bench/report.h"
#include "tests/support/child_process.h"

namespace voucher::bench {
namespace {

// What fits into a minute; what was said on the command line stays.
void BeQuick(const CLI::App& app, Options* options) {
  if (app.count("--rounds") == 0) options->rounds = 1;
  if (app.count("--seconds") == 0) options->seconds = 1;
  if (app.count("--accounts") == 0) options->accounts = 2'000;
  if (app.count("--entries") == 0) options->entries = 0;
  options->postgres = false;
}

// What is wrong with a regular expression; empty if nothing is.
std::string ProblemOfRegex(const std::string& text) {
  try {
    const std::regex parsed(text);
    return "";
  } catch (const std::regex_error&) {
    return "is no regular expression";
  }
}

// Takes a directory for this run until the program ends; false if another run has it.
bool TakeDirectory(const std::string& directory) {
  std::filesystem::create_directories(directory);
  const int fd = open((directory + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

int Run(Options options) {
  if (options.guard) options.rounds = std::max(options.rounds, kGuardRounds);
  if (options.guard && options.only.empty()) options.only = kGuardedFigures;
  options.directory = std::filesystem::absolute(options.directory).lexically_normal().string();
  if (!TakeDirectory(options.directory)) {
    std::cerr << "voucher-bench: another one is running in " << options.directory << std::endl;
    return 1;
  }
  const bool soak = options.soak_minutes > 0;
  if (options.out.empty()) options.out = options.directory + (soak ? "/soak.json" : "/bench.json");
  Bench bench(options);
  const absl::Status status = soak ? bench.Soak() : bench.Run();
  if (!status.ok()) {
    std::cerr << "voucher-bench: " << status.message() << std::endl;
    return 1;
  }
  PrintFigures(bench.results());
  if (!soak) PrintRatios(bench.results());
  testing::WriteWholeFile(options.out, ResultsJson(options, bench.results()));
  std::cout << "\nresults in " << options.out << std::endl;
  if (!options.guard) return 0;
  const std::vector<std::string> broken = BrokenGuards(bench.results());
  for (const std::string& line : broken) std::cerr << "voucher-bench: " << line << '\n';
  return broken.empty() ? 0 : 1;
}

}  // namespace
}  // namespace voucher::bench

int main(int argc, char** argv) {
  voucher::AllocateHugePages();  // as voucherd
  const voucher::HugeBlockKeeper huge_blocks;
  voucher::LeaveGrpcLocksUnchecked();
  voucher::bench::Options options;
  options.bin_directory = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
  CLI::App app(
      "Measures the ledger beside the ceilings of this machine: an empty RPC, the storage alone, "
      "one "
      "fsync, and PostgreSQL doing the same. Every figure is measured once in each round; ratios "
      "are "
      "medians over the rounds. Run it from the repository root.",
      "voucher-bench");
  app.add_flag("--quick", options.quick, "one short round on a small ledger, without PostgreSQL");
  app.add_flag("--guard", options.guard,
               "measure only what CI guards, and fail if a ratio is out of its bounds");
  app.add_option("--rounds", options.rounds, "rounds")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.seconds, "of each figure in each round")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--accounts", options.accounts, "cloud accounts with credit")
      ->capture_default_str()
      ->check(CLI::Range(1'000, 1'000'000));
  app.add_option("--entries", options.entries, "entries of the big ledger, 0 for none")
      ->capture_default_str();
  app.add_option("--only", options.only, "only figures whose name this regular expression finds")
      ->check(&voucher::bench::ProblemOfRegex);
  app.add_option("--out", options.out, "JSON results, by default bench.json (soak.json) in --dir");
  app.add_option("--dir", options.directory,
                 "directory of ledgers and results, on the disk to be measured")
      ->capture_default_str();
  app.add_option("--bin-dir", options.bin_directory, "where voucherd is")->capture_default_str();
  app.add_option("--threads", options.threads, "threads of the client")
      ->capture_default_str()
      ->check(CLI::Range(1, 16));
  app.add_option("--connections", options.connections, "connections of the client")
      ->capture_default_str()
      ->check(CLI::Range(1, 64));

  app.add_flag("!--no-postgres", options.postgres, "without PostgreSQL");
  app.add_option("--soak", options.soak_minutes,
                 "minutes of constant load instead: every second's progress, stalls, latencies");
  app.add_option("--soak-rate", options.soak_rate, "redemptions per second of --soak")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);

  // What the program starts itself with.
  voucher::bench::EmptyAnswers answers;
  std::string address_file;
  CLI::App* empty = app.add_subcommand("empty-server")->group("");
  empty->add_option("--redeem-bytes", answers.redeem_bytes);
  empty->add_option("--stream-redeem-bytes", answers.stream_redeem_bytes);
  empty->add_option("--address-file", address_file);
  voucher::bench::Reading reading;
  CLI::App* reads = app.add_subcommand("read-budgets")->group("");
  reads->add_option("--address", reading.address);
  reads->add_option("--rate", reading.rate);
  reads->add_option("--seconds", reading.seconds);
  CLI11_PARSE(app, argc, argv);
  if (*empty) return voucher::bench::ServeEmpty(answers, address_file);
  if (*reads) return voucher::bench::ReadBudgets(reading);
  if (options.quick) voucher::bench::BeQuick(app, &options);
  return voucher::bench::Run(options);
}
