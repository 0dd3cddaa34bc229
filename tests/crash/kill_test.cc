// SIGKILL under load, again and again: what was acknowledged stays, nothing happens twice, and
// views that are built anew are those that were there.
//
// VOUCHER_CRASH_KILLS (default 50) and VOUCHER_CRASH_SEED (default random, printed) in the
// environment set the extent and the course.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/base/civil.h"
#include "ledger/base/sha256.h"
#include "tests/crash/command_sender.h"
#include "tests/crash/load_client.h"
#include "tests/crash/views_digest.h"
#include "tests/support/child_process.h"
#include "tests/support/dev_clock.h"
#include "tests/support/sample_program.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/server_process.h"

namespace voucher::testing {
namespace {

constexpr int kClients = 32;
constexpr int kCheckers = 8;
constexpr size_t kReplayBatch = 1'024;

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  uint64_t value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : otherwise;
}

// Commands of one verb and principal that go out together, or a single one.
using Bundle = std::vector<const Acknowledged*>;

std::vector<Bundle> BundlesOf(const std::vector<const Acknowledged*>& rows) {
  std::vector<Bundle> bundles;
  std::map<v1::Command::VerbCase, Bundle> open;
  for (const Acknowledged* row : rows) {
    const auto verb = row->asked.command.verb_case();
    if (verb != v1::Command::kRedeem && verb != v1::Command::kSubmitApplication) {
      bundles.push_back({row});
      continue;
    }
    Bundle& bundle = open[verb];
    bundle.push_back(row);
    if (bundle.size() < kReplayBatch) continue;
    bundles.push_back(std::move(bundle));
    bundle.clear();
  }
  for (auto& [verb, bundle] : open) {
    if (!bundle.empty()) bundles.push_back(std::move(bundle));
  }
  return bundles;
}

absl::StatusOr<std::vector<Answered>> SendBundle(ApiClient& client, const Bundle& bundle) {
  std::vector<const v1::Command*> commands;
  for (const Acknowledged* row : bundle) commands.push_back(&row->asked.command);
  const std::string& principal = bundle.front()->asked.principal;
  switch (commands.front()->verb_case()) {
    case v1::Command::kRedeem:
      return SendRedemptions(client, principal, commands);
    case v1::Command::kSubmitApplication:
      return SendSubmissions(client, principal, commands);
    default:
      break;
  }
  absl::StatusOr<Answered> answered = Send(client, bundle.front()->asked);
  if (!answered.ok()) return answered.status();
  return std::vector<Answered>{*std::move(answered)};
}

// How many of a bundle are not answered as at first.
int64_t CountLost(ApiClient& client, const Bundle& bundle) {
  const absl::StatusOr<std::vector<Answered>> again = SendBundle(client, bundle);
  if (!again.ok() || again->size() != bundle.size()) {
    ADD_FAILURE() << again.status();
    return static_cast<int64_t>(bundle.size());
  }
  int64_t lost = 0;
  for (size_t i = 0; i < bundle.size(); ++i) {
    if ((*again)[i].Fingerprint() != bundle[i]->answered.Fingerprint()) ++lost;
  }
  return lost;
}

// Replays every acknowledged command; returns how many are not answered as at first.
int64_t ReplayAll(const Endpoint* endpoint, const std::vector<const Acknowledged*>& rows) {
  const std::vector<Bundle> bundles = BundlesOf(rows);
  std::atomic<size_t> next{0};
  std::atomic<int64_t> lost{0};
  std::vector<std::thread> checkers;
  for (int i = 0; i < kCheckers; ++i) {
    checkers.emplace_back([&] {
      ApiClient client(endpoint, "platform");
      for (size_t at = next++; at < bundles.size(); at = next++) {
        lost += CountLost(client, bundles[at]);
      }
    });
  }
  for (std::thread& checker : checkers) checker.join();
  return lost;
}

class KillTest : public ::testing::Test {
 protected:
  KillTest()
      : seed_(FromEnvironment("VOUCHER_CRASH_SEED", std::random_device()())),
        kills_(static_cast<int>(FromEnvironment("VOUCHER_CRASH_KILLS", 50))),
        random_(seed_),
        scratch_("crash"),
        server_(BinDirectory() + "/voucherd", scratch_.path(),
                TestConfig(DataDirectory(), kInsideWindow, {kProviderId})),
        clock_(server_.endpoint(), ParseRfc3339(kInsideWindow).value()) {
    std::cout << "seed " << seed_ << ", " << kills_ << " kills (VOUCHER_CRASH_SEED, "
              << "VOUCHER_CRASH_KILLS)" << std::endl;
  }

