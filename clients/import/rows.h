// Tables of which a row, or a few rows in a run, make one request.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "clients/import/csv.h"
#include "clients/import/csv_import.h"
#include "clients/import/request_id.h"
#include "clients/import/row_reader.h"

namespace voucher::client {

using ColumnNames = std::vector<absl::string_view>;

// Requests of one row each. `read` fills the request and returns the row's key, which must be its
// own in the file: a second row with it is wrong, in the first of the `required` columns.
// INVALID_ARGUMENT as ParseCsv.
template <typename Request>
absl::StatusOr<std::vector<RowOrError<Request>>> ParseRows(
    absl::string_view csv, const ColumnNames& required, const ColumnNames& optional,
    const ImportRequestIds& ids,
    absl::FunctionRef<std::string(RowReader* reader, Request* request)> read) {
  absl::StatusOr<CsvTable> table = ParseCsv(csv, required, optional);
  if (!table.ok()) return table.status();
  std::set<std::string> seen;
  std::vector<RowOrError<Request>> rows;
  for (const CsvRow& cells : table->rows) {
    RowOrError<Request>& row = rows.emplace_back();
    row.line = cells.line;
    RowReader reader(*table, cells, &row.problems);
    if (!reader.IsComplete()) continue;
    row.key = read(&reader, &row.request);
    row.request.set_request_id(ids.For(row.key));
    if (!seen.insert(row.key).second) {
      reader.Complain(required.front(),
                      absl::StrCat("'", row.key, "' stands in an earlier row already"));
    }
  }
  return rows;
}

// How the rows of one request are told from others.
struct RowGroup {
  absl::string_view key_column;  // names the request; rows with the same key follow each other
  size_t most_key_bytes = 128;
  ColumnNames once;  // further rows leave these empty or repeat the first row's
};

// Requests of one row or several in a run. `read_first` fills the request from its first row,
// `read_further` adds what another row brings. INVALID_ARGUMENT as ParseCsv.
template <typename Request>
absl::StatusOr<std::vector<RowOrError<Request>>> ParseRowGroups(
    absl::string_view csv, const ColumnNames& required, const ColumnNames& optional,
    const RowGroup& group, const ImportRequestIds& ids,
    absl::FunctionRef<void(RowReader* reader, Request* request)> read_first,
    absl::FunctionRef<void(RowReader* reader, Request* request)> read_further) {
  absl::StatusOr<CsvTable> table = ParseCsv(csv, required, optional);
  if (!table.ok()) return table.status();
  std::set<std::string> seen;
  const CsvRow* first_row = nullptr;  // of the request being read
  std::vector<RowOrError<Request>> rows;
  for (const CsvRow& cells : table->rows) {
    std::vector<RowProblem> problems;
    RowReader reader(*table, cells, &problems);
    const std::string key(reader.Raw(group.key_column));
    if (reader.IsComplete() && first_row != nullptr && !key.empty() && key == rows.back().key) {
      std::vector<RowProblem> unused;
      const RowReader first(*table, *first_row, &unused);
      for (absl::string_view column : group.once) {
        const absl::string_view cell = reader.Raw(column);
        if (cell.empty() || cell == first.Raw(column)) continue;
        reader.Complain(column, absl::StrCat("on line ", cells.line,
                                             " differs from the first row "
                                             "of '",
                                             key, "'; leave it empty or repeat it"));
      }
      read_further(&reader, &rows.back().request);
      rows.back().problems.insert(rows.back().problems.end(), problems.begin(), problems.end());
      continue;
    }
    first_row = &cells;
    RowOrError<Request>& row = rows.emplace_back();
    row.line = cells.line;
    row.key = key;
    if (reader.IsComplete()) {
      reader.Text(group.key_column, group.most_key_bytes);
      row.request.set_request_id(ids.For(key));
      if (!seen.insert(key).second) {
        reader.Complain(group.key_column,
                        absl::StrCat("'", key,
                                     "' appeared before; rows that belong together must "
                                     "follow each other, others need another key"));
      }
      read_first(&reader, &row.request);
    }
    row.problems = std::move(problems);
  }
  return rows;
}

}  // namespace voucher::client
