#include "ledger/base/uscc.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

#include "nlohmann/json.hpp"

namespace voucher {
namespace {

TEST(UsccTest, AcceptsRealCodes) {
  for (const absl::string_view code :
       {"914403001922038216", "9144030071526726XG", "91330100799655058B"}) {
    EXPECT_TRUE(IsValidUscc(code)) << code;
  }
}

TEST(UsccTest, ComputesTheCheckCharacter) {
  EXPECT_EQ(UsccCheckCharacter("91440300192203821"), '6');
  EXPECT_EQ(UsccCheckCharacter("9144030071526726X"), 'G');
  EXPECT_EQ(UsccCheckCharacter("9133010079965505"), std::nullopt);   // 16 characters.
  EXPECT_EQ(UsccCheckCharacter("9133010079965505I"), std::nullopt);  // Not of the alphabet.
}

TEST(UsccTest, NoticesEverySingleWrongCharacter) {
  const std::string code = "9144030071526726XG";
  for (size_t i = 0; i < code.size(); ++i) {
    for (const char c : absl::string_view("0123456789ABCDEFGHJKLMNPQRTUWXY")) {
      if (c == code[i]) continue;
      std::string wrong = code;
      wrong[i] = c;
      EXPECT_FALSE(IsValidUscc(wrong)) << wrong;
    }
  }
}

TEST(UsccTest, EarlyCodeHasTheFormButFailsTheCheck) {
  EXPECT_TRUE(HasUsccForm("91350100M0001TGQXM"));
  EXPECT_FALSE(IsValidUscc("91350100M0001TGQXM"));
}

TEST(UsccTest, RefusesOtherForms) {
  for (const absl::string_view code :
       {"", "91440300192203821", "9144030019220382166", "91440300192203821o", "9144030071526726xg",
        "91A403001922038216", "91440300192203821I", "９14403001922038", "91440300192203821 "}) {
    EXPECT_FALSE(HasUsccForm(code)) << code;
    EXPECT_FALSE(IsValidUscc(code)) << code;
  }
}

TEST(UsccTest, AcceptsEveryCodeOfTheQuoteVectors) {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("tests/vectors")) {
    if (entry.path().filename() != "quotes.jsonl") continue;
    std::ifstream file(entry.path());
    std::string line;
    while (std::getline(file, line)) {
      const auto uscc = nlohmann::json::parse(line)["enterprise"]["uscc"].get<std::string>();
      EXPECT_TRUE(IsValidUscc(uscc)) << uscc;
      ++count;
    }
  }
  EXPECT_GE(count, 600);
}

}  // namespace
}  // namespace voucher