  std::string DataDirectory() const { return scratch_.Path("data"); }

  void PrepareClients() {
    ASSERT_EQ(server_.Start(), absl::OkStatus());
    ApiClient setup(server_.endpoint(), "platform");
    ASSERT_EQ(PrepareProgram(&setup, int64_t{100'000'000} * 100, kClients), absl::OkStatus());
    for (int i = 0; i < kClients; ++i) {
      clients_.push_back(std::make_unique<LoadClient>(&load_endpoint_, i, seed_, &log_));
      const absl::StatusOr<uint64_t> account_id =
          CarryToCredit(&setup, i, /*number=*/i, /*spend_fen=*/5'000'000);
      ASSERT_TRUE(account_id.ok()) << account_id.status();
      clients_.back()->StartFrom(*account_id);
    }
    clock_.Run();
    load_endpoint_.Publish(server_.endpoint()->Get().address);
  }

  // Of a copy, so that the restart is what it would be without it.
  void ExpectViewsAreBuiltAnewAsTheyWere() const {
    const std::string copy = scratch_.Path("copy");
    std::filesystem::remove_all(copy);
    for (const std::string part : {"/journal", "/views"}) {
      std::filesystem::create_directories(copy + part);
      std::filesystem::copy(DataDirectory() + part, copy + part,
                            std::filesystem::copy_options::recursive);
    }
    const absl::StatusOr<Hash> caught_up = CaughtUpViewsDigest(copy);
    ASSERT_TRUE(caught_up.ok()) << caught_up.status();
    std::filesystem::remove_all(copy + "/views");
    const absl::StatusOr<Hash> anew = CaughtUpViewsDigest(copy);
    ASSERT_TRUE(anew.ok()) << anew.status();
    EXPECT_EQ(*anew, *caught_up);
  }

  // Waits for some load, kills, restarts, and replays everything that was acknowledged. The load
  // goes on only then.
  void KillOnce(int kill) {
    const size_t more = 50 + static_cast<size_t>(random_() % 400);
    ASSERT_TRUE(log_.WaitForSize(log_.size() + more, std::chrono::seconds(60)))
        << "the load stands still before kill " << kill;
    server_.Kill();
    clock_.Pause();
    ASSERT_NO_FATAL_FAILURE(ExpectViewsAreBuiltAnewAsTheyWere()) << "after kill " << kill;
    server_.config().mutable_development()->mutable_manual_clock()->set_start(clock_.RestartAt());
    ASSERT_EQ(server_.Start(), absl::OkStatus()) << "after kill " << kill;
    clock_.Run();
    const std::vector<const Acknowledged*> rows = log_.Rows();
    const int64_t lost = ReplayAll(server_.endpoint(), rows);
    replayed_ += static_cast<int64_t>(rows.size());
    ASSERT_EQ(lost, 0) << "lost acknowledgements after kill " << kill << " of " << rows.size();
    load_endpoint_.Publish(server_.endpoint()->Get().address);
  }

  void KillAgainAndAgain() {
    std::atomic<bool> stop{false};
    std::vector<absl::Status> results(clients_.size());
    std::vector<std::thread> threads;
    for (size_t i = 0; i < clients_.size(); ++i) {
      threads.emplace_back([&, i] { results[i] = clients_[i]->Run(stop); });
    }
    for (int kill = 1; kill <= kills_ && !HasFatalFailure(); ++kill) KillOnce(kill);
    stop = true;
    for (std::thread& thread : threads) thread.join();
    for (const absl::Status& result : results) EXPECT_EQ(result, absl::OkStatus());
  }

