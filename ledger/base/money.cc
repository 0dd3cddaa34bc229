#include "ledger/base/money.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/check.h"

namespace voucher {
namespace {

__extension__ using Int128 = __int128;

}  // namespace

std::optional<int64_t> AddFen(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

std::optional<int64_t> SubtractFen(int64_t a, int64_t b) {
  int64_t difference = 0;
  if (__builtin_sub_overflow(a, b, &difference)) return std::nullopt;
  return difference;
}

int64_t CheckedAddFen(int64_t a, int64_t b) {
  const std::optional<int64_t> sum = AddFen(a, b);
  VOUCHER_CHECK(sum.has_value()) << a << " + " << b;
  return *sum;
}

int64_t CheckedSubtractFen(int64_t a, int64_t b) {
  const std::optional<int64_t> difference = SubtractFen(a, b);
  VOUCHER_CHECK(difference.has_value()) << a << " - " << b;
  return *difference;
}

int64_t ShareRoundedDown(int64_t fen, int32_t rate_bps) {
  VOUCHER_CHECK(fen >= 0) << fen;
  VOUCHER_CHECK(rate_bps >= 0 && rate_bps <= kMaxRateBps) << rate_bps;
  return static_cast<int64_t>(static_cast<Int128>(fen) * rate_bps / kMaxRateBps);
}

std::string FormatYuan(int64_t fen) {
  // The magnitude as unsigned: the smallest int64 has no positive counterpart.
  const uint64_t magnitude = fen < 0 ? 0 - static_cast<uint64_t>(fen) : static_cast<uint64_t>(fen);
  const std::string digits = absl::StrCat(magnitude / 100);
  std::string text = fen < 0 ? "-" : "";
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  absl::StrAppend(&text, ".", absl::Dec(magnitude % 100, absl::kZeroPad2));
  return text;
}

std::optional<int64_t> ParseYuan(absl::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  const size_t point = text.find('.');
  const absl::string_view whole = text.substr(0, point);
  const absl::string_view decimals =
      point == absl::string_view::npos ? absl::string_view() : text.substr(point + 1);
  if (whole.empty() || decimals.size() > 2) return std::nullopt;
  if (point != absl::string_view::npos && decimals.empty()) return std::nullopt;

  const bool grouped = whole.find(',') != absl::string_view::npos;
  if (grouped && whole.front() == ',') return std::nullopt;
  int64_t magnitude = 0;
  const auto append_digit = [&magnitude, negative](char c) {
    const int digit = negative ? -(c - '0') : c - '0';
    return absl::ascii_isdigit(static_cast<unsigned char>(c)) &&
           !__builtin_mul_overflow(magnitude, 10, &magnitude) &&
           !__builtin_add_overflow(magnitude, digit, &magnitude);
  };
  for (size_t i = 0; i < whole.size(); ++i) {
    const bool separator_place = grouped && (whole.size() - i) % 4 == 0;
    if (separator_place ? whole[i] != ',' : !append_digit(whole[i])) return std::nullopt;
  }
  for (size_t i = 0; i < 2; ++i) {
    if (!append_digit(i < decimals.size() ? decimals[i] : '0')) return std::nullopt;
  }
  return magnitude;
}

}  // namespace voucher
