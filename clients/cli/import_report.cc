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

void PrintReportJson(absl::string_view file, absl::string_view run_id,
                     const std::vector<ImportedRow>& rows, std::ostream& out) {
  json report = {
      {"file", std::string(file)}, {"run", std::string(run_id)}, {"rows", json::array()}};
  for (const ImportedRow& row : rows) {
    report["rows"].push_back({{"line", row.line},
                              {"key", row.key},
                              {"request_id", row.request_id},
                              {"outcome", row.outcome},
                              {"message", row.message},
                              {"sequence", row.sequence},
                              {"before_sequence", row.before_sequence},
                              {"queue_number", row.queue_number},
                              {"granted_fen", row.granted_fen}});
  }
  for (const auto& [outcome, tally] : TallyByOutcome(rows)) {
    report["outcomes"][outcome] = {{"rows", tally.rows}, {"granted_fen", tally.granted_fen}};
  }
  out << report.dump(1) << "\n";
}

bool IsDoneBefore(const ImportedRow& row) {
  return row.outcome == WordOf(Standing::kDoneBefore);
}

// Names the first rows that failed, or the first that were done before.
void NameSome(absl::string_view file, const std::vector<ImportedRow>& rows, bool done_before,
              std::ostream& err) {
  size_t named = 0, left = 0;
  for (const ImportedRow& row : rows) {
    if (done_before ? !IsDoneBefore(row) : row.code == kOk) continue;
    if (named == kMostNamed) {
      ++left;
      continue;
    }
    ++named;
    err << file << ":" << row.line << ": " << row.key << ": " << row.outcome;
    if (row.before_sequence > 0) err << " in entry " << row.before_sequence;
    err << (row.message.empty() ? "" : ": ") << row.message << "\n";
  }
  if (left > 0) err << "and " << left << " more; --json names every row\n";
}

}  // namespace

void SetAccepted(const v1::Receipt& receipt, absl::string_view outcome, int64_t granted_fen,
                 ImportedRow* row) {
  row->outcome = std::string(outcome);
  row->message.clear();
  row->refusal.Clear();
  row->sequence = receipt.sequence();
  row->queue_number = receipt.queue_number();
  row->granted_fen = granted_fen;
  row->code = kOk;
}

void SetRefused(const v1::Refusal& refusal, const v1::Receipt* receipt, ImportedRow* row) {
  row->refusal = refusal;
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

void SetStanding(const Standing& standing, ImportedRow* row) {
  row->outcome = std::string(WordOf(standing.kind));
  row->message = standing.shown_by;
  row->before_sequence = standing.sequence;
  row->code = kOk;
}

void PrintWords(absl::string_view header, const std::vector<std::string>& words,
                std::ostream& out) {
  std::map<std::string, int64_t> counts;
  for (const std::string& word : words) ++counts[word];
  Table table({{std::string(header)}, {"rows", Table::kRight}});
  for (const auto& [word, count] : counts) table.AddRow({word, FormatCount(count)});
  table.AddRow({"total", FormatCount(static_cast<int64_t>(words.size()))});
  table.Print(out);
}

int PrintReport(absl::string_view file, absl::string_view run_id,
                const std::vector<ImportedRow>& rows, Session& session) {
  int code = kOk;
  for (const ImportedRow& row : rows) code = std::max(code, int{row.code});
  if (session.json) {
    PrintReportJson(file, run_id, rows, session.out);
  } else {
    NameSome(file, rows, /*done_before=*/false, session.err);
    NameSome(file, rows, /*done_before=*/true, session.err);
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
    session.err << "not complete: import the file again; with --request-id " << run_id
                << " rows that are recorded get the first answers, without it they are found to "
                   "stand; either way none is done twice\n";
  }
  return code;
}

}  // namespace voucher::cli
