// What text from outside may hold.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace voucher {

// Takes the first code point off `text`. Takes nothing, and returns nullopt, if `text` is empty or
// does not begin with well-formed UTF-8 as IsValidUtf8 knows it.
std::optional<char32_t> TakeCodePoint(absl::string_view* text);

// True if `text` is well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool IsValidUtf8(absl::string_view text);

// True if every byte is printable ASCII, 0x20 (space) to 0x7E.
bool IsPrintableAscii(absl::string_view text);

// True if `text` is valid UTF-8 without control characters (U+0000–U+001F, U+007F–U+009F): what a
// name or title of one line may hold.
bool IsOneLineText(absl::string_view text);

// True if `text` consists of 1 to `max_size` characters of a–z, 0–9 and '-': an identifier such as
// a program_id or item_id.
bool IsSlug(absl::string_view text, size_t max_size);

// True if `text` is not empty and consists of the digits 0–9 only.
bool IsDigits(absl::string_view text);

// The form of a number or reference, valid UTF-8, in which two people and two programs write the
// same one the same: Unicode's NFKC; without code points that nobody sees (control, zero-width,
// bidirectional and other ignorable ones); white space only inside, as single spaces. A text is
// stable if it is its own stable form.
std::string StableForm(absl::string_view text);

// Why `text`, valid UTF-8, is not stable, as in "has spaces at its ends"; empty if it is.
absl::string_view Instability(absl::string_view text);

// What makes two names of an enterprise's project the same project: their letters, not their case.
// `project_id` is printable ASCII.
std::string ProjectKey(absl::string_view project_id);

}  // namespace voucher
