// Division codes (行政区划代码, GB/T 2260).
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace voucher {

// True if `code` has the form of a division code: six digits, the first not 0, and no district
// under a province without a city (XX00YY).
bool IsDivisionCode(absl::string_view code);

// True if `area` covers `code`, both division codes: a province XX0000 every code that begins with
// XX, a city XXYY00 every code that begins with XXYY, any other code itself only.
bool DivisionCovers(absl::string_view area, absl::string_view code);
// A division code as a number; 0 if it is none.
uint32_t DivisionNumber(absl::string_view code);
// The same of codes as numbers.
bool DivisionCovers(uint32_t area, uint32_t code);

}  // namespace voucher
