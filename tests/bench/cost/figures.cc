#include "tests/bench/cost/figures.h"

#include <string>

#include "ledger/base/check.h"
#include "ledger/machine/machine.h"
#include "ledger/machine/postings.h"
#include "tests/bench/cost/commands.h"
#include "tests/bench/identifiers.h"
#include "tests/support/ledger_story.h"

namespace voucher::bench {
namespace {

using testing::Platform, testing::ProviderOf, testing::Reviewer;

constexpr int64_t kGrantFen = 100'000;

// Takes the money that is left and opens nothing: the next application finds the pool empty.
v1::Command TakeBudgetBack(const World& world) {
  return testing::Appropriate("take back", -BalanceOf(world.view(), 1, BudgetAccount()));
}

// Timers of vouchers that lapse.
std::vector<v1::TimerDue> Lapses(const World& world, size_t count) {
  std::vector<v1::TimerDue> lapses;
  for (v1::TimerDue& timer : TimersDue(world.view(), world.now(), count + 1)) {
    if (timer.kind() == v1::TIMER_KIND_VOUCHER_LAPSE) lapses.push_back(std::move(timer));
  }
  lapses.resize(count);
  return lapses;
}

}  // namespace

std::vector<Figure> MeasureFigures(World* world, int measured) {
  const int enterprises = world->enterprises();
  const int count = measured + static_cast<int>(kWarmUp);
  VOUCHER_CHECK(measured > 0 && count <= enterprises) << measured << " of " << enterprises;
  const auto some = [&](absl::FunctionRef<v1::Command(int n)> make) {
    return MakeCommands(count, make);
  };
  std::vector<Figure> figures;
  const auto measure = [&](const char* name, const v1::Authority& who,
                           std::vector<v1::Command> commands) {
    figures.push_back(world->Measure(name, who, std::move(commands)));
  };

  measure("PutEnterprise", Platform(),
          some([&](int n) { return testing::PutEnterprise(enterprises + 1 + n); }));

  const uint64_t application = world->counters().real().application() + 1;
  const auto submissions =
      some([&](int n) { return Application(n, enterprises + 1 + n, kGrantFen); });
  figures.push_back(world->MeasureCheck("SubmitApplication/check", submissions));
  measure("SubmitApplication", Platform(), submissions);
  for (const char* stage : kReviewStages) {
    auto reviews = some([&](int n) { return PassReview(application + n, stage); });
    if (stage == kReviewStages[0]) {
      measure("ReviewApplication", Reviewer(), std::move(reviews));
    } else {
      world->Do(Reviewer(), std::move(reviews));
    }
  }
  const uint64_t voucher = world->counters().real().voucher() + 1;
  measure("ApproveApplication", Platform(),
          some([&](int n) { return testing::Approve(application + n); }));
  const uint64_t transfer = world->counters().real().transfer() + 1;
  measure("OrderTransfer", testing::Issuer(),
          some([&](int n) { return testing::OrderTransfer(voucher + n, n + 1, kGrantFen); }));
  measure("ConfirmTransfer", ProviderOf("acme"),
          some([&](int n) { return testing::ConfirmTransfer(transfer + n); }));

  const auto spread = [&](int n) {
    const auto accounts = static_cast<uint64_t>(enterprises);
    return Order(1 + Mixed(static_cast<uint64_t>(n)) % accounts, n);
  };
  const auto hot = [&](int first) {
    return some([&, first](int n) { return Order(world->hot_account(), first + n); });
  };
  const uint64_t redemption = world->counters().sequence() + 1;
  figures.push_back(world->MeasureCheck("Redeem/check", some(spread)));
  measure("Redeem/spread", ProviderOf("acme"), some(spread));
  measure("Redeem/hot", ProviderOf("acme"), hot(count));
  figures.push_back(world->MeasureReplay("Redeem/replay", ProviderOf("acme"), hot(2 * count)));
  measure("ReverseRedemption", ProviderOf("acme"),
          some([&](int n) { return testing::Reverse(redemption + n, 100); }));

  world->Do(testing::Finance(), {TakeBudgetBack(*world)});
  figures.push_back(world->Measure("SubmitApplication/exhausted", Platform(), some([&](int n) {
                                     return Application(n, 2 * enterprises + 1 + n, kGrantFen);
                                   }),
                                   v1::REASON_BUDGET_EXHAUSTED));

  world->MoveTo("2026-01-10T00:00:00+08:00");
  figures.push_back(world->MeasureTimers("VoucherLapse", Lapses(*world, count)));
  return figures;
}

}  // namespace voucher::bench
