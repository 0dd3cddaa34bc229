// voucher-demo: a programme on real input, with a real server, from an empty directory to a
// verified ledger. Exits with 0 and "demo: ok" only if every count is as worked out independently.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include <CLI/CLI.hpp>

#include "tests/demo/story.h"
#include "tests/demo/summary.h"
#include "tests/demo/world.h"
#include "tests/support/child_process.h"
#include "tests/support/shipped_program.h"

namespace voucher::demo {
namespace {

namespace fs = std::filesystem;

// Empties the data directory if it is one of a ledger; never anything else.
absl::Status MakeFresh(const std::string& data_directory) {
  std::error_code error;
  if (fs::exists(data_directory) && !fs::is_empty(data_directory, error) &&
      !fs::exists(fs::path(data_directory) / "journal")) {
    return absl::FailedPreconditionError(
        absl::StrCat(data_directory, " is neither empty nor a ledger's: not touched"));
  }
  fs::remove_all(data_directory, error);
  fs::create_directories(data_directory, error);
  if (error) return absl::InternalError(absl::StrCat(data_directory, ": ", error.message()));
  fs::remove(fs::path(data_directory).parent_path() / "voucherd.log", error);
  return absl::OkStatus();
}

absl::Status RunPhases(World* world) {
  constexpr absl::Status (*kPhases[])(World*) = {
      StartAndPublish, ImportRegistry,     RushOpening,        PassCutoff,      ReviewAll,
      ApproveAll,      TransferCredit,     RedeemThroughCrash, RedeemRest,      ReverseSome,
      ShowRefusals,    ReplayAcknowledged, CompareBooks,       ReadWholeLedger, StopAndVerify};
  for (const auto phase : kPhases) {
    const absl::Status status = phase(world);
    if (status.ok()) continue;
    world->progress.Fail(status.message());
    return status;
  }
  return absl::OkStatus();
}

// The main job on thousands of applications.
constexpr absl::string_view kMainProgram = "hubei-2025";

bool RunMainJob(const Options& options) {
  const auto started = std::chrono::steady_clock::now();
  absl::StatusOr<Input> input = ReadInput(options.program_id);
  if (!input.ok()) {
    std::cerr << "voucher-demo: " << input.status().message() << std::endl;
    return false;
  }
  World world(options, *std::move(input));
  const absl::Status status = RunPhases(&world);
  if (!status.ok()) world.findings.problems.emplace_back(status.message());
  const bool ok = world.findings.problems.empty();
  const int64_t milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(
                                   std::chrono::steady_clock::now() - started)
                                   .count();
  PrintTable(world);
  const std::string summary =
      (fs::path(options.data_directory).parent_path() / "summary.json").string();
  testing::WriteWholeFile(summary, SummaryJson(world, ok, milliseconds));
  std::cout << "\n" << milliseconds / 1000 << " s; summary in " << summary << std::endl;
  return ok;
}

bool RunProgram(Options options) {
  options.data_directory = fs::absolute(options.data_directory).lexically_normal().string();
  if (const absl::Status fresh = MakeFresh(options.data_directory); !fresh.ok()) {
    std::cerr << "voucher-demo: " << fresh.message() << std::endl;
    return false;
  }
  const bool ok = options.program_id == kMainProgram ? RunMainJob(options) : RunStory(options);
  std::error_code ignored;
  if (ok && !options.keep) fs::remove_all(options.data_directory, ignored);
  return ok;
}

int Run(const Options& options, bool all) {
  bool ok = true;
  if (all) {
    for (const std::string& program : ShippedProgramIds()) {
      std::cout << "\n== " << program << "\n" << std::endl;
      Options one = options;
      one.program_id = program;
      // A directory each, so that the summaries stay side by side.
      one.data_directory =
          (fs::path(options.data_directory).parent_path() / program / "data").string();
      ok = RunProgram(one) && ok;
    }
  } else {
    ok = RunProgram(options);
  }
  std::cout << (ok ? "demo: ok" : "demo: FAILED") << std::endl;
  return ok ? 0 : 1;
}

}  // namespace
}  // namespace voucher::demo

int main(int argc, char** argv) {
  voucher::demo::Options options;
  options.bin_directory = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
  CLI::App app(
      "Runs the whole life of a subsidy programme against a real voucherd on a fresh directory and "
      "checks every count: hubei-2025 with thousands of applications, the others by the story in "
      "tests/scenarios. Run it from the repository root.",
      "voucher-demo");
  app.add_option("--data-dir", options.data_directory,
                 "directory of the ledger, emptied first; log and summary.json go beside it")
      ->capture_default_str();
  app.add_option("--bin-dir", options.bin_directory, "where voucherd and voucher-fsck are")
      ->capture_default_str();
  app.add_option("--program", options.program_id, "program to run")
      ->check(CLI::IsMember(voucher::ShippedProgramIds()))
      ->capture_default_str();
  bool all = false;
  app.add_flag("--all", all, "run all programs, one after the other");
  app.add_flag("--keep", options.keep, "keep the directory of the ledger after a good run");
  CLI11_PARSE(app, argc, argv);
  return voucher::demo::Run(options, all);
}
