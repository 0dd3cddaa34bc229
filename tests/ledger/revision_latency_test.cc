// A revision of a program with many grants keeps the other programs waiting no longer than 200 ms.
//
//   VOUCHER_REVISION_GRANTS=N   of how many enterprises; default 5,000
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "tests/ledger/test_ledger.h"

namespace voucher::testing {
namespace {

// What an enterprise has of each of its two projects.
constexpr int64_t kGrantFen = 200'00;
constexpr int kAtATime = 1'000;

int Enterprises() {
  const char* text = std::getenv("VOUCHER_REVISION_GRANTS");
  return text != nullptr ? std::atoi(text) : 5'000;
}

using Clock = std::chrono::steady_clock;

double MillisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// Somebody who has commands of another program decided, one after the other.
class Bystander {
 public:
  explicit Bystander(TestLedger* test) : thread_([this, test] { Run(test); }) {}
  ~Bystander() { Stop(); }

  // How long each command took, in ms, in ascending order.
  std::vector<double> Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    std::sort(latencies_.begin(), latencies_.end());
    return latencies_;
  }

 private:
  void Run(TestLedger* test) {
    for (int i = 0; !stop_; ++i) {
      const auto start = Clock::now();
      EXPECT_TRUE(Accepted(test->Do(Apply(absl::StrCat("b-", i), "b", 0))));
      latencies_.push_back(MillisecondsSince(start));
    }
  }

  std::atomic<bool> stop_{false};
  std::vector<double> latencies_;
  std::thread thread_;
};

v1::Command Publish(const std::string& request_id, const v1::ProgramRules& rules) {
  v1::Command command;
  command.mutable_publish_program()->set_request_id(request_id);
  *command.mutable_publish_program()->mutable_rules() = rules;
  return command;
}

v1::ProgramRules WithCap(v1::CapScope scope, int64_t fen) {
  v1::ProgramRules rules = TestRules("a");
  v1::Cap* cap = rules.add_caps();
  cap->set_scope(scope);
  cap->set_amount_fen(fen);
  cap->set_clause("Art. cap");
  return rules;
}

void Grant(TestLedger* test, int enterprises) {
  for (int first = 0; first < enterprises; first += kAtATime) {
    std::vector<v1::Command> commands;
    for (int i = first; i < std::min(first + kAtATime, enterprises); ++i) {
      if (i > 0) commands.push_back(PutEnterprise(absl::StrCat("e-", i), i));
      commands.push_back(Apply(absl::StrCat("x-", i), "a", i));
      commands.push_back(Apply(absl::StrCat("y-", i), "a", i));
    }
    for (const Outcome& outcome : test->Submit(commands, Platform()).get()) {
      ASSERT_TRUE(Accepted(outcome)) << outcome.status;
    }
  }
}

TEST(RevisionLatency, OthersWaitAtMost200Milliseconds) {
  TestLedger test;
  test.Open();
  const int enterprises = Enterprises();
  test.OpenProgram(TestRules("a"), 1'000'000'000'000, 1);
  test.OpenProgram(TestRules("b"), 1'000'000'000'000, 0);
  Grant(&test, enterprises);
  struct Revision {
    const char* what;
    v1::CapScope scope;
    int64_t cap_fen;
    v1::Reason reason;
  };
  for (const Revision& revision : std::vector<Revision>{
           {"a cap appears, above all", v1::CAP_SCOPE_ENTERPRISE_YEAR, 3 * kGrantFen, {}},
           {"lowered to what stands", v1::CAP_SCOPE_ENTERPRISE_YEAR, 2 * kGrantFen, {}},
           {"lowered below it", v1::CAP_SCOPE_ENTERPRISE_YEAR, 2 * kGrantFen - 1,
            v1::REASON_LIMIT_BELOW_USE},
           {"raised", v1::CAP_SCOPE_ENTERPRISE_YEAR, 9 * kGrantFen, {}},
           // All have more than this, but of two projects: everybody is looked at.
           {"another kind of cap", v1::CAP_SCOPE_PROJECT, kGrantFen, {}}}) {
    Bystander bystander(&test);
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const auto start = Clock::now();
    const Outcome outcome = test.Do(
        Publish(absl::StrCat("r-", revision.cap_fen), WithCap(revision.scope, revision.cap_fen)));
    const double took_ms = MillisecondsSince(start);
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const std::vector<double> latencies = bystander.Stop();
    EXPECT_EQ(outcome.recorded->entry.refusal().reason(), revision.reason) << revision.what;
    const double p99_ms = latencies[latencies.size() * 99 / 100];
    std::printf("%-26s %8.1f ms; others, of %zu: p99 %6.1f ms, longest %8.1f ms\n", revision.what,
                took_ms, latencies.size(), p99_ms, latencies.back());
    EXPECT_LT(p99_ms, 200) << revision.what;
  }
}

}  // namespace
}  // namespace voucher::testing
