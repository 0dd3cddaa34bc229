#include "clients/cli/masked_name.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/text.h"

namespace voucher::cli {
namespace {

// The characters of a text; a byte that is not UTF-8 is one of its own.
std::vector<absl::string_view> Characters(absl::string_view text) {
  std::vector<absl::string_view> characters;
  while (!text.empty()) {
    const absl::string_view before = text;
    if (!TakeCodePoint(&text)) text.remove_prefix(1);
    characters.push_back(before.substr(0, before.size() - text.size()));
  }
  return characters;
}

}  // namespace

std::string MaskedName(absl::string_view name) {
  const std::vector<absl::string_view> characters = Characters(absl::StripAsciiWhitespace(name));
  const size_t size = characters.size();
  if (size == 0) return "";
  const size_t first = size >= 8 ? 3 : 1;
  const size_t last = size >= 8 ? 2 : size >= 4 ? 1 : 0;
  std::string masked;
  for (size_t i = 0; i < first; ++i) absl::StrAppend(&masked, characters[i]);
  absl::StrAppend(&masked, "****");
  for (size_t i = size - last; i < size; ++i) absl::StrAppend(&masked, characters[i]);
  return masked;
}

}  // namespace voucher::cli
