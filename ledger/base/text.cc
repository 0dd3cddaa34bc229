#include "ledger/base/text.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include <utf8proc.h>

#include "ledger/base/check.h"

namespace voucher {
namespace {

using CodePoint = utf8proc_int32_t;

bool IsSpace(CodePoint point) {
  return (point >= 0x09 && point <= 0x0D) || point == 0x85 ||
         (utf8proc_category(point) >= UTF8PROC_CATEGORY_ZS &&
          utf8proc_category(point) <= UTF8PROC_CATEGORY_ZP);
}

// Control and format characters, which are the zero-width and bidirectional ones, separators of
// lines, the blank of Braille, and what programs may leave out when they show text.
bool IsUnseen(CodePoint point) {
  if (point == 0x2800) return true;
  const utf8proc_category_t category = utf8proc_category(point);
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
         category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP ||
         utf8proc_get_property(point)->ignorable != 0;
}

std::string Nfkc(absl::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
      static_cast<utf8proc_ssize_t>(text.size()), &mapped,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT));
  VOUCHER_CHECK(size >= 0) << utf8proc_errmsg(size);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  return {reinterpret_cast<const char*>(mapped), static_cast<size_t>(size)};
}

// Drops what nobody sees, and white space but for single spaces inside.
std::string Tidied(absl::string_view text) {
  std::string tidied;
  bool space = false;
  while (!text.empty()) {
    const absl::string_view before = text;
    const std::optional<char32_t> point = TakeCodePoint(&text);
    VOUCHER_CHECK(point) << "not UTF-8";
    const auto code = static_cast<CodePoint>(*point);
    if (IsSpace(code)) {
      space = true;
    } else if (!IsUnseen(code)) {
      if (space && !tidied.empty()) tidied.push_back(' ');
      space = false;
      tidied.append(before.data(), before.size() - text.size());
    }
  }
  return tidied;
}

// Most numbers are, so this reads nothing of Unicode's tables.
bool IsStableAscii(absl::string_view text) {
  char before = ' ';
  for (const char c : text) {
    if (c < 0x20 || c > 0x7E || (c == ' ' && before == ' ')) return false;
    before = c;
  }
  return text.empty() || before != ' ';
}

}  // namespace

std::optional<char32_t> TakeCodePoint(absl::string_view* text) {
  if (text->empty()) return std::nullopt;
  const auto byte = [text](size_t i) { return static_cast<uint8_t>((*text)[i]); };
  const uint8_t lead = byte(0);
  size_t size = 0;
  char32_t point = 0;
  char32_t smallest = 0;  // Smaller ones would be overlong.
  if (lead < 0x80) {
    text->remove_prefix(1);
    return lead;
  }
  if ((lead & 0xE0) == 0xC0) {
    size = 2, point = lead & 0x1F, smallest = 0x80;
  } else if ((lead & 0xF0) == 0xE0) {
    size = 3, point = lead & 0x0F, smallest = 0x800;
  } else if ((lead & 0xF8) == 0xF0) {
    size = 4, point = lead & 0x07, smallest = 0x10000;
  } else {
    return std::nullopt;
  }
  if (text->size() < size) return std::nullopt;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    point = (point << 6) | (byte(i) & 0x3F);
  }
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (point < smallest || point > 0x10FFFF || surrogate) return std::nullopt;
  text->remove_prefix(size);
  return point;
}

bool IsValidUtf8(absl::string_view text) {
  const auto is_ascii = [](char c) { return static_cast<uint8_t>(c) < 0x80; };
  while (true) {
    const auto* end = std::find_if_not(text.begin(), text.end(), is_ascii);
    text.remove_prefix(static_cast<size_t>(end - text.begin()));
    if (text.empty()) return true;
    if (!TakeCodePoint(&text)) return false;
  }
}

bool IsPrintableAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
}

bool IsOneLineText(absl::string_view text) {
  while (!text.empty()) {
    const std::optional<char32_t> point = TakeCodePoint(&text);
    if (!point || *point < 0x20 || (*point >= 0x7F && *point <= 0x9F)) return false;
  }
  return true;
}

bool IsSlug(absl::string_view text, size_t max_size) {
  return !text.empty() && text.size() <= max_size &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

bool IsDigits(absl::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string StableForm(absl::string_view text) {
  if (IsStableAscii(text)) return std::string(text);
  std::string form = Tidied(Nfkc(text));
  // What is dropped may have stood between two code points that compose.
  for (std::string again = Tidied(Nfkc(form)); again != form; again = Tidied(Nfkc(form))) {
    form = std::move(again);
  }
  return form;
}

absl::string_view Instability(absl::string_view text) {
  if (IsStableAscii(text) || StableForm(text) == text) return "";
  std::vector<CodePoint> points;
  for (absl::string_view rest = text; !rest.empty();) {
    points.push_back(static_cast<CodePoint>(*TakeCodePoint(&rest)));
  }
  const auto both_spaces = [](CodePoint a, CodePoint b) { return IsSpace(a) && IsSpace(b); };
  if (std::any_of(points.begin(), points.end(), IsUnseen)) {
    return "has control, zero-width or bidirectional characters";
  }
  if (IsSpace(points.front()) || IsSpace(points.back())) return "has spaces at its ends";
  if (std::adjacent_find(points.begin(), points.end(), both_spaces) != points.end()) {
    return "has more than one space in a row";
  }
  return "is not in Unicode's form NFKC";
}

std::string ProjectKey(absl::string_view project_id) {
  return absl::AsciiStrToLower(project_id);
}

}  // namespace voucher
