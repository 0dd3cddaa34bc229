// Money is int64 fen (1 yuan = 100 fen), rates are basis points. No floating point anywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace voucher {

// Largest single amount that a request or a rule may state: 10^15 fen, ten trillion yuan. More than
// 9,000 of them add up without overflow.
inline constexpr int64_t kMaxAmountFen = 1'000'000'000'000'000;

// 100 %.
inline constexpr int32_t kMaxRateBps = 10'000;

// a + b, or nullopt on overflow.
std::optional<int64_t> AddFen(int64_t a, int64_t b);

// a - b, or nullopt on overflow.
std::optional<int64_t> SubtractFen(int64_t a, int64_t b);

// a + b where overflow is impossible by earlier checks; aborts otherwise.
int64_t CheckedAddFen(int64_t a, int64_t b);

// a - b where overflow is impossible by earlier checks; aborts otherwise.
int64_t CheckedSubtractFen(int64_t a, int64_t b);

// The one rounding of the system: `rate_bps` of `fen`, rounded down to the fen ("never above the
// rate"). fen >= 0 and rate_bps in [0, 10,000] (checked); the product is exact in 128 bits.
int64_t ShareRoundedDown(int64_t fen, int32_t rate_bps);

// Yuan with two decimals and thousands separators: 123456 → "1,234.56", -5 → "-0.05".
std::string FormatYuan(int64_t fen);

// Reads what FormatYuan writes, and the same without separators or with fewer decimals ("1234",
// "1,234.5"). Separators must stand at every third digit or nowhere. nullopt for anything else and
// on overflow.
std::optional<int64_t> ParseYuan(absl::string_view text);

}  // namespace voucher
