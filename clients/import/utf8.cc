#include "clients/import/utf8.h"

#include <cstddef>

namespace voucher::client {

std::optional<char32_t> TakeCodePoint(absl::string_view* text) {
  if (text->empty()) return std::nullopt;
  const auto lead = static_cast<unsigned char>(text->front());
  size_t length = 1;
  char32_t code = lead;
  char32_t least = 0;
  if (lead >= 0xF0) {
    length = 4, code = lead & 0x07, least = 0x10000;
    if (lead > 0xF4) return std::nullopt;
  } else if (lead >= 0xE0) {
    length = 3, code = lead & 0x0F, least = 0x800;
  } else if (lead >= 0xC0) {
    length = 2, code = lead & 0x1F, least = 0x80;
  } else if (lead >= 0x80) {
    return std::nullopt;
  }
  if (text->size() < length) return std::nullopt;
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>((*text)[i]);
    if ((next & 0xC0) != 0x80) return std::nullopt;
    code = code << 6 | (next & 0x3F);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < least || surrogate || code > 0x10FFFF) return std::nullopt;
  text->remove_prefix(length);
  return code;
}

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    if (!TakeCodePoint(&text)) return false;
  }
  return true;
}

}  // namespace voucher::client
