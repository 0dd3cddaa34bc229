// The arithmetic of the benchmark.
#include <optional>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/bench/guard.h"
#include "tests/bench/histogram.h"
#include "tests/bench/identifiers.h"
#include "tests/bench/request_pool.h"
#include "tests/bench/results.h"
#include "voucher/v1/credit_service.pb.h"

namespace voucher::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Histogram, QuantilesAreAtMostOneAndAHalfPercentTooLarge) {
  Histogram histogram;
  for (int64_t us = 1; us <= 1'000; ++us) histogram.Add(us * 1'000);
  EXPECT_EQ(histogram.count(), 1'000);
  EXPECT_EQ(histogram.max(), 1'000'000);
  EXPECT_GE(histogram.Quantile(0.5), 500'000);
  EXPECT_LE(histogram.Quantile(0.5), 508'000);
  EXPECT_GE(histogram.Quantile(0.99), 990'000);
  EXPECT_LE(histogram.Quantile(0.99), 1'000'000);
  EXPECT_EQ(histogram.Quantile(1), 1'000'000);
  const Latencies microseconds = LatenciesOf(histogram);
  EXPECT_DOUBLE_EQ(microseconds.p50 * 1e3, static_cast<double>(histogram.Quantile(0.5)));
  EXPECT_DOUBLE_EQ(microseconds.p99 * 1e3, static_cast<double>(histogram.Quantile(0.99)));
  EXPECT_DOUBLE_EQ(microseconds.p999 * 1e3, static_cast<double>(histogram.Quantile(0.999)));
}

TEST(Histogram, SmallValuesAreExactAndMergedOnesCountTogether) {
  Histogram a, b;
  a.Add(3);
  a.Add(-5);
  b.Add(7);
  b.Add(60'000'000'000);
  a.Merge(b);
  EXPECT_EQ(a.count(), 4);
  EXPECT_EQ(a.Quantile(0.25), 0);
  EXPECT_EQ(a.Quantile(0.5), 3);
  EXPECT_EQ(a.Quantile(0.75), 7);
  EXPECT_EQ(a.Quantile(1), 60'000'000'000);
  EXPECT_EQ(Histogram().Quantile(0.99), 0);
}

TEST(Results, ARatioIsThatOfFiguresOfTheSameRound) {
  Results results;
  for (const double calls : {100.0, 200.0, 400.0}) results.Add("empty_unary", "calls/s", calls);
  for (const double calls : {90.0, 100.0, 300.0}) results.Add("unary_spread", "calls/s", calls);
  const Ratio ratio = Ratios().front();
  ASSERT_STREQ(ratio.key, "unary_vs_empty_rpc");
  EXPECT_THAT(RatioByRound(ratio, results), ElementsAre(0.9, 0.5, 0.75));
  EXPECT_EQ(Median(RatioByRound(ratio, results)), 0.75);
  EXPECT_FALSE(ratio.Holds(0.75));
  EXPECT_TRUE(ratio.Holds(0.80));
  EXPECT_EQ(results.Last("unary_spread"), 300);
  EXPECT_EQ(results.Last("unary_fcfs"), std::nullopt);
  EXPECT_EQ(Median({4, 1, 3, 2}), 2.5);
}

TEST(Guard, NamesWhatIsTooSlowAndWhatIsMissing) {
  Results results;
  for (const char* ceiling : {"empty_unary", "empty_stream", "rocksdb_floor"}) {
    results.Add(ceiling, "", 100);
  }
  for (const char* ours : {"unary_spread", "stream_spread", "batch1000_spread"}) {
    results.Add(ours, "", ours == std::string("stream_spread") ? 1 : 90);
  }
  EXPECT_THAT(BrokenGuards(results),
              ElementsAre(HasSubstr("stream_vs_empty_stream is 0.01"),
                          HasSubstr("fcfs_hot_pool_vs_unary was not measured")));
  results.Add("unary_fcfs", "", 90);
  results.Add("stream_spread", "", 179);
  results.Add("empty_stream", "", 100);
  EXPECT_THAT(BrokenGuards(results), IsEmpty());
}

TEST(RequestPool, HandsOutEachRequestOnceAndSumsWhatWasTaken) {
  RequestPool pool("/a.B/C", "me", 1);
  v1::RedeemRequest request;
  for (const char* order : {"one", "two"}) {
    request.set_order_number(order);
    pool.Add(request, order == std::string("one") ? 10 : 200);
  }
  EXPECT_EQ(pool.taken_fen(), 0);
  EXPECT_EQ(pool.Take(), 0);
  EXPECT_EQ(pool.taken_fen(), 10);
  EXPECT_EQ(pool.Take(), 1);
  EXPECT_EQ(pool.Take(), std::nullopt);
  EXPECT_EQ(pool.taken(), 2);
  EXPECT_EQ(pool.taken_fen(), 210);
  EXPECT_EQ(pool.bytes(1), request.SerializeAsString());

  const auto endless = RequestPool::Endless(pool);
  EXPECT_EQ(endless->Take(), 0);
  EXPECT_EQ(endless->Take(), 1);
  EXPECT_EQ(endless->Take(), 0);
}

TEST(Identifiers, DoNotRepeat) {
  std::set<std::string> ids;
  std::string id;
  for (uint64_t n = 0; n < 100'000; ++n) {
    SetId(Mixed(n), &id);
    EXPECT_EQ(id.size(), 16);
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 100'000);
  SetOrderNumber(120'345, &id);
  EXPECT_EQ(id, "CO000000120345");
}

}  // namespace
}  // namespace voucher::bench
