#include "ledger/base/invoice.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace voucher {
namespace {

using Keys = std::vector<std::string>;

TEST(InvoiceKeysTest, FullyDigitalInvoiceIsItsTwentyDigits) {
  EXPECT_EQ(*InvoiceKeys("", "25422000000123456789", ""), Keys{"25422000000123456789"});
}

TEST(InvoiceKeysTest, OlderInvoiceIsCodeAndNumber) {
  EXPECT_EQ(*InvoiceKeys("4200123456", "00012345", ""), Keys{"4200123456-00012345"});
}

TEST(InvoiceKeysTest, TwelveAndEightDigitsAreTheTwentyDigits) {
  EXPECT_EQ(*InvoiceKeys("042001900111", "12345678", ""),
            *InvoiceKeys("", "04200190011112345678", ""));
}

TEST(InvoiceKeysTest, ThePaperFormOfADigitalInvoiceHasBothKeys) {
  EXPECT_EQ(*InvoiceKeys("042001900111", "12345678", "25422000000123456789"),
            (Keys{"04200190011112345678", "25422000000123456789"}));
  EXPECT_EQ(*InvoiceKeys("4200123456", "00012345", "25422000000123456789"),
            (Keys{"4200123456-00012345", "25422000000123456789"}));
  EXPECT_EQ(*InvoiceKeys("042001900111", "12345678", "04200190011112345678"),
            Keys{"04200190011112345678"});
}

TEST(InvoiceKeysTest, RefusesOtherLengthsAndCharacters) {
  struct Numbers {
    absl::string_view code, number, digital_number;
  };
  for (const auto& [code, number, digital] : {Numbers{"", "", ""},
                                              {"", "12345678", ""},
                                              {"", "2542200000012345678", ""},
                                              {"", "254220000001234567890", ""},
                                              {"4200123456", "", ""},
                                              {"4200123456", "1234567", ""},
                                              {"4200123456", "123456789", ""},
                                              {"42001234567", "12345678", ""},
                                              {"420012345", "12345678", ""},
                                              {"0420019001110", "12345678", ""},
                                              {"4200123456", "25422000000123456789", ""},
                                              {"420012345X", "12345678", ""},
                                              {"4200123456", " 2345678", ""},
                                              {"", "2542200000012345678Ａ", ""},
                                              {" ", "25422000000123456789", ""},
                                              {"", "25422000000123456789", "25422000000123456789"},
                                              {"4200123456", "00012345", "2542200000012345678"},
                                              {"4200123456", "00012345", "2542200000012345678X"},
                                              {"4200123456", "", "25422000000123456789"}}) {
    EXPECT_EQ(InvoiceKeys(code, number, digital).status().code(),
              absl::StatusCode::kInvalidArgument)
        << code << "/" << number << "/" << digital;
  }
}

}  // namespace
}  // namespace voucher
