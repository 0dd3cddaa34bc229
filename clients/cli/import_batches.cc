// Imports whose rows are sent many in one call.
#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "clients/cli/exit_code.h"
#include "clients/cli/import_command.h"
#include "clients/cli/import_rows.h"
#include "clients/import/imports.h"

namespace voucher::cli {
namespace {

using client::Client;
using client::RowOrError;

// What the batches of one import are made of: messages, the method, the name of
// the list in the contract, and the amount that an accepted row got, where
// there is one.
struct ApplicationBatch {
  using Row = v1::SubmitApplicationRequest;
  using Request = v1::BatchSubmitApplicationsRequest;
  static constexpr absl::string_view kList = "applications";
  static constexpr auto kMethod = &Client::BatchSubmitApplications;
  static auto* List(Request* request) { return request->mutable_applications(); }
  static int64_t Granted(const v1::ApplicationSubmitted& event) { return event.granted_fen(); }
};

struct ReviewBatch {
  using Row = v1::ReviewApplicationRequest;
  using Request = v1::BatchReviewApplicationsRequest;
  static constexpr absl::string_view kList = "reviews";
  static constexpr auto kMethod = &Client::BatchReviewApplications;
  static auto* List(Request* request) { return request->mutable_reviews(); }
  static int64_t Granted(const v1::ApplicationReviewed&) { return 0; }
};

struct ConfirmationBatch {
  using Row = v1::ConfirmTransferRequest;
  using Request = v1::BatchConfirmTransfersRequest;
  static constexpr absl::string_view kList = "confirmations";
  static constexpr auto kMethod = &Client::BatchConfirmTransfers;
  static auto* List(Request* request) { return request->mutable_confirmations(); }
  static int64_t Granted(const v1::TransferConfirmed&) { return 0; }
};

// What an INVALID_ARGUMENT says of each item that it names, as in
// "applications[3].spend_fen".
std::map<size_t, std::string> MalformedItems(const absl::Status& status, absl::string_view list) {
  std::map<size_t, std::string> items;
  for (const auto& violation : client::BadFieldsOf(status)) {
    absl::string_view field = violation.field();
    size_t item = 0;
    const size_t end = field.find(']');
    if (!absl::ConsumePrefix(&field, list) || !absl::ConsumePrefix(&field, "[") ||
        !absl::SimpleAtoi(field.substr(0, field.find(']')), &item)) {
      continue;
    }
    const std::string wrong =
        absl::StrCat(absl::StripPrefix(absl::string_view(violation.field()).substr(end + 1), "."),
                     ": ", violation.description());
    std::string& said = items[item];
    if (!absl::StrContains(said, wrong)) absl::StrAppend(&said, said.empty() ? "" : "; ", wrong);
  }
  return items;
}

// Sends rows [begin, end) in one call. If the server finds some malformed it
// records none of them; those are marked and the others sent again. False if
// there is no server to talk to.
template <typename Batch>
bool SendBatch(const std::vector<RowOrError<typename Batch::Row>>& rows, size_t begin, size_t end,
               const Client& client, std::vector<ImportedRow>* imported) {
  std::vector<size_t> pending;
  for (size_t i = begin; i < end; ++i) pending.push_back(i);
  while (!pending.empty()) {
    typename Batch::Request request;
    for (const size_t i : pending) *Batch::List(&request)->Add() = rows[i].request;
    const auto response = (client.*Batch::kMethod)(request, client::CallOptions());
    if (response.ok()) {
      const size_t answered =
          std::min(pending.size(), static_cast<size_t>(response->outcomes_size()));
      for (size_t i = 0; i < answered; ++i) {
        const auto& outcome = response->outcomes(static_cast<int>(i));
        ImportedRow* row = &(*imported)[pending[i]];
        if (outcome.has_event()) {
          SetAccepted(outcome.receipt(), OutcomeOf(outcome.event()),
                      Batch::Granted(outcome.event()), row);
        } else {
          SetRefused(outcome.refusal(), outcome.has_receipt() ? &outcome.receipt() : nullptr, row);
        }
      }
      return answered == pending.size();
    }
    const std::map<size_t, std::string> malformed = MalformedItems(response.status(), Batch::kList);
    std::vector<size_t> others;
    for (size_t i = 0; i < pending.size(); ++i) {
      ImportedRow* row = &(*imported)[pending[i]];
      const auto named = malformed.find(i);
      if (malformed.empty()) {
        SetFailed(response.status(), row);
      } else if (named != malformed.end()) {
        SetFailed(absl::InvalidArgumentError(named->second), row);
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

template <typename Batch>
std::vector<ImportedRow> SendBatches(const std::vector<RowOrError<typename Batch::Row>>& rows,
                                     const ImportOptions& options, Session& session) {
  std::vector<ImportedRow> imported;
  for (const auto& row : rows) imported.push_back(AsImported(row));
  ProgressBar bar("importing", rows.size(), session.err_is_terminal, session.err);
  std::atomic<bool> stop{false};
  const size_t batches = (rows.size() + options.batch_size - 1) / options.batch_size;
  RunConcurrently(batches, options.concurrency, [&](size_t batch) {
    if (stop) return;
    const size_t begin = batch * options.batch_size;
    const size_t end = std::min(begin + options.batch_size, rows.size());
    if (!SendBatch<Batch>(rows, begin, end, *session.client, &imported)) stop = true;
    bar.Advance(end - begin);
  });
  constexpr size_t kReadsAtATime = 8;
  StandingReader reader(*session.client, client::CallOptions());
  RunConcurrently(rows.size(), kReadsAtATime,
                  [&](size_t i) { TellIfDone(rows[i].request, &reader, &imported[i]); });
  return imported;
}

template <typename Batch>
int ImportInBatches(const client::ImportOf<typename Batch::Row>& file, const ImportOptions& options,
                    Session& session) {
  return ImportRows(file, options, session,
                    [&](const auto& rows) { return SendBatches<Batch>(rows, options, session); });
}

}  // namespace

int ImportApplications(const ImportOptions& options, Session& session) {
  return ImportInBatches<ApplicationBatch>(client::ApplicationImport(), options, session);
}

int ImportReviews(const ImportOptions& options, Session& session) {
  return ImportInBatches<ReviewBatch>(client::ReviewImport(), options, session);
}

int ImportConfirmations(const ImportOptions& options, Session& session) {
  return ImportInBatches<ConfirmationBatch>(client::ConfirmationImport(), options, session);
}

}  // namespace voucher::cli
