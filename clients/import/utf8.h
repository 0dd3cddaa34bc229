// UTF-8, one code point at a time.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"

namespace voucher::client {

// Takes the first code point off `text`. Nothing is taken, and nullopt returned, if `text` is empty
// or does not begin with well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
std::optional<char32_t> TakeCodePoint(absl::string_view* text);

// True if all of `text` is well-formed UTF-8.
bool IsUtf8(absl::string_view text);

}  // namespace voucher::client
