// The figures, and the rounds in which they are measured.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "tests/bench/empty_server.h"
#include "tests/bench/histogram.h"
#include "tests/bench/load.h"
#include "tests/bench/options.h"
#include "tests/bench/postgres.h"
#include "tests/bench/prepared_ledger.h"
#include "tests/bench/results.h"
#include "tests/bench/running_ledger.h"
#include "tests/bench/storage_floor.h"

namespace voucher::bench {

// On what terms something is measured.
struct StepTerms {
  // In the first round only: it takes long, or does not vary.
  bool once = false;
  bool needs_big_ledger = false;
  bool needs_postgres = false;
};

class Bench {
 public:
  explicit Bench(const Options& options);

  // Makes what the chosen figures need, measures them in rounds, one after another in each round,
  // so that a machine that becomes slower or faster meanwhile does so for all. An error stops the
  // run.
  absl::Status Run();

  // Instead of Run(): a constant load for options.soak_minutes on the big ledger, or on the fresh
  // one if there is no big one. Prints what each second brought.
  absl::Status Soak();

  const Results& results() const { return results_; }

 private:
  using Orders = RequestSource::Orders;
  // How requests go to the server.
  enum class Shape { kUnary, kBatch, kStream };
  // What they ask for: redemptions, or applications for one pool.
  enum class Work { kSpread, kHot, kFcfs, kMixed };

  // Something to measure, which adds its values to the results.
  struct Step {
    std::string name;
    std::function<absl::Status()> run;
    StepTerms terms;
  };

  // Redemptions in a message of a stream: as they come up, one by one.
  static constexpr int kStreamItems = 1;
  static constexpr std::chrono::milliseconds kWarmUp{300};

  void AddSteps();
  // Adds a step if it is wanted and can be measured with these options.
  void AddStep(std::string name, std::function<absl::Status()> run, StepTerms terms = {});
  // A step of the matrix on the fresh or the big ledger.
  void AddLoad(bool big, Shape shape, Work work, int items = 1);
  void AddPostgres(const char* name, absl::StatusOr<double> (PostgresPeer::*measure)(int seconds));
  bool Wanted(absl::string_view name) const;

  absl::Status Prepare();
  absl::Status PrepareLedgers(bool big);
  absl::StatusOr<PreparedLedger> PreparedWith(int accounts, uint64_t entries) const;
  absl::Status Probe();

  // The ceilings.
  absl::Status MeasureEmptyUnary();
  absl::Status MeasureEmptyStream();
  absl::Status MeasureFloor();
  absl::Status MeasureFsync();
  // Throughput in a closed loop.
  absl::Status MeasureLoad(const std::string& name, const PreparedLedger& ledger, Shape shape,
                           Work work, int items);
  // Latencies in open loops.
  absl::Status MeasureHalfLoad();
  absl::Status MeasureReads();
  void AddLatencies(const std::string& name, const Latencies& latencies);
  // Start-up, disk and memory.
  absl::Status MeasureOpen();
  absl::Status MeasureRebuild();
  absl::Status MeasureTail();
  absl::Status MeasureDiskPerRedemption();
  absl::Status MeasureMemory();

  // Runs a closed loop against the process `server` and adds its throughput as `name`, and beside
  // it the latency and what server and client used for each item.
  absl::Status RunClosedLoop(const std::string& name, const char* unit, Shape shape,
                             const LoadOptions& options, pid_t server, RequestPool* pool);
  // As many requests as are used up in one run, by what the runs of `name` before took.
  size_t RequestsFor(const std::string& name, int items) const;
  LoadOptions Loading(const std::string& address) const;
  absl::StatusOr<std::unique_ptr<RunningLedger>> CopyOf(const PreparedLedger& ledger) const;
  // A copy whose server runs and is warm.
  absl::StatusOr<std::unique_ptr<RunningLedger>> Running(const PreparedLedger& ledger) const;
  // Prints a line that the next one replaces, on a terminal.
  void Show(absl::string_view line) const;

  const Options options_;
  const std::chrono::milliseconds duration_;
  const bool terminal_;
  Results results_;
  std::vector<Step> steps_;
  PreparedLedger fresh_;
  PreparedLedger big_;
  EmptyAnswers answers_;
  std::vector<std::string> entries_;  // recorded redemptions
  std::unique_ptr<EmptyServer> empty_server_;
  std::unique_ptr<PostgresPeer> postgres_;
  std::map<std::string, double> rates_;  // items per second of earlier runs
};

}  // namespace voucher::bench
