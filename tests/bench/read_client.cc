#include "tests/bench/read_client.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include <sys/resource.h>

#include "ledger/base/status_macros.h"
#include "tests/bench/load.h"
#include "tests/support/child_process.h"
#include "tests/support/sample_program.h"
#include "voucher/v1/program_service.pb.h"

namespace voucher::bench {

std::unique_ptr<RequestPool> BudgetReads() {
  auto pool = std::make_unique<RequestPool>("/voucher.v1.ProgramService/GetBudget", "observer", 1,
                                            /*cyclic=*/true);
  v1::GetBudgetRequest request;
  request.set_program_id(testing::kProgramId);
  pool->Add(request);
  return pool;
}

absl::StatusOr<Latencies> ReadFromOutside(const Reading& reading) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  VOUCHER_ASSIGN_OR_RETURN(
      const testing::ProgramResult result,
      testing::RunProgram({self, "read-budgets", "--address", reading.address, "--rate",
                           absl::StrCat(reading.rate), "--seconds", absl::StrCat(reading.seconds)},
                          std::chrono::seconds(30 + static_cast<int>(reading.seconds))));
  const std::vector<absl::string_view> words =
      absl::StrSplit(result.stdout_text, absl::ByAnyChar(" \n"), absl::SkipEmpty());
  Latencies latencies;
  if (result.exit_code != 0 || words.size() != 3 || !absl::SimpleAtod(words[0], &latencies.p50) ||
      !absl::SimpleAtod(words[1], &latencies.p99) || !absl::SimpleAtod(words[2], &latencies.p999)) {
    return absl::InternalError(absl::StrCat("the reading client failed: ", result.stderr_text));
  }
  std::cerr << result.stderr_text;
  return latencies;
}

int ReadBudgets(const Reading& reading) {
  constexpr int kThisProcess = 0, kHighest = -20;
  if (setpriority(PRIO_PROCESS, kThisProcess, kHighest) != 0) {
    std::cerr << "the reads hold what their client waits for a processor: only root goes first\n";
  }
  LoadOptions options;
  options.address = reading.address;
  options.connections = 1;
  options.rate = reading.rate;
  options.duration = std::chrono::milliseconds(static_cast<int64_t>(reading.seconds * 1e3));
  const auto reads = BudgetReads();
  const absl::StatusOr<LoadResult> result = RunOpenLoop(options, reads.get());
  if (!result.ok()) {
    std::cerr << result.status().message() << std::endl;
    return 1;
  }
  const Latencies latencies = LatenciesOf(result->latency);
  std::cout << latencies.p50 << ' ' << latencies.p99 << ' ' << latencies.p999 << std::endl;
  return 0;
}

}  // namespace voucher::bench
