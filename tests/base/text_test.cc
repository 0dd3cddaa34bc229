#include "ledger/base/text.h"

#include <string>

#include "gtest/gtest.h"

namespace voucher {
namespace {

TEST(Utf8Test, AcceptsWellFormedText) {
  for (const absl::string_view text :
       {absl::string_view(""), absl::string_view("abc"), absl::string_view("武汉"),
        absl::string_view("é"), absl::string_view("\xF0\x9F\x98\x80"),
        absl::string_view("\xF4\x8F\xBF\xBF"), absl::string_view("\0", 1)}) {
    EXPECT_TRUE(IsValidUtf8(text)) << text;
  }
}

TEST(Utf8Test, RefusesMalformedText) {
  for (const absl::string_view text :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xFF", "\xE6\xAD", "\xE6\xAD\x41", "a\xC3"}) {
    EXPECT_FALSE(IsValidUtf8(text));
  }
}

TEST(TakeCodePointTest, TakesOneAtATimeAndNothingOfMalformedText) {
  absl::string_view text = "a\xE6\xAD\xA6\xF0\x9F\x98\x80\xE5\x88";
  EXPECT_EQ(TakeCodePoint(&text), U'a');
  EXPECT_EQ(TakeCodePoint(&text), U'\u6B66');
  EXPECT_EQ(TakeCodePoint(&text), U'\U0001F600');
  EXPECT_EQ(TakeCodePoint(&text), std::nullopt);
  EXPECT_EQ(text, "\xE5\x88");
  text = "";
  EXPECT_EQ(TakeCodePoint(&text), std::nullopt);
}

TEST(PrintableAsciiTest, EndsAtSpaceAndTilde) {
  EXPECT_TRUE(IsPrintableAscii(" ~azAZ09"));
  EXPECT_FALSE(IsPrintableAscii("\x1F"));
  EXPECT_FALSE(IsPrintableAscii("\x7F"));
  EXPECT_FALSE(IsPrintableAscii("é"));
}

TEST(OneLineTextTest, HasNoControlCharacters) {
  EXPECT_TRUE(IsOneLineText("武汉市 No. 1"));
  EXPECT_TRUE(IsOneLineText("\xC2\xA0"));  // U+00A0.
  EXPECT_FALSE(IsOneLineText("a\nb"));
  EXPECT_FALSE(IsOneLineText(absl::string_view("\0", 1)));
  EXPECT_FALSE(IsOneLineText("\x7F"));
  EXPECT_FALSE(IsOneLineText("\xC2\x85"));  // U+0085.
  EXPECT_FALSE(IsOneLineText("\xC3"));
}

TEST(SlugTest, HoldsItsAlphabetAndSize) {
  EXPECT_TRUE(IsSlug("hubei-2025", 10));
  EXPECT_FALSE(IsSlug("hubei-2025", 9));
  EXPECT_FALSE(IsSlug("", 9));
  EXPECT_FALSE(IsSlug("Hubei", 9));
  EXPECT_FALSE(IsSlug("a_b", 9));
}

TEST(DigitsTest, AreAsciiDigitsAndAtLeastOne) {
  EXPECT_TRUE(IsDigits("0123456789"));
  EXPECT_FALSE(IsDigits(""));
  EXPECT_FALSE(IsDigits("1a"));
  EXPECT_FALSE(IsDigits("１"));
}

}  // namespace
}  // namespace voucher
