#include "tests/bench/cost/commands.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "tests/support/ledger_story.h"

namespace voucher::bench {
namespace {

constexpr int kStageRateBps = 2'000;  // of stage "resource"

}  // namespace

std::vector<v1::Command> MakeCommands(int count, absl::FunctionRef<v1::Command(int n)> make) {
  std::vector<v1::Command> commands;
  for (int n = 0; n < count; ++n) commands.push_back(make(n));
  return commands;
}

v1::Command Application(int enterprise, int number, int64_t grant_fen) {
  v1::Command command = testing::Apply(enterprise, absl::StrFormat("apply-%08d", number),
                                       grant_fen * 10'000 / kStageRateBps);
  command.mutable_submit_application()->mutable_evidence()->mutable_invoices(0)->set_number(
      absl::StrFormat("25420%015d", number));
  return command;
}

v1::Command PassReview(uint64_t application, const std::string& stage) {
  return testing::Review(application, stage, v1::REVIEW_VERDICT_PASS);
}

v1::Command Order(uint64_t account, int number) {
  return testing::Redeem(account, absl::StrFormat("HW-20251031-%08d", number), 100);
}

}  // namespace voucher::bench
