// Unified social credit code (统一社会信用代码, GB 32100-2015).
#pragma once

#include <optional>

#include "absl/strings/string_view.h"

namespace voucher {

inline constexpr int kUsccLength = 18;

// True if `text` has the form of a USCC: 18 characters of 0–9 and A–Z without I, O, S, V, Z, of
// which characters 3 to 8 are the digits of a division code. Says nothing about the check digit: a
// few genuine early codes, as 91350100M0001TGQXM, fail that.
bool HasUsccForm(absl::string_view text);

// The check character of the first 17 characters; nullopt if there are not exactly 17 of the
// alphabet.
std::optional<char> UsccCheckCharacter(absl::string_view first_17);

// True if `text` has the form of a USCC and the right check character.
bool IsValidUscc(absl::string_view text);

}  // namespace voucher
