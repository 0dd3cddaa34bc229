#include "ledger/base/invoice.h"

#include <utility>

#include "gtest/gtest.h"

namespace voucher {
namespace {

TEST(InvoiceKeyTest, FullyDigitalInvoiceIsItsTwentyDigits) {
  EXPECT_EQ(*InvoiceKey("", "25422000000123456789"), "25422000000123456789");
}

TEST(InvoiceKeyTest, OlderInvoiceIsCodeAndNumber) {
  EXPECT_EQ(*InvoiceKey("4200123456", "00012345"), "4200123456-00012345");
  EXPECT_EQ(*InvoiceKey("042001900111", "12345678"), "042001900111-12345678");
}

TEST(InvoiceKeyTest, TwelveAndEightDigitsAreNotTheTwentyDigits) {
  EXPECT_NE(*InvoiceKey("254220000001", "23456789"), *InvoiceKey("", "25422000000123456789"));
}

TEST(InvoiceKeyTest, RefusesOtherLengthsAndCharacters) {
  using Pair = std::pair<absl::string_view, absl::string_view>;
  for (const auto& [code, number] :
       {Pair{"", ""}, Pair{"", "12345678"}, Pair{"", "2542200000012345678"},
        Pair{"", "254220000001234567890"}, Pair{"4200123456", ""}, Pair{"4200123456", "1234567"},
        Pair{"4200123456", "123456789"}, Pair{"42001234567", "12345678"},
        Pair{"420012345", "12345678"}, Pair{"0420019001110", "12345678"},
        Pair{"4200123456", "25422000000123456789"}, Pair{"420012345X", "12345678"},
        Pair{"4200123456", " 2345678"}, Pair{"", "2542200000012345678Ａ"},
        Pair{" ", "25422000000123456789"}}) {
    EXPECT_EQ(InvoiceKey(code, number).status().code(), absl::StatusCode::kInvalidArgument)
        << code << "/" << number;
  }
}

}  // namespace
}  // namespace voucher
