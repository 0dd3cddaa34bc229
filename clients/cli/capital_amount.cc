#include "clients/cli/capital_amount.h"

#include "absl/strings/str_cat.h"

namespace voucher::cli {
namespace {

constexpr const char* kCapitals[] = {"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"};
constexpr uint64_t kTenThousand = 10'000;
constexpr uint64_t kHundredMillion = 100'000'000;

// 1 to 9,999.
std::string Below10000(uint64_t number) {
  constexpr struct {
    uint64_t weight;
    const char* name;
  } kPlaces[] = {{1'000, "仟"}, {100, "佰"}, {10, "拾"}, {1, ""}};
  std::string text;
  bool zero = false;  // zeros since the last digit
  for (const auto& place : kPlaces) {
    const uint64_t digit = number / place.weight % 10;
    if (digit == 0) {
      zero = !text.empty();
      continue;
    }
    absl::StrAppend(&text, zero ? "零" : "", kCapitals[digit], place.name);
    zero = false;
  }
  return text;
}

// A number of 1 or more; 亿 repeats for numbers of 10^16 and more.
std::string Capitals(uint64_t number) {
  const bool large = number >= kHundredMillion;
  if (!large && number < kTenThousand) return Below10000(number);
  const uint64_t unit = large ? kHundredMillion : kTenThousand;
  const uint64_t rest = number % unit;
  std::string text = absl::StrCat(Capitals(number / unit), large ? "亿" : "万");
  if (rest > 0) absl::StrAppend(&text, rest < unit / 10 ? "零" : "", Capitals(rest));
  return text;
}

}  // namespace

std::string CapitalAmount(int64_t fen) {
  const uint64_t magnitude =
      fen < 0 ? uint64_t{0} - static_cast<uint64_t>(fen) : static_cast<uint64_t>(fen);
  const uint64_t yuan = magnitude / 100;
  const uint64_t jiao = magnitude / 10 % 10;
  const uint64_t cents = magnitude % 10;
  std::string text = fen < 0 ? "负" : "";
  if (yuan > 0) absl::StrAppend(&text, Capitals(yuan), "元");
  if (jiao == 0 && cents == 0) return absl::StrCat(text, yuan > 0 ? "整" : "零元整");
  if (jiao > 0) {
    absl::StrAppend(&text, kCapitals[jiao], "角");
  } else if (yuan > 0) {
    absl::StrAppend(&text, "零");
  }
  if (cents > 0) absl::StrAppend(&text, kCapitals[cents], "分");
  return text;
}

}  // namespace voucher::cli
