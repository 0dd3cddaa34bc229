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

TEST(StableFormTest, WritesTheSameNumberTheSame) {
  EXPECT_EQ(StableForm("A1"), "A1");
  EXPECT_EQ(StableForm(" A1 "), "A1");
  EXPECT_EQ(StableForm("A \t 1"), "A 1");
  EXPECT_EQ(StableForm("Ａ１"), "A1");
  EXPECT_EQ(StableForm("武经信（2025）1号"), "武经信(2025)1号");
  EXPECT_EQ(StableForm("鄂财企〔2025〕1号"), "鄂财企〔2025〕1号");
  EXPECT_EQ(StableForm("\xE3\x80\x80"
                       "A\xC2\xA0"
                       "1"),
            "A 1");  // U+3000, U+00A0.
  EXPECT_EQ(StableForm("A\xE2\x80\x8B"
                       "1\xE2\x80\xAE"),
            "A1");                            // U+200B, U+202E.
  EXPECT_EQ(StableForm("\xEF\xBB\xBF"), "");  // U+FEFF.
}

TEST(StableFormTest, WhatIsDroppedMayHaveStoodBetweenTwoThatCompose) {
  EXPECT_EQ(StableForm("e\xE2\x80\x8B\xCC\x81"), "é");  // e, U+200B, U+0301.
}

TEST(InstabilityTest, SaysWhyTextIsNotStable) {
  for (const absl::string_view stable : {"", "A1", "A 1", "~", "é", "鄂财企〔2025〕1号"}) {
    EXPECT_EQ(Instability(stable), "") << stable;
  }
  for (const absl::string_view text : {" A1", "A1 ", " ", "\xE3\x80\x80号"}) {
    EXPECT_EQ(Instability(text), "has spaces at its ends") << text;
  }
  EXPECT_EQ(Instability("A  1"), "has more than one space in a row");
  EXPECT_EQ(Instability("A \xE2\x80\x89 1"), "has more than one space in a row");  // U+2009.
  for (const absl::string_view text : {"A\n", "A\x7F", "\xE2\x80\xAA号", "号\xE2\x81\xA0"}) {
    EXPECT_EQ(Instability(text), "has control, zero-width or bidirectional characters") << text;
  }
  for (const absl::string_view text : {"Ａ１", "（1）", "e\xCC\x81"}) {
    EXPECT_EQ(Instability(text), "is not in Unicode's form NFKC") << text;
  }
}

TEST(ProjectKeyTest, ComparesWithoutCase) {
  EXPECT_EQ(ProjectKey("MES-2025 a"), "mes-2025 a");
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
