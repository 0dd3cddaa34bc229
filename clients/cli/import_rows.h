// What every import does with its rows.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "clients/cli/concurrently.h"
#include "clients/cli/failure.h"
#include "clients/cli/import_command.h"
#include "clients/cli/import_report.h"
#include "clients/cli/progress_bar.h"
#include "clients/cli/session.h"
#include "clients/import/csv_import.h"

namespace voucher::cli {

// What the options say that rows do not.
client::ImportScope ScopeOf(const ImportOptions& options);

// Names what is wrong, each at its row.
void NameProblems(const std::string& file, const std::vector<client::RowProblem>& problems,
                  std::ostream& err);

// How many rows the problems are of; a problem of the whole file counts as one.
size_t WrongRows(const std::vector<client::RowProblem>& problems);

// Names what is wrong or worth a look; returns how many requests are wrong.
template <typename Request>
size_t NameWrongRows(const std::string& file, const std::vector<client::RowOrError<Request>>& rows,
                     bool hints, std::ostream& err) {
  size_t wrong = 0;
  for (const client::RowOrError<Request>& row : rows) {
    if (!row.ok()) ++wrong;
    NameProblems(file, row.problems, err);
    if (hints && !row.hint.empty()) {
      err << file << ":" << row.line << ": hint: " << row.hint << "\n";
    }
  }
  return wrong;
}

// What to do after reading `rows` rows: nullopt to go on and send.
std::optional<int> Verdict(size_t rows, size_t wrong, const ImportOptions& options,
                           Session& session);

// The row as it is before anything was sent.
template <typename Request>
ImportedRow AsImported(const client::RowOrError<Request>& row) {
  ImportedRow imported;
  imported.line = row.line;
  imported.key = row.key;
  imported.request_id = row.request.request_id();
  return imported;
}

// Sends each row in a call of its own, and appends what became of it. Stops at
// the first that finds no server: the others would wait for nothing.
template <typename Request, typename Response>
void SendEach(const std::vector<client::RowOrError<Request>>& rows,
              absl::StatusOr<Response> (client::Client::*method)(const Request&,
                                                                 const client::CallOptions&) const,
              const ImportOptions& options, Session& session, std::vector<ImportedRow>* imported) {
  const size_t first = imported->size();
  for (const auto& row : rows) imported->push_back(AsImported(row));
  ProgressBar bar("importing", rows.size(), session.err_is_terminal, session.err);
  std::atomic<bool> stop{false};
  RunConcurrently(rows.size(), options.concurrency, [&](size_t i) {
    if (stop) return;
    ImportedRow& row = (*imported)[first + i];
    const absl::StatusOr<Response> response =
        (session.client.get()->*method)(rows[i].request, client::CallOptions());
    if (response.ok()) {
      SetAccepted(response->receipt(), 0, &row);
    } else {
      SetFailed(response.status(), &row);
      if (row.code == kUnavailable) stop = true;
    }
    bar.Advance(1);
  });
}

// A whole import: `send` sends the rows and says what became of each.
template <typename Request, typename Send>
int ImportRows(const client::ImportOf<Request>& file, const ImportOptions& options,
               Session& session, const Send& send) {
  const absl::StatusOr<std::string> csv = session.ReadAll(options.file);
  if (!csv.ok()) return Malformed(csv.status().message(), session);
  const auto rows = client::ParseRows(file, *csv, ScopeOf(options));
  if (!rows.ok()) {
    return Malformed(absl::StrCat(options.file, ": ", rows.status().message()), session);
  }
  const size_t wrong = NameWrongRows(options.file, *rows, options.dry_run, session.err);
  if (const auto code = Verdict(rows->size(), wrong, options, session)) return *code;
  return PrintReport(options.file, send(*rows), session);
}

}  // namespace voucher::cli
