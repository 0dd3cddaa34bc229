#include "tests/bench/postgres.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/support/scratch_directory.h"

namespace voucher::bench {
namespace {

using ::testing::HasSubstr;

// Seconds of each figure, which the variable prints after a search for the best number of clients;
// one, without a search, if it is not set.
int MeasuredSeconds() {
  const char* seconds = std::getenv("VOUCHER_POSTGRES_SECONDS");
  return seconds != nullptr ? std::atoi(seconds) : 0;
}

class PostgresPeerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    PostgresPeer::Options options;
    if (MeasuredSeconds() == 0) options.search_seconds = 0;
    auto peer = PostgresPeer::Start(directory_.path(), options);
    ASSERT_TRUE(peer.ok()) << peer.status();
    peer_ = *std::move(peer);
  }

  const voucher::testing::ScratchDirectory directory_{"postgres"};
  std::unique_ptr<PostgresPeer> peer_;
};

TEST_F(PostgresPeerTest, BooksWhatItAcknowledgesAndLeavesNothingBehind) {
  const int seconds = MeasuredSeconds() == 0 ? 1 : MeasuredSeconds();
  const auto spread = peer_->SpreadPerSecond(seconds);
  ASSERT_TRUE(spread.ok()) << spread.status();
  const auto batch = peer_->BatchPerSecond(seconds);
  ASSERT_TRUE(batch.ok()) << batch.status();
  const auto hot_pool = peer_->HotPoolPerSecond(seconds);
  ASSERT_TRUE(hot_pool.ok()) << hot_pool.status();
  EXPECT_GT(*spread, 0);
  EXPECT_GT(*batch, *spread);
  EXPECT_GT(*hot_pool, 0);
  std::cout << peer_->version() << ", clients: " << peer_->DescribeClients() << "\n"
            << "spread   " << *spread << "/s\nhot pool " << *hot_pool << "/s\nbatch    " << *batch
            << "/s" << std::endl;

  peer_.reset();
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
}

TEST_F(PostgresPeerTest, NoticesBooksThatDoNotAgree) {
  ASSERT_TRUE(
      peer_->Query("UPDATE accounts SET credit_fen = credit_fen + 1 WHERE account_id = 5").ok());
  const auto invented = peer_->HotPoolPerSecond(1);
  EXPECT_TRUE(absl::IsDataLoss(invented.status())) << invented.status();
  EXPECT_THAT(std::string(invented.status().message()), HasSubstr("accounts spent -1 fen"));

  ASSERT_TRUE(peer_->Query("SELECT redeem(gen_random_uuid(), 5, 'ecs', 'order', 1, now())").ok());
  const auto untold = peer_->HotPoolPerSecond(1);
  EXPECT_TRUE(absl::IsDataLoss(untold.status())) << untold.status();
  EXPECT_THAT(std::string(untold.status().message()),
              HasSubstr("1 redemptions are booked, 0 were acknowledged"));
}

}  // namespace
}  // namespace voucher::bench
