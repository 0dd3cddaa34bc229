#include "clients/cli/import_report.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include <nlohmann/json.hpp>

#include "clients/cli/failure.h"
#include "clients/cli/table.h"
#include "clients/cpp/refused.h"
#include "ledger/base/money.h"

namespace voucher::cli {
namespace {

using nlohmann::json;

constexpr size_t kMostNamed = 20;

struct Tally {
  int64_t rows = 0;
  int64_t granted_fen = 0;
};

std::map<std::string, Tally> TallyByOutcome(const std::vector<ImportedRow>& rows) {
  std::map<std::string, Tally> tallies;
  for (const ImportedRow& row : rows) {
    Tally& tally = tallies[row.outcome];
    ++tally.rows;
    tally.granted_fen += row.granted_fen;
  }
  return tallies;
}

void PrintReportJson(absl::string_view file, const std::vector<ImportedRow>& rows,
                     std::ostream& out) {
  json report = {{"file", std::string(file)}, {"rows", json::array()}};
  for (const ImportedRow& row : rows) {
    report["rows"].push_back({{"line", row.line},
                              {"key", row.key},
                              {"request_id", row.request_id},
                              {"outcome", row.outcome},
                              {"message", row.message},
                              {"sequence", row.sequence},
                              {"queue_number", row.queue_number},
                              {"granted_fen", row.granted_fen}});
  }
  for (const auto& [outcome, tally] : TallyByOutcome(rows)) {
    report["outcomes"][outcome] = {{"rows", tally.rows}, {"granted_fen", tally.granted_fen}};
  }
  out << report.dump(1) << "\n";
}

void NameSome(absl::string_view file, const std::vector<ImportedRow>& rows, std::ostream& err) {
  size_t named = 0, left = 0;
  for (const ImportedRow& row : rows) {
    if (row.code == kOk) continue;
    if (named == kMostNamed) {
      ++left;
      continue;
    }
    ++named;
    err << file << ":" << row.line << ": " << row.key << ": " << row.outcome
        << (row.message.empty() ? "" : ": ") << row.message << "\n";
  }
  if (left > 0) err << "and " << left << " more; --json names every row\n";
}

}  // namespace

void SetAccepted(const v1::Receipt& receipt, int64_t granted_fen, ImportedRow* row) {
  row->outcome = "accepted";
  row->message.clear();
  row->sequence = receipt.sequence();
  row->queue_number = receipt.queue_number();
  row->granted_fen = granted_fen;
  row->code = kOk;
}

void SetRefused(const v1::Refusal& refusal, const v1::Receipt* receipt, ImportedRow* row) {
  row->outcome = ReasonText(refusal.reason());
  row->message = refusal.message();
  if (receipt != nullptr) {
    row->sequence = receipt->sequence();
    row->queue_number = receipt->queue_number();
  }
  row->code = kRefused;
}

void SetFailed(const absl::Status& status, ImportedRow* row) {
  if (const std::optional<client::Refused> refused = client::RefusedOf(status)) {
    SetRefused(refused->refusal, refused->receipt ? &*refused->receipt : nullptr, row);
    return;
  }
  row->code = ExitCodeOf(status);
  row->outcome = row->code == kMalformed     ? "malformed"
                 : row->code == kUnavailable ? "unavailable"
                                             : absl::StatusCodeToString(status.code());
  row->message = std::string(status.message());
  for (const auto& field : client::BadFieldsOf(status)) {
    absl::StrAppend(&row->message, "; ", field.field(), ": ", field.description());
  }
}

int PrintReport(absl::string_view file, const std::vector<ImportedRow>& rows, Session& session) {
  int code = kOk;
  for (const ImportedRow& row : rows) code = std::max(code, int{row.code});
  if (session.json) {
    PrintReportJson(file, rows, session.out);
  } else {
    NameSome(file, rows, session.err);
    const bool money = std::any_of(rows.begin(), rows.end(),
                                   [](const ImportedRow& row) { return row.granted_fen != 0; });
    Table table({{"outcome"}, {"rows", Table::kRight}, {"granted (yuan)", Table::kRight}});
    Tally total;
    const auto add = [&](const std::string& label, const Tally& tally) {
      table.AddRow({label, FormatCount(tally.rows), money ? FormatYuan(tally.granted_fen) : ""});
    };
    for (const auto& [outcome, tally] : TallyByOutcome(rows)) {
      add(outcome, tally);
      total.rows += tally.rows;
      total.granted_fen += tally.granted_fen;
    }
    add("total", total);
    table.Print(session.out);
  }
  if (code == kUnavailable) {
    session.err << "not complete: import the same file again; rows that are recorded already are "
                   "answered again, never doubled\n";
  }
  return code;
}

}  // namespace voucher::cli
