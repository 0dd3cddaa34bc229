// RFC 4180 text as a table of named columns.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace voucher::client {

// A row: its cells, unquoted.
struct CsvRow {
  int line = 0;  // where it begins, from 1
  std::vector<std::string> cells;
};

// A file: its columns by name, and its rows.
struct CsvTable {
  std::map<std::string, size_t, std::less<>> columns;
  std::vector<CsvRow> rows;
};

// Reads `text`. The header must name every one of `required`, may name those of `optional`, each
// once, and nothing else. Rows may have a wrong number of cells; the caller looks.
// INVALID_ARGUMENT, naming the line and what to do, if the text is not UTF-8, a quote is out of
// place or not closed, there is no header, or the header is wrong.
absl::StatusOr<CsvTable> ParseCsv(absl::string_view text,
                                  const std::vector<absl::string_view>& required,
                                  const std::vector<absl::string_view>& optional);

}  // namespace voucher::client
