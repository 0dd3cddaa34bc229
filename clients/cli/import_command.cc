#include "clients/cli/import_command.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "clients/cli/concurrently.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/failure.h"
#include "clients/cli/import_report.h"
#include "clients/cli/progress_bar.h"
#include "clients/cli/yuan.h"
#include "clients/import/csv_import.h"

namespace voucher::cli {
namespace {

using client::CallOptions;
using client::Client;
using client::RowOrError;

// Names what is wrong or worth a look; returns how many rows are wrong.
template <typename Request>
size_t NameProblems(const std::string& file, const std::vector<RowOrError<Request>>& rows,
                    bool hints, std::ostream& err) {
  size_t wrong = 0;
  for (const RowOrError<Request>& row : rows) {
    if (!row.ok()) ++wrong;
    for (const client::RowProblem& problem : row.problems) {
      err << file << ":" << row.line << ": " << problem.column
          << (problem.column.empty() ? "" : ": ") << problem.description << "\n";
    }
    if (hints && !row.hint.empty()) {
      err << file << ":" << row.line << ": hint: " << row.hint << "\n";
    }
  }
  return wrong;
}

// What to do after reading: nullopt to go on and send.
std::optional<int> Verdict(size_t rows, size_t wrong, const ImportOptions& options,
                           Session& session) {
  if (wrong > 0) {
    session.err << wrong << " of " << FormatCount(static_cast<int64_t>(rows))
                << " rows are wrong; nothing was sent\n";
    return kMalformed;
  }
  if (!options.dry_run) return std::nullopt;
  session.out << FormatCount(static_cast<int64_t>(rows))
              << " rows are well-formed; dry run: nothing was sent\n";
  return kOk;
}

template <typename Request>
ImportedRow AsImported(const RowOrError<Request>& row) {
  ImportedRow imported;
  imported.line = row.line;
  imported.key = row.key;
  imported.request_id = row.request.request_id();
  return imported;
}

// Sends each row in a call of its own, and appends what became of it. Stops at the first that finds
// no server: the others would wait for nothing.
template <typename Request, typename Response>
void SendEach(const std::vector<RowOrError<Request>>& rows,
              absl::StatusOr<Response> (Client::*method)(const Request&, const CallOptions&) const,
              const ImportOptions& options, Session& session, std::vector<ImportedRow>* imported) {
  const size_t first = imported->size();
  for (const RowOrError<Request>& row : rows) imported->push_back(AsImported(row));
  ProgressBar bar("importing", rows.size(), session.err_is_terminal, session.err);
  std::atomic<bool> stop{false};
  RunConcurrently(rows.size(), options.concurrency, [&](size_t i) {
    if (stop) return;
    ImportedRow& row = (*imported)[first + i];
    const absl::StatusOr<Response> response =
        (session.client.get()->*method)(rows[i].request, CallOptions());
    if (response.ok()) {
      SetAccepted(response->receipt(), 0, &row);
    } else {
      SetFailed(response.status(), &row);
      if (row.code == kUnavailable) stop = true;
    }
    bar.Advance(1);
  });
}

// The items of a batch that an INVALID_ARGUMENT names, as in "applications[3].spend_fen".
std::set<size_t> MalformedItems(const absl::Status& status) {
  std::set<size_t> items;
  for (const auto& violation : client::BadFieldsOf(status)) {
    absl::string_view field = violation.field();
    size_t item = 0;
    if (absl::ConsumePrefix(&field, "applications[") &&
        absl::SimpleAtoi(field.substr(0, field.find(']')), &item)) {
      items.insert(item);
    }
  }
  return items;
}

using ApplicationRow = RowOrError<v1::SubmitApplicationRequest>;

void SetOutcome(const v1::SubmitApplicationOutcome& outcome, ImportedRow* row) {
  if (outcome.has_event()) {
    SetAccepted(outcome.receipt(), outcome.event().granted_fen(), row);
  } else {
    SetRefused(outcome.refusal(), outcome.has_receipt() ? &outcome.receipt() : nullptr, row);
  }
}

// Submits rows [begin, end) in one call. If the server finds some malformed it records none of
// them; those are marked and the others sent again. False if there is no server to talk to.
bool SendBatch(const std::vector<ApplicationRow>& rows, size_t begin, size_t end,
               const Client& client, std::vector<ImportedRow>* imported) {
  std::vector<size_t> pending;
  for (size_t i = begin; i < end; ++i) pending.push_back(i);
  while (!pending.empty()) {
    v1::BatchSubmitApplicationsRequest request;
    for (const size_t i : pending) *request.add_applications() = rows[i].request;
    const auto response = client.BatchSubmitApplications(request);
    if (response.ok()) {
      const size_t answered =
          std::min(pending.size(), static_cast<size_t>(response->outcomes_size()));
      for (size_t i = 0; i < answered; ++i) {
        SetOutcome(response->outcomes(static_cast<int>(i)), &(*imported)[pending[i]]);
      }
      return answered == pending.size();
    }
    const std::set<size_t> malformed = MalformedItems(response.status());
    std::vector<size_t> others;
    for (size_t i = 0; i < pending.size(); ++i) {
      if (malformed.empty() || malformed.count(i) > 0) {
        SetFailed(response.status(), &(*imported)[pending[i]]);
      } else {
        others.push_back(pending[i]);
      }
    }
    if (malformed.empty()) return ExitCodeOf(response.status()) != kUnavailable;
    if (others.size() == pending.size()) return false;  // named items that were not there
    pending = std::move(others);
  }
  return true;
}

}  // namespace

int ImportEnterprises(const ImportOptions& options, Session& session) {
  const absl::StatusOr<std::string> csv = session.ReadAll(options.file);
  if (!csv.ok()) return Malformed(csv.status().message(), session);
  const auto rows = client::ParseEnterprises(*csv);
  if (!rows.ok()) {
    return Malformed(absl::StrCat(options.file, ": ", rows.status().message()), session);
  }
  const size_t wrong = NameProblems(options.file, *rows, options.dry_run, session.err);
  if (const auto code = Verdict(rows->size(), wrong, options, session)) return *code;

  std::vector<ImportedRow> imported;
  SendEach(*rows, &Client::PutEnterprise, options, session, &imported);
  return PrintReport(options.file, imported, session);
}

int ImportCatalog(const ImportOptions& options, Session& session) {
  const absl::StatusOr<std::string> csv = session.ReadAll(options.file);
  if (!csv.ok()) return Malformed(csv.status().message(), session);
  const auto rows = client::ParseCatalog(*csv, options.program_id);
  if (!rows.ok()) {
    return Malformed(absl::StrCat(options.file, ": ", rows.status().message()), session);
  }
  const size_t wrong = NameProblems(options.file, rows->products, options.dry_run, session.err);
  if (const auto code = Verdict(rows->products.size(), wrong, options, session)) return *code;

  std::vector<ImportedRow> imported;
  SendEach(rows->providers, &Client::PutProvider, options, session, &imported);
  SendEach(rows->products, &Client::PutProduct, options, session, &imported);
  return PrintReport(options.file, imported, session);
}

int ImportApplications(const ImportOptions& options, Session& session) {
  const absl::StatusOr<std::string> csv = session.ReadAll(options.file);
  if (!csv.ok()) return Malformed(csv.status().message(), session);
  const auto rows = client::ParseApplications(*csv, options.program_id);
  if (!rows.ok()) {
    return Malformed(absl::StrCat(options.file, ": ", rows.status().message()), session);
  }
  const size_t wrong = NameProblems(options.file, *rows, options.dry_run, session.err);
  if (const auto code = Verdict(rows->size(), wrong, options, session)) return *code;

  std::vector<ImportedRow> imported;
  for (const ApplicationRow& row : *rows) imported.push_back(AsImported(row));
  {
    ProgressBar bar("importing", rows->size(), session.err_is_terminal, session.err);
    std::atomic<bool> stop{false};
    const size_t batches = (rows->size() + options.batch_size - 1) / options.batch_size;
    RunConcurrently(batches, options.concurrency, [&](size_t batch) {
      if (stop) return;
      const size_t begin = batch * options.batch_size;
      const size_t end = std::min(begin + options.batch_size, rows->size());
      if (!SendBatch(*rows, begin, end, *session.client, &imported)) stop = true;
      bar.Advance(end - begin);
    });
  }
  return PrintReport(options.file, imported, session);
}

}  // namespace voucher::cli
