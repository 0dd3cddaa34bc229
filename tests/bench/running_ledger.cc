#include "tests/bench/running_ledger.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"

#include "ledger/base/status_macros.h"
#include "tests/bench/load.h"
#include "tests/support/sample_program.h"

namespace voucher::bench {
namespace {

constexpr int kWarmUpItems = 1'000;

absl::Status Moved(absl::string_view what, int64_t fen, const RequestPool& pool) {
  if (fen == pool.taken_fen()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(pool.method(), ": ", pool.taken(), " requests for ",
                                          pool.taken_fen(), " fen were answered, but ", fen,
                                          " fen were ", what));
}

}  // namespace

RunningLedger::RunningLedger(const std::string& bin_directory, const PreparedLedger& ledger,
                             const std::string& directory)
    : directory_(directory),
      data_directory_(directory + "/data"),
      server_(bin_directory + "/voucherd", directory,
              testing::TestConfig(data_directory_, testing::kInsideWindow, {testing::kProviderId})),
      requests_(ledger),
      accounts_(ledger.accounts) {}

absl::StatusOr<std::unique_ptr<RunningLedger>> RunningLedger::Copy(const std::string& bin_directory,
                                                                   const PreparedLedger& ledger,
                                                                   const std::string& directory) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  std::unique_ptr<RunningLedger> running(new RunningLedger(bin_directory, ledger, directory));
  VOUCHER_RETURN_IF_ERROR(CopyLedger(ledger, running->data_directory_));
  return running;
}

RunningLedger::~RunningLedger() {
  if (server_.is_running()) server_.Kill();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

absl::Status RunningLedger::WarmUp() {
  const auto batches = static_cast<size_t>((accounts_ + kWarmUpItems - 1) / kWarmUpItems);
  const auto pool = requests_.BatchRedeem(RequestSource::Orders::kOfEach, batches, kWarmUpItems);
  LoadOptions options;
  options.address = address();
  options.in_flight = 8;
  VOUCHER_RETURN_IF_ERROR(RunUnary(options, pool.get()).status());
  VOUCHER_ASSIGN_OR_RETURN(const v1::Budget budget, Budget());
  payable_fen_ = budget.payable_fen();
  held_fen_ = budget.held_fen();
  return absl::OkStatus();
}

absl::StatusOr<v1::Budget> RunningLedger::Budget() {
  v1::GetBudgetRequest request;
  request.set_program_id(testing::kProgramId);
  const auto reply = Client("platform").Call(testing::kRpc<v1::GetBudgetResponse>, request);
  if (!reply.ok()) {
    return absl::InternalError(absl::StrCat("GetBudget: ", testing::Describe(reply.status)));
  }
  return reply.response.budget();
}

absl::Status RunningLedger::CheckRedeemed(const RequestPool& pool) {
  VOUCHER_ASSIGN_OR_RETURN(const v1::Budget budget, Budget());
  return Moved("redeemed", budget.payable_fen() - std::exchange(payable_fen_, budget.payable_fen()),
               pool);
}

absl::Status RunningLedger::CheckGranted(const RequestPool& pool) {
  VOUCHER_ASSIGN_OR_RETURN(const v1::Budget budget, Budget());
  return Moved("granted", budget.held_fen() - std::exchange(held_fen_, budget.held_fen()), pool);
}

}  // namespace voucher::bench