  // Reads the whole ledger as an auditor: no request, order or queue number twice.
  void ExpectNothingTwice() {
    ApiClient auditor(server_.endpoint(), "auditor");
    std::set<std::pair<uint32_t, std::string>> requests;
    std::set<std::string> orders;
    std::map<uint64_t, std::string> leaves;
    uint64_t queue_number = 0;
    v1::ListEntriesRequest page;
    page.set_first_sequence(1);
    page.set_page_size(1'000);
    while (page.first_sequence() != 0) {
      const auto reply = auditor.Call(kRpc<v1::ListEntriesResponse>, page);
      ASSERT_TRUE(reply.ok()) << Describe(reply.status);
      for (const v1::RecordedEntry& recorded : reply.response.recorded()) {
        const v1::Entry& entry = recorded.entry();
        ASSERT_EQ(entry.sequence(), leaves.size() + 1);
        leaves[entry.sequence()] =
            std::string(AsBytes(Sha256Of({absl::string_view("\0", 1), recorded.stored()})));
        const v1::Command& c = entry.command();
        if (c.has_submit_application()) {
          EXPECT_EQ(entry.queue_number(), ++queue_number);
          EXPECT_TRUE(
              requests.emplace(entry.principal(), c.submit_application().request_id()).second);
        }
        if (c.has_redeem()) {
          EXPECT_TRUE(requests.emplace(entry.principal(), c.redeem().request_id()).second);
          if (entry.has_event()) {
            EXPECT_TRUE(orders.insert(c.redeem().order_number()).second);
          }
        }
      }
      page.set_first_sequence(reply.response.next_sequence());
    }
    std::set<uint64_t> sequences;
    for (const Acknowledged* row : log_.Rows()) {
      const v1::Receipt& receipt = row->answered.receipt;
      EXPECT_TRUE(sequences.insert(receipt.sequence()).second);
      EXPECT_EQ(leaves[receipt.sequence()], receipt.leaf_hash());
    }
    EXPECT_GT(orders.size(), 0u);
  }

  const uint64_t seed_;
  const int kills_;
  std::mt19937_64 random_;
  ScratchDirectory scratch_;
  ServerProcess server_;
  DevClock clock_;
  // What the load follows: published only after the replay that follows a restart.
  Endpoint load_endpoint_;
  AcknowledgedLog log_;
  std::vector<std::unique_ptr<LoadClient>> clients_;
  int64_t replayed_ = 0;
};

TEST_F(KillTest, NothingAcknowledgedIsLostAndNothingHappensTwice) {
  ASSERT_NO_FATAL_FAILURE(PrepareClients());
  ASSERT_NO_FATAL_FAILURE(KillAgainAndAgain());
  EXPECT_EQ(ReplayAll(server_.endpoint(), log_.Rows()), 0);
  ASSERT_NO_FATAL_FAILURE(ExpectNothingTwice());
  int64_t repeats = 0;
  for (const auto& client : clients_) repeats += client->repeats();
  EXPECT_GT(repeats, 0);
  // gRPC's drain waits 20 s for idle connections that nobody polls.
  clients_.clear();
  clock_.Pause();
  ASSERT_EQ(server_.Terminate(), absl::OkStatus());
  const absl::StatusOr<ProgramResult> fsck = RunProgram(
      {BinDirectory() + "/voucher-fsck", "--redecide", DataDirectory()}, std::chrono::minutes(2));
  ASSERT_TRUE(fsck.ok()) << fsck.status();
  EXPECT_EQ(fsck->exit_code, 0) << fsck->stdout_text << fsck->stderr_text;
  std::cout << kills_ << " kills, " << log_.size() << " acknowledged, " << replayed_
            << " replayed after a restart, " << repeats << " repeated under load, 0 lost"
            << std::endl;
}

}  // namespace
}  // namespace voucher::testing
