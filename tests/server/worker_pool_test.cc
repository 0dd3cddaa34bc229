#include "server/host/worker_pool.h"

#include <atomic>
#include <future>

#include "gtest/gtest.h"

namespace voucher {
namespace {

TEST(WorkerPoolTest, OneThreadRunsWorkInTheOrderPosted) {
  std::vector<int> seen;
  {
    WorkerPool pool(1);
    for (int i = 0; i < 1'000; ++i) pool.Post([&seen, i] { seen.push_back(i); });
  }
  ASSERT_EQ(seen.size(), 1'000u);
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(seen[i], i);
}

TEST(WorkerPoolTest, WaitIdleReturnsWhenWorkIsDoneAndNotLaterThanItsTimeout) {
  WorkerPool pool(2);
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::atomic<bool> done = false;
  pool.Post([&done, released] {
    released.wait();
    done = true;
  });
  pool.WaitIdle(std::chrono::milliseconds(1));
  EXPECT_FALSE(done);
  release.set_value();
  pool.WaitIdle(std::chrono::seconds(60));
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace voucher
