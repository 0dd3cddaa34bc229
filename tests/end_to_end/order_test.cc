// First come, first served, and not one nanosecond after the cutoff, under concurrent submitters.
#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/base/civil.h"
#include "tests/end_to_end/running_server.h"

namespace voucher::testing {
namespace {

constexpr int kSubmitters = 64;
constexpr int kAtLeastEach = 20;

struct Answer {
  v1::Receipt receipt;
  std::string reason;
};

class OrderTest : public ::testing::Test {
 protected:
  OrderTest() : server_("order") {}

  void SetUp() override { ASSERT_TRUE(server_.started().ok()) << server_.started(); }

  // Every submitter submits until `stop`, but at least so often; all answers.
  std::vector<Answer> SubmitUntil(const std::atomic<bool>& stop) {
    std::vector<std::vector<Answer>> answers(kSubmitters);
    std::vector<std::thread> submitters;
    for (int s = 0; s < kSubmitters; ++s) {
      submitters.emplace_back([this, s, &stop, &mine = answers[static_cast<size_t>(s)]] {
        ApiClient client(server_.process().endpoint(), "platform");
        for (int i = 0; !stop || i < kAtLeastEach; ++i) {
          const auto reply = client.Call(kRpc<v1::SubmitApplicationResponse>,
                                         SampleApplication(s % 4, s * 1'000'000 + i, 1'000));
          ASSERT_TRUE(reply.recorded()) << Describe(reply.status);
          mine.push_back({reply.receipt(), reply.reason()});
        }
      });
    }
    for (std::thread& submitter : submitters) submitter.join();
    std::vector<Answer> all;
    for (const auto& mine : answers) all.insert(all.end(), mine.begin(), mine.end());
    std::sort(all.begin(), all.end(), [](const Answer& a, const Answer& b) {
      return a.receipt.sequence() < b.receipt.sequence();
    });
    return all;
  }

  RunningServer server_;
};

TEST_F(OrderTest, TheQueueHasNoInversionAndTheCutoffIsExactWhileTimersAreDue) {
  ASSERT_EQ(server_.clock().MoveTo("2025-10-31T23:59:59.7+08:00"), absl::OkStatus());
  server_.clock().Run();
  std::atomic<bool> stop{false};
  std::thread time([&] {
    // Past the cutoff, then past the instant at which its timer may be booked.
    const UnixNanos cutoff = ParseRfc3339("2025-11-01T00:00:00+08:00").value();
    EXPECT_TRUE(Eventually([&] { return server_.clock().now() > cutoff + kNanosPerSecond / 5; }));
    server_.clock().Pause();
    EXPECT_EQ(server_.clock().MoveTo(cutoff + 31 * kNanosPerSecond), absl::OkStatus());
    server_.clock().Run();
    EXPECT_TRUE(Eventually([&] {
      v1::GetProgramRequest request;
      request.set_program_id(kProgramId);
      return server_.client()
                 .Call(kRpc<v1::GetProgramResponse>, request)
                 .response.program()
                 .state() == v1::PROGRAM_STATE_CLOSED;
    }));
    stop = true;
  });
  const std::vector<Answer> answers = SubmitUntil(stop);
  time.join();

  const UnixNanos cutoff = ParseRfc3339("2025-11-01T00:00:00+08:00").value();
  uint64_t queue_number = 0;
  UnixNanos received_before = 0;
  int accepted = 0, closed = 0;
  for (const Answer& answer : answers) {
    ASSERT_EQ(answer.receipt.queue_number(), ++queue_number);
    const UnixNanos received = FromTimestamp(answer.receipt.received_at()).value();
    ASSERT_GE(received, received_before);
    received_before = received;
    ASSERT_EQ(answer.reason, received < cutoff ? "" : "WINDOW_CLOSED")
        << FormatRfc3339(received, Zone::Shanghai());
    ++(answer.reason.empty() ? accepted : closed);
  }
  EXPECT_GT(accepted, 0);
  EXPECT_GT(closed, 0);
  // 20 % of 10.00 yuan each.
  v1::GetBudgetRequest request;
  request.set_program_id(kProgramId);
  const auto budget = server_.client().Call(kRpc<v1::GetBudgetResponse>, request);
  ASSERT_TRUE(budget.ok()) << Describe(budget.status);
  EXPECT_EQ(budget.response.budget().held_fen(), int64_t{200} * accepted);
  EXPECT_EQ(budget.response.budget().last_queue_number(), answers.size());
}

}  // namespace
}  // namespace voucher::testing
