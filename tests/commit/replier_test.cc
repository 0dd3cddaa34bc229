#include "ledger/commit/replier.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace voucher::testing {
namespace {

std::shared_ptr<const ReadSnapshot> NothingYet() {
  return std::make_shared<const ReadSnapshot>(nullptr, 0, 0, Hash{});
}

DurableGroup GroupOf(Done done) {
  DurableGroup group;
  group.finished.push_back(std::make_unique<Work>());
  group.finished.back()->commands = std::make_shared<Commands>();
  group.finished.back()->done = std::move(done);
  return group;
}

TEST(ReplierTest, AnswersInOrderAndAllOfThemBeforeItStops) {
  LedgerOptions options;
  std::vector<uint64_t> reported;
  options.on_group = [&](const GroupReport& report) { reported.push_back(report.bytes); };
  Publication publication(NothingYet());
  std::vector<uint64_t> answered;
  {
    Replier replier(options, &publication);
    for (uint64_t i = 0; i < 100; ++i) {
      DurableGroup group = GroupOf([&answered, i](const auto&) { answered.push_back(i); });
      group.report.bytes = i;
      replier.Answer(std::move(group));
    }
  }
  ASSERT_EQ(answered.size(), 100u);
  EXPECT_TRUE(std::is_sorted(answered.begin(), answered.end()));
  EXPECT_EQ(reported, answered);
}

TEST(ReplierTest, WhoeverIsSlowToTakeRepliesHoldsUpTheNextGroups) {
  LedgerOptions options;
  Publication publication(NothingYet());
  Replier replier(options, &publication);
  std::promise<void> go_on;
  replier.Answer(GroupOf([wait = go_on.get_future().share()](const auto&) { wait.wait(); }));
  std::atomic<int> taken = 0;
  std::thread committer([&] {
    for (int i = 0; i < 100; ++i) {
      replier.Answer(GroupOf([](const auto&) {}));
      ++taken;
    }
  });
  // Long enough for all hundred, if nothing held them up.
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_LT(taken, 20);
  go_on.set_value();
  committer.join();
  EXPECT_EQ(taken, 100);
}

}  // namespace
}  // namespace voucher::testing
