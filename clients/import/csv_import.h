// CSV files as ready requests.
//
//   std::string csv = ...;  // the whole file
//   const auto rows = ParseRows(EnterpriseImport(), csv,
//                               {.run_id = MakeRequestId().substr(0, 16),
//                                .now = absl::ToUnixNanos(absl::Now())});
//   if (!rows.ok()) { ... }  // not a CSV file with the right columns
//   for (const auto& row : *rows) {
//     if (row.ok()) client->PutEnterprise(row.request);
//     else Complain(row.problems);
//   }
//
// Files are UTF-8 (a byte order mark is skipped), comma separated, with CRLF or LF line ends and
// RFC 4180 quotes; a tab at the end of a cell, by which spreadsheets are kept from rounding long
// numbers, is dropped. The first line names the columns, in any order; lines before it that begin
// with '#' are comments; blank lines are skipped. Every function is pure and thread-safe.
//
// A row is as strictly checked as the server would: its request goes through ValidateCommand. What
// the server finds malformed at the same time is a problem of the row, and the other way round,
// save for cells that are no value of their field and rows that contradict others of the file.
//
// Each request carries a request_id made of the run's id and the row's key (request_id.h).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

#include "clients/import/import_column.h"
#include "ledger/base/clock.h"
#include "ledger/base/field_problem.h"

namespace voucher::client {

// What is wrong with a cell and how to mend it.
struct RowProblem {
  int line = 0;             // where its row begins in the file, from 1; 0 if no row is to blame
  std::string column;       // empty if the row or file as a whole is wrong
  std::string description;  // one English sentence: what is wrong, what is allowed
};

// A request of one row, or of several in a run, or what is wrong with them.
template <typename Request>
struct RowOrError {
  int line = 0;     // where the first row begins in the file, from 1
  std::string key;  // what identifies the request in its file, as in a USCC
  Request request;  // complete if ok(), otherwise what could be read
  std::vector<RowProblem> problems;
  std::string hint;  // something to look at that is not wrong; empty if nothing

  bool ok() const { return problems.empty(); }
};

// What the rows of a file do not say.
struct ImportScope {
  std::string run_id;      // not empty; fresh, or that of the run that is to be completed
  std::string program_id;  // for imports that are of one program
  UnixNanos now = 0;       // what is said to have happened must not lie after it
};

// The first row of a request, for what columns alone cannot say.
class FirstRow {
 public:
  virtual ~FirstRow() = default;
  // A cell as it stands; empty if the file has no such column.
  virtual absl::string_view Cell(absl::string_view column) const = 0;
  virtual void Complain(absl::string_view column, std::string description) = 0;
  virtual void Hint(std::string text) = 0;
};
using FinishRow = std::function<void(FirstRow* row, google::protobuf::Message* request)>;

// One kind of file, whatever its requests are. Parsing, complaints, help and the check of the
// header are all made of it.
struct CsvImport {
  std::string kind;  // as in "enterprises"
  std::string help;  // what importing does
  // Columns whose cells, with '/' between, are the key of a request. One that is optional and not
  // in the file has no part in it.
  std::vector<std::string> key;
  // Whether rows with the same key that follow each other are one request.
  bool runs = false;
  // The field of the request that takes ImportScope::program_id; empty if there is none.
  std::string program_field;
  std::vector<ImportColumn> columns;

  // Set by ImportOf.
  FinishRow finish = nullptr;
  const google::protobuf::Message* request = nullptr;
};

// One kind of file whose requests are `Request`, a verb of v1::Command. `finish` is called when the
// columns are read.
template <typename Request>
struct ImportOf : CsvImport {
  explicit ImportOf(CsvImport import,
                    std::function<void(FirstRow* row, Request* request)> finish_row = nullptr)
      : CsvImport(std::move(import)) {
    request = &Request::default_instance();
    if (finish_row == nullptr) return;
    finish = [finish_row = std::move(finish_row)](FirstRow* row, google::protobuf::Message* read) {
      finish_row(row, dynamic_cast<Request*>(read));
    };
  }
};

// Reads a file of any kind; `also_finish` is called after the import's own. INVALID_ARGUMENT if the
// text is not a CSV file with the columns of the import, or `scope` has no good program_id;
// problems of rows stand in the rows.
using MessageRow = RowOrError<std::unique_ptr<google::protobuf::Message>>;
absl::StatusOr<std::vector<MessageRow>> ParseMessageRows(const CsvImport& import,
                                                         absl::string_view csv,
                                                         const ImportScope& scope,
                                                         const FinishRow& also_finish = nullptr);

// The same, with requests of their own type.
template <typename Request>
absl::StatusOr<std::vector<RowOrError<Request>>> ParseRows(const ImportOf<Request>& import,
                                                           absl::string_view csv,
                                                           const ImportScope& scope,
                                                           const FinishRow& also_finish = nullptr) {
  absl::StatusOr<std::vector<MessageRow>> parsed =
      ParseMessageRows(import, csv, scope, also_finish);
  if (!parsed.ok()) return parsed.status();
  std::vector<RowOrError<Request>> rows;
  rows.reserve(parsed->size());
  for (MessageRow& row : *parsed) {
    rows.push_back({row.line, std::move(row.key), std::move(dynamic_cast<Request&>(*row.request)),
                    std::move(row.problems), std::move(row.hint)});
  }
  return rows;
}

// Reads a file whose rows all add to one request. `request` has what the rows do not say,
// request_id included; problems of that have no line. Returns the lines where the rows begin, in
// the order of the list that they fill. INVALID_ARGUMENT as above.
struct WholeFile {
  std::vector<int> lines;
  std::vector<RowProblem> problems;
};
absl::StatusOr<WholeFile> ParseWholeFile(const CsvImport& import, absl::string_view csv,
                                         UnixNanos now, google::protobuf::Message* request);

// What is wrong with the fields of `request`, a verb of v1::Command, at `now`: path and description
// as in ledger/validation.
std::vector<FieldProblem> ProblemsOf(const google::protobuf::Message& request, UnixNanos now);

// The columns, one a line with its help, for people who make such a file.
std::string ColumnsHelp(const CsvImport& import);

}  // namespace voucher::client
