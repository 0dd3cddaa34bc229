#include "ledger/base/big_endian.h"

#include <cstdint>
#include <limits>
#include <string>

#include "gtest/gtest.h"

namespace voucher {
namespace {

TEST(BigEndianTest, WritesTheMostSignificantByteFirst) {
  std::string bytes;
  AppendU32(0x01020304, &bytes);
  AppendU64(0x05060708090A0B0C, &bytes);
  EXPECT_EQ(bytes, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C");
}

TEST(BigEndianTest, ReadsWhatItWroteAndConsumesIt) {
  std::string bytes;
  AppendU32(std::numeric_limits<uint32_t>::max(), &bytes);
  AppendU64(std::numeric_limits<uint64_t>::max() - 1, &bytes);
  AppendI64(std::numeric_limits<int64_t>::min(), &bytes);
  bytes += "rest";
  absl::string_view in = bytes;
  EXPECT_EQ(TakeU32(&in), std::numeric_limits<uint32_t>::max());
  EXPECT_EQ(TakeU64(&in), std::numeric_limits<uint64_t>::max() - 1);
  EXPECT_EQ(TakeI64(&in), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(in, "rest");
}

TEST(BigEndianTest, LeavesInputThatIsTooShort) {
  absl::string_view in = "abc";
  EXPECT_FALSE(TakeU32(&in).has_value());
  EXPECT_FALSE(TakeU64(&in).has_value());
  EXPECT_FALSE(TakeI64(&in).has_value());
  EXPECT_EQ(in, "abc");
}

TEST(BigEndianTest, SignedNumbersSortAsBytesInTheirOrder) {
  std::string previous;
  for (const int64_t value : {std::numeric_limits<int64_t>::min(), int64_t{-256}, int64_t{-1},
                              int64_t{0}, int64_t{1}, std::numeric_limits<int64_t>::max()}) {
    std::string bytes;
    AppendI64(value, &bytes);
    EXPECT_LT(previous, bytes) << value;
    previous = bytes;
  }
}

}  // namespace
}  // namespace voucher
