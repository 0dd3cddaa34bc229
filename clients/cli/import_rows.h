// What every import does with its rows.
#pragma once

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "clients/cli/concurrently.h"
#include "clients/cli/failure.h"
#include "clients/cli/import_command.h"
#include "clients/cli/import_report.h"
#include "clients/cli/import_standing.h"
#include "clients/cli/progress_bar.h"
#include "clients/cli/session.h"
#include "clients/import/csv_import.h"

namespace voucher::cli {

// What the options say that rows do not. The run is that of --request-id, or a fresh one.
client::ImportScope ScopeOf(const ImportOptions& options, const Session& session);

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

// What an accepted row did, by its event: what it did to a register, or "done".
absl::string_view OutcomeOf(const v1::EnterprisePut& event);
absl::string_view OutcomeOf(const v1::ProviderPut& event);
absl::string_view OutcomeOf(const v1::ProductPut& event);
absl::string_view OutcomeOf(const v1::ClusterPut& event);
template <typename Event>
absl::string_view OutcomeOf(const Event&) {
  return "done";
}

// The number of this name in a refusal; 0 if it has none.
uint64_t NumberIn(const v1::Refusal& refusal, absl::string_view name);

// Whether the reason is one that a row is refused with, too, if it is done already, and only a look
// at what stands tells.
bool MayBeDone(v1::Reason reason);

// What stands of a row that was refused. An application whose invoice or item another one has is
// the same as that one, or none is.
template <typename Request>
absl::StatusOr<Standing> StandingBehind(const Request& request, const v1::Refusal& refusal,
                                        uint64_t sequence, StandingReader* reader) {
  if constexpr (std::is_same_v<Request, v1::SubmitApplicationRequest>) {
    const uint64_t other = NumberIn(refusal, "application_id");
    if (other != 0) return reader->OfNamed(request, other, sequence);
    if (refusal.reason() != v1::REASON_ALREADY_BOOKED) return Standing{};
  }
  return reader->Of(request, sequence);
}

// Whether all that the row asks for stands.
bool IsThere(const Standing& standing);

// A row that was refused because it is done already, or stands so already, did not fail: says so in
// the row. What was booked under the same document but says something else stays refused.
template <typename Request>
void TellIfDone(const Request& request, StandingReader* reader, ImportedRow* row) {
  if (row->code != kRefused || !MayBeDone(row->refusal.reason())) return;
  absl::StatusOr<Standing> standing = StandingBehind(request, row->refusal, row->sequence, reader);
  if (row->refusal.reason() == v1::REASON_ALREADY_BOOKED) {
    if (!standing.ok() || standing->kind == Standing::kUnknown) {
      standing = Standing{Standing::kDoneBefore, 0, ""};
    }
    standing->sequence = NumberIn(row->refusal, "first_sequence");
  }
  if (standing.ok() && IsThere(*standing)) SetStanding(*standing, row);
}

// Whether the answer to a request that changes nothing does not tell: a plan that stands so, or the
// end of what does not stand. What stands is then asked before.
template <typename Request>
bool IsSilent(const Request&) {
  return std::is_same_v<Request, v1::PutClusterRequest>;
}
inline bool IsSilent(const v1::SetListingRequest& request) {
  return !request.listed();
}
inline bool IsSilent(const v1::SetBlacklistRequest& request) {
  return !request.has_blacklisting();
}

// Sends one row and says what became of it.
template <typename Request, typename Response>
void SendRow(const Request& request,
             absl::StatusOr<Response> (client::Client::*method)(const Request&,
                                                                const client::CallOptions&) const,
             StandingReader* reader, Session& session, ImportedRow* row) {
  if (IsSilent(request)) {
    const absl::StatusOr<Standing> standing = reader->Of(request);
    if (standing.ok() && IsThere(*standing)) return SetStanding(*standing, row);
  }
  const auto response = (session.client.get()->*method)(request, client::CallOptions());
  if (response.ok()) {
    SetAccepted(response->receipt(), OutcomeOf(response->event()), 0, row);
    return;
  }
  SetFailed(response.status(), row);
  TellIfDone(request, reader, row);
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
  StandingReader reader(*session.client, client::CallOptions());
  std::atomic<bool> stop{false};
  RunConcurrently(rows.size(), options.concurrency, [&](size_t i) {
    if (stop) return;
    ImportedRow& row = (*imported)[first + i];
    SendRow(rows[i].request, method, &reader, session, &row);
    if (row.code == kUnavailable) stop = true;
    bar.Advance(1);
  });
}

// How a dry run may read what stands: once, and not for long, since it needs no server.
client::CallOptions QuickReads(const Session& session);

// The words of a dry run for each row; the first error that is not of a single row otherwise.
template <typename Request>
absl::Status AppendWords(const std::vector<client::RowOrError<Request>>& rows,
                         StandingReader* reader, std::vector<std::string>* words) {
  constexpr size_t kReadsAtATime = 8;
  const size_t first = words->size();
  words->resize(first + rows.size());
  std::mutex mutex;
  absl::Status failed;  // guarded by mutex
  std::atomic<bool> stop{false};
  RunConcurrently(rows.size(), kReadsAtATime, [&](size_t i) {
    if (stop) return;
    const absl::StatusOr<Standing> standing = reader->Of(rows[i].request);
    if (standing.ok()) {
      (*words)[first + i] = std::string(WordOf(standing->kind));
    } else if (absl::IsNotFound(standing.status())) {
      (*words)[first + i] = "not found";
    } else {
      stop = true;
      const std::lock_guard<std::mutex> lock(mutex);
      failed.Update(standing.status());
    }
  });
  return failed;
}

// Prints how the rows compare with what stands, or why they were not compared.
void PrintComparison(const absl::Status& compared, const std::vector<std::string>& words,
                     Session& session);

// A whole import: `send` sends the rows and says what became of each.
template <typename Request, typename Send>
int ImportRows(const client::ImportOf<Request>& file, const ImportOptions& options,
               Session& session, const Send& send) {
  const absl::StatusOr<std::string> csv = session.ReadAll(options.file);
  if (!csv.ok()) return Malformed(csv.status().message(), session);
  const client::ImportScope scope = ScopeOf(options, session);
  const auto rows = client::ParseRows(file, *csv, scope);
  if (!rows.ok()) {
    return Malformed(absl::StrCat(options.file, ": ", rows.status().message()), session);
  }
  const size_t wrong = NameWrongRows(options.file, *rows, options.dry_run, session.err);
  if (const auto code = Verdict(rows->size(), wrong, options, session)) {
    if (*code != kOk) return *code;
    StandingReader reader(*session.client, QuickReads(session));
    std::vector<std::string> words;
    const absl::Status compared = AppendWords(*rows, &reader, &words);
    PrintComparison(compared, words, session);
    return kOk;
  }
  return PrintReport(options.file, scope.run_id, send(*rows), session);
}

}  // namespace voucher::cli
