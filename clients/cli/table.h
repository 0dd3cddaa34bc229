// Text in columns that line up on a terminal.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace voucher::cli {

// Columns of a terminal that UTF-8 text takes: 2 for Chinese characters and other wide ones, 0 for
// combining marks, 1 for the rest (bytes that are not UTF-8 included).
size_t DisplayWidth(absl::string_view text);

// 1234567 as "1,234,567".
std::string FormatCount(int64_t number);

// A table: a header, then rows.
//
//   Table table({{"item"}, {"granted (yuan)", Table::kRight}});
//   table.AddRow({"resource", "1,234.00"});
//   table.Print(std::cout);
class Table {
 public:
  enum Align { kLeft, kRight };
  struct Column {
    std::string header;
    Align align = kLeft;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // `cells` must be as many as there are columns.
  void AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // Leaves out columns that are empty in every row. Each line begins with `indent` spaces and has
  // no spaces at its end.
  void Print(std::ostream& out, size_t indent = 0) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace voucher::cli
