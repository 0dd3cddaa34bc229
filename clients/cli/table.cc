#include "clients/cli/table.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"

#include "ledger/base/text.h"

namespace voucher::cli {
namespace {

struct Range {
  char32_t first, last;
};

// Wide and fullwidth blocks of Unicode's East Asian Width.
constexpr Range kWide[] = {
    {0x1100, 0x115F}, {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},  {0x4E00, 0x9FFF},
    {0xA000, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},  {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
constexpr Range kCombining[] = {
    {0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};

template <size_t N>
bool IsIn(const Range (&ranges)[N], char32_t code) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const Range& r) { return code >= r.first && code <= r.last; });
}

}  // namespace

size_t DisplayWidth(absl::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const std::optional<char32_t> code = TakeCodePoint(&text);
    if (!code) {
      text.remove_prefix(1);
      ++width;
    } else if (!IsIn(kCombining, *code)) {
      width += IsIn(kWide, *code) ? 2 : 1;
    }
  }
  return width;
}

std::string FormatCount(int64_t number) {
  const std::string digits = absl::StrCat(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    const bool after_digit = i > 0 && digits[i - 1] != '-';
    if (after_digit && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

void Table::Print(std::ostream& out, size_t indent) const {
  std::vector<size_t> widths(columns_.size(), 0);
  for (const std::vector<std::string>& row : rows_) {
    for (size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(row[i]));
    }
  }
  for (size_t i = 0; i < widths.size(); ++i) {
    if (widths[i] > 0) widths[i] = std::max(widths[i], DisplayWidth(columns_[i].header));
  }

  const auto print_line = [&](const auto& cell_of) {
    std::string line(indent, ' ');
    size_t pending = 0;  // spaces owed before the next cell
    for (size_t i = 0; i < widths.size(); ++i) {
      if (widths[i] == 0) continue;
      const std::string& cell = cell_of(i);
      const size_t fill = widths[i] - DisplayWidth(cell);
      const bool right = columns_[i].align == kRight;
      if (!cell.empty()) {
        line.append(pending + (right ? fill : 0), ' ');
        line.append(cell);
        pending = right ? 0 : fill;
      } else {
        pending += fill;
      }
      pending += 2;
    }
    out << line << "\n";
  };
  print_line([&](size_t i) -> const std::string& { return columns_[i].header; });
  for (const std::vector<std::string>& row : rows_) {
    print_line([&](size_t i) -> const std::string& { return row[i]; });
  }
}

}  // namespace voucher::cli
