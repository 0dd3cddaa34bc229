#include "clients/import/csv.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "ledger/base/text.h"

namespace voucher::client {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

absl::Status AtLine(int line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
}

absl::Status ValidateUtf8(absl::string_view text) {
  int line = 1;
  while (!text.empty()) {
    if (text.front() == '\n') ++line;
    if (!TakeCodePoint(&text)) {
      return AtLine(line, "not UTF-8; if the file is GBK, convert it: iconv -f GBK -t UTF-8");
    }
  }
  return absl::OkStatus();
}

// Splits text into rows. One call of Next() reads one row.
class Reader {
 public:
  explicit Reader(absl::string_view text) : text_(text) {}

  bool AtEnd() const { return text_.empty(); }

  // Reads the next row; no cells for a blank line.
  absl::StatusOr<CsvRow> Next() {
    CsvRow row;
    row.line = line_;
    if (TakeLineEnd()) return row;
    while (true) {
      absl::StatusOr<std::string> cell = Cell();
      if (!cell.ok()) return cell.status();
      row.cells.push_back(*std::move(cell));
      if (text_.empty() || TakeLineEnd()) return row;
      text_.remove_prefix(1);  // the comma that ended the cell
    }
  }

  void SkipLine() {
    while (!text_.empty() && !TakeLineEnd()) text_.remove_prefix(1);
  }

  bool AtComment() const { return absl::StartsWith(text_, "#"); }

 private:
  bool TakeLineEnd() {
    const size_t size = absl::StartsWith(text_, "\r\n") ? 2 : absl::StartsWith(text_, "\n") ? 1 : 0;
    text_.remove_prefix(size);
    if (size > 0) ++line_;
    return size > 0;
  }

  bool AtCellEnd() const {
    return text_.empty() || text_.front() == ',' || text_.front() == '\n' ||
           absl::StartsWith(text_, "\r\n");
  }

  absl::StatusOr<std::string> Cell() {
    if (absl::StartsWith(text_, "\"")) return QuotedCell();
    std::string cell;
    for (; !AtCellEnd(); text_.remove_prefix(1)) {
      if (text_.front() == '"') {
        return AtLine(line_, "a quote inside an unquoted cell; quote the whole cell and double it");
      }
      cell.push_back(text_.front());
    }
    return cell;
  }

  absl::StatusOr<std::string> QuotedCell() {
    const int first_line = line_;
    std::string cell;
    text_.remove_prefix(1);
    for (; !text_.empty(); text_.remove_prefix(1)) {
      if (text_.front() == '\n') ++line_;
      if (text_.front() == '"') {
        text_.remove_prefix(1);
        if (!absl::StartsWith(text_, "\"")) {
          if (AtCellEnd()) return cell;
          return AtLine(line_, "text after a closing quote; double the quotes inside a cell");
        }
      }
      cell.push_back(text_.front());
    }
    return AtLine(first_line, "a quote that begins here is never closed");
  }

  absl::string_view text_;
  int line_ = 1;
};

absl::Status ReadHeader(const CsvRow& header, const std::vector<absl::string_view>& required,
                        const std::vector<absl::string_view>& optional, CsvTable* table) {
  const auto contains = [](const std::vector<absl::string_view>& names, absl::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (size_t i = 0; i < header.cells.size(); ++i) {
    const std::string& name = header.cells[i];
    if (!contains(required, name) && !contains(optional, name)) {
      return AtLine(
          header.line,
          absl::StrCat("unknown column '", name, "'; columns are ", absl::StrJoin(required, ", "),
                       optional.empty() ? "" : ", and optionally ", absl::StrJoin(optional, ", ")));
    }
    if (!table->columns.emplace(name, i).second) {
      return AtLine(header.line, absl::StrCat("column '", name, "' appears twice"));
    }
  }
  std::vector<absl::string_view> missing;
  for (absl::string_view name : required) {
    if (table->columns.count(name) == 0) missing.push_back(name);
  }
  if (missing.empty()) return absl::OkStatus();
  return AtLine(header.line, absl::StrCat("missing columns: ", absl::StrJoin(missing, ", ")));
}

}  // namespace

absl::StatusOr<CsvTable> ParseCsv(absl::string_view text,
                                  const std::vector<absl::string_view>& required,
                                  const std::vector<absl::string_view>& optional) {
  if (absl::StartsWith(text, kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (absl::Status status = ValidateUtf8(text); !status.ok()) return status;

  CsvTable table;
  bool have_header = false;
  Reader reader(text);
  while (!reader.AtEnd()) {
    if (!have_header && reader.AtComment()) {
      reader.SkipLine();
      continue;
    }
    absl::StatusOr<CsvRow> row = reader.Next();
    if (!row.ok()) return row.status();
    if (row->cells.empty()) continue;
    if (have_header) {
      table.rows.push_back(*std::move(row));
      continue;
    }
    absl::Status status = ReadHeader(*row, required, optional, &table);
    if (!status.ok()) return status;
    have_header = true;
  }
  if (!have_header) {
    return AtLine(1, absl::StrCat("no header; the first line names the columns: ",
                                  absl::StrJoin(required, ",")));
  }
  return table;
}

}  // namespace voucher::client
