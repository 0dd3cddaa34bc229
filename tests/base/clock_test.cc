#include "ledger/base/clock.h"

#include <atomic>
#include <limits>
#include <thread>

#include "gtest/gtest.h"

namespace voucher {
namespace {

TEST(TimestampTest, SurvivesTheRoundTripOverTheWholeRange) {
  for (const UnixNanos instant :
       {std::numeric_limits<int64_t>::min(), int64_t{-1'000'000'001}, int64_t{-1}, int64_t{0},
        int64_t{1}, int64_t{999'999'999}, std::numeric_limits<int64_t>::max()}) {
    EXPECT_EQ(FromTimestamp(ToTimestamp(instant)), instant) << instant;
  }
}

TEST(TimestampTest, NanosCountForwardAlsoBefore1970) {
  const google::protobuf::Timestamp timestamp = ToTimestamp(-1);
  EXPECT_EQ(timestamp.seconds(), -1);
  EXPECT_EQ(timestamp.nanos(), 999'999'999);
}

TEST(TimestampTest, RefusesWhatIsNoInstantOfTheRange) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_nanos(-1);
  EXPECT_EQ(FromTimestamp(timestamp), std::nullopt);
  timestamp.set_nanos(1'000'000'000);
  EXPECT_EQ(FromTimestamp(timestamp), std::nullopt);
  timestamp = ToTimestamp(std::numeric_limits<int64_t>::max());
  timestamp.set_nanos(timestamp.nanos() + 1);
  EXPECT_EQ(FromTimestamp(timestamp), std::nullopt);
  timestamp = ToTimestamp(std::numeric_limits<int64_t>::min());
  timestamp.set_nanos(timestamp.nanos() - 1);
  EXPECT_EQ(FromTimestamp(timestamp), std::nullopt);
  timestamp.set_seconds(std::numeric_limits<int64_t>::max());
  EXPECT_EQ(FromTimestamp(timestamp), std::nullopt);
  timestamp.set_seconds(std::numeric_limits<int64_t>::min());
  EXPECT_EQ(FromTimestamp(timestamp), std::nullopt);
}

}  // namespace
}  // namespace voucher
