// Money as people write it.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace voucher::cli {

// 123456789 fen as "1,234,567.89".
std::string FormatYuan(int64_t fen);

// 1234567 as "1,234,567".
std::string FormatCount(int64_t number);

// "1234.5", "1,234.50" or "-1234.5" yuan in fen; at most two decimals. INVALID_ARGUMENT for
// anything else, thousands separators out of place included.
absl::StatusOr<int64_t> ParseYuan(absl::string_view text);

}  // namespace voucher::cli
