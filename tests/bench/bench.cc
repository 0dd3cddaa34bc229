#include "tests/bench/bench.h"

#include <algorithm>
#include <cstdio>
#include <regex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include <unistd.h>

#include "ledger/base/status_macros.h"

namespace voucher::bench {
namespace {

constexpr int kProbeOrders = 10'000;

}  // namespace

Bench::Bench(const Options& options)
    : options_(options),
      duration_(static_cast<int64_t>(options.seconds * 1000)),
      terminal_(isatty(STDOUT_FILENO) != 0) {}

void Bench::Show(absl::string_view line) const {
  absl::PrintF("%s%s%s", terminal_ ? "\r\033[K" : "", line, terminal_ ? "" : "\n");
  std::fflush(stdout);
}

bool Bench::Wanted(absl::string_view name) const {
  return options_.only.empty() ||
         std::regex_search(name.begin(), name.end(), std::regex(options_.only));
}

absl::StatusOr<std::unique_ptr<RunningLedger>> Bench::CopyOf(const PreparedLedger& ledger) const {
  return RunningLedger::Copy(options_.bin_directory, ledger, options_.directory + "/run");
}

absl::StatusOr<std::unique_ptr<RunningLedger>> Bench::Running(const PreparedLedger& ledger) const {
  VOUCHER_ASSIGN_OR_RETURN(auto running, CopyOf(ledger));
  VOUCHER_RETURN_IF_ERROR(running->server().Start());
  VOUCHER_RETURN_IF_ERROR(running->WarmUp());
  return running;
}

// Learns the sizes of answers and of entries from a short run.
absl::Status Bench::Probe() {
  VOUCHER_ASSIGN_OR_RETURN(const auto ledger, Running(fresh_));
  LoadOptions options;
  options.address = ledger->address();
  const auto size_of_answer = [&](RequestPool* pool) -> absl::StatusOr<size_t> {
    size_t bytes = 0;
    options.on_response = [&](size_t, const grpc::ByteBuffer& response) {
      bytes = std::max(bytes, response.Length());
    };
    VOUCHER_RETURN_IF_ERROR(RunUnary(options, pool).status());
    return bytes;
  };
  const auto one = ledger->requests().Redeem(Orders::kSpread, kProbeOrders);
  VOUCHER_ASSIGN_OR_RETURN(answers_.redeem_bytes, size_of_answer(one.get()));
  // A message of StreamRedeem is answered as a batch is.
  const auto message = ledger->requests().BatchRedeem(Orders::kSpread, 100, kStreamItems);
  VOUCHER_ASSIGN_OR_RETURN(answers_.stream_redeem_bytes, size_of_answer(message.get()));
  VOUCHER_RETURN_IF_ERROR(ledger->server().Terminate());
  VOUCHER_ASSIGN_OR_RETURN(entries_, LastEntries(ledger->data_directory(), kProbeOrders));
  size_t bytes = 0;
  for (const std::string& entry : entries_) bytes += entry.size();
  results_.Add("entry_bytes", "bytes",
               static_cast<double>(bytes) / static_cast<double>(entries_.size()));
  return absl::OkStatus();
}

absl::StatusOr<PreparedLedger> Bench::PreparedWith(int accounts, uint64_t entries) const {
  return PrepareLedger(
      {options_.bin_directory, options_.directory, [this](absl::string_view line) { Show(line); }},
      accounts, entries);
}

absl::Status Bench::PrepareLedgers(bool big) {
  VOUCHER_ASSIGN_OR_RETURN(fresh_, PreparedWith(options_.accounts, 0));
  if (!big) return absl::OkStatus();
  VOUCHER_ASSIGN_OR_RETURN(big_, PreparedWith(options_.accounts, options_.entries));
  return absl::OkStatus();
}

// Makes what the steps need.
absl::Status Bench::Prepare() {
  const auto any = [this](bool StepTerms::*need) {
    return std::any_of(steps_.begin(), steps_.end(),
                       [need](const Step& step) { return step.terms.*need; });
  };
  VOUCHER_RETURN_IF_ERROR(PrepareLedgers(any(&StepTerms::needs_big_ledger)));
  VOUCHER_RETURN_IF_ERROR(Probe());
  VOUCHER_ASSIGN_OR_RETURN(empty_server_, EmptyServer::Start(answers_, options_.directory));
  if (any(&StepTerms::needs_postgres)) {
    Show("starting PostgreSQL");
    VOUCHER_ASSIGN_OR_RETURN(postgres_, PostgresPeer::Start(options_.directory));
  }
  return absl::OkStatus();
}

void Bench::AddStep(std::string name, std::function<absl::Status()> run, StepTerms terms) {
  if (!Wanted(name)) return;
  if (terms.needs_big_ledger && options_.entries == 0) return;
  if (terms.needs_postgres && !options_.postgres) return;
  steps_.push_back({std::move(name), std::move(run), terms});
}

void Bench::AddPostgres(const char* name,
                        absl::StatusOr<double> (PostgresPeer::*measure)(int seconds)) {
  AddStep(name,
          [=, this]() -> absl::Status {
            VOUCHER_ASSIGN_OR_RETURN(
                const double per_second,
                (postgres_.get()->*measure)(std::max(1, static_cast<int>(options_.seconds))));
            results_.Add(name, "operations/s", per_second);
            return absl::OkStatus();
          },
          {.needs_postgres = true});
}

void Bench::AddSteps() {
  // What is compared stands side by side.
  AddStep("fsync", [this] { return MeasureFsync(); });
  AddStep("unary_half_load", [this] { return MeasureHalfLoad(); });
  AddStep("empty_unary", [this] { return MeasureEmptyUnary(); });
  AddLoad(false, Shape::kUnary, Work::kSpread);
  AddPostgres("postgres_spread", &PostgresPeer::SpreadPerSecond);
  AddLoad(false, Shape::kUnary, Work::kFcfs);
  AddPostgres("postgres_hot_pool", &PostgresPeer::HotPoolPerSecond);
  AddStep("empty_stream", [this] { return MeasureEmptyStream(); });
  AddLoad(false, Shape::kStream, Work::kSpread, kStreamItems);
  AddStep("rocksdb_floor", [this] { return MeasureFloor(); });
  AddLoad(false, Shape::kBatch, Work::kSpread, 1'000);
  AddLoad(true, Shape::kBatch, Work::kSpread, 1'000);
  AddPostgres("postgres_batch", &PostgresPeer::BatchPerSecond);
  AddStep("reads", [this] { return MeasureReads(); });
  // The rest of the matrix.
  AddLoad(true, Shape::kUnary, Work::kSpread);
  AddLoad(true, Shape::kUnary, Work::kFcfs);
  AddLoad(true, Shape::kStream, Work::kSpread, kStreamItems);
  for (const bool big : {false, true}) {
    AddLoad(big, Shape::kUnary, Work::kHot);
    AddLoad(big, Shape::kUnary, Work::kMixed);
    AddLoad(big, Shape::kStream, Work::kHot, kStreamItems);
    AddLoad(big, Shape::kStream, Work::kMixed, kStreamItems);
    AddLoad(big, Shape::kStream, Work::kSpread, 100);
    AddLoad(big, Shape::kBatch, Work::kHot, 1'000);
    AddLoad(big, Shape::kBatch, Work::kFcfs, 1'000);
    AddLoad(big, Shape::kBatch, Work::kMixed, 1'000);
    for (const int items : {100, 8'000}) {
      for (const Work work : {Work::kSpread, Work::kHot, Work::kFcfs, Work::kMixed}) {
        AddLoad(big, Shape::kBatch, work, items);
      }
    }
  }
  const StepTerms big_once = {.once = true, .needs_big_ledger = true};
  AddStep("open", [this] { return MeasureOpen(); }, {.needs_big_ledger = true});
  AddStep(
      "tail", [this] { return MeasureTail(); }, big_once);
  AddStep(
      "rebuild", [this] { return MeasureRebuild(); }, big_once);
  AddStep(
      "disk", [this] { return MeasureDiskPerRedemption(); }, big_once);
  if (!options_.quick) AddStep("memory", [this] { return MeasureMemory(); }, {.once = true});
}

absl::Status Bench::Run() {
  AddSteps();
  if (steps_.empty()) return absl::InvalidArgumentError("no figure has such a name");
  VOUCHER_RETURN_IF_ERROR(Prepare());
  for (int round = 1; round <= options_.rounds; ++round) {
    for (size_t i = 0; i < steps_.size(); ++i) {
      const Step& step = steps_[i];
      if (step.terms.once && round > 1) continue;
      Show(absl::StrFormat("round %d of %d, %d of %d: %s", round, options_.rounds, i + 1,
                           steps_.size(), step.name));
      const absl::Status status = step.run();
      if (!status.ok()) {
        return absl::Status(status.code(), absl::StrCat(step.name, ": ", status.message()));
      }
    }
  }
  if (terminal_) Show("");
  return absl::OkStatus();
}

}  // namespace voucher::bench
