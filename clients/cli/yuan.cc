#include "clients/cli/yuan.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace voucher::cli {
namespace {

// Digits with a separator before each group of three.
std::string Grouped(absl::string_view digits) {
  std::string grouped;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped.push_back(',');
    grouped.push_back(digits[i]);
  }
  return grouped;
}

// Magnitude without overflow at the smallest int64.
uint64_t Magnitude(int64_t number) {
  return number < 0 ? uint64_t{0} - static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
}

bool AreDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

}  // namespace

std::string FormatYuan(int64_t fen) {
  const uint64_t magnitude = Magnitude(fen);
  return absl::StrFormat("%s%s.%02d", fen < 0 ? "-" : "", Grouped(absl::StrCat(magnitude / 100)),
                         magnitude % 100);
}

std::string FormatCount(int64_t number) {
  return absl::StrCat(number < 0 ? "-" : "", Grouped(absl::StrCat(Magnitude(number))));
}

absl::StatusOr<int64_t> ParseYuan(absl::string_view text) {
  const absl::Status wrong = absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is not an amount in yuan such as 1,234.56"));
  absl::string_view rest = text;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (negative) rest.remove_prefix(1);

  const size_t point = rest.find('.');
  const absl::string_view whole = rest.substr(0, point);
  const absl::string_view decimals =
      point == absl::string_view::npos ? absl::string_view("0") : rest.substr(point + 1);
  const std::string digits = absl::StrReplaceAll(whole, {{",", ""}});
  if (!AreDigits(digits) || !AreDigits(decimals) || decimals.size() > 2) return wrong;
  if (absl::StrContains(whole, ",") && Grouped(digits) != whole) return wrong;

  int64_t fen = 0;
  const absl::string_view padding = decimals.size() == 1 ? "0" : "";
  if (!absl::SimpleAtoi(absl::StrCat(negative ? "-" : "", digits, decimals, padding), &fen)) {
    return wrong;
  }
  return fen;
}

}  // namespace voucher::cli
