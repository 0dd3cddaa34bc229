// Tables for spreadsheets and programs.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"

namespace voucher::cli {

// A column. Its name never changes once it is released.
struct ExportColumn {
  enum Kind {
    kText,
    kCount,
    kMoney,   // fen; CSV shows yuan and appends _yuan to the name, JSON shows fen and appends _fen
    kPoints,  // hundredths of a point; CSV shows points, JSON the hundredths
  };

  std::string name;
  std::string title_zh;
  Kind kind = kText;
};

// Nothing, a text, or a number as the column's kind says.
using ExportCell = std::variant<std::monostate, std::string, int64_t>;

// A number that counts from 1 as a cell; 0 is an empty one.
ExportCell NumberOrNothing(uint64_t number);

// A cell of a CSV file as RFC 4180 wants it: quoted if it holds a comma, a quote or a line break.
// `is_text` guards spreadsheets: a text that begins with '=', '+', '-', '@' (fullwidth forms too),
// a tab or a line break, which could run as a formula, gets an apostrophe before it; one of more
// than 15 digits, which would be rounded, a tab after it.
std::string CsvCell(absl::string_view text, bool is_text);

// Rows under fixed columns.
struct ExportTable {
  std::vector<ExportColumn> columns;
  std::vector<std::vector<ExportCell>> rows;  // each has as many cells as there are columns

  // The CSV file: UTF-8 with a byte order mark, by which Excel knows it, and CRLF line ends.
  // `chinese` writes the columns' Chinese titles instead of their names.
  std::string Csv(bool chinese) const;

  // The rows as a JSON array of objects.
  std::string Json() const;
};

}  // namespace voucher::cli
