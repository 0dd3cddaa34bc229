// The import of a provider's statement of credited transfers: one
// ReconcileTransfers.
#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include <nlohmann/json.hpp>

#include "clients/cli/exit_code.h"
#include "clients/cli/field_text.h"
#include "clients/cli/import_command.h"
#include "clients/cli/import_rows.h"
#include "clients/cli/render.h"
#include "clients/cli/run_command.h"
#include "clients/cli/table.h"
#include "clients/import/imports.h"
#include "ledger/base/money.h"

namespace voucher::cli {
namespace {

constexpr size_t kMostMissingShown = 20;  // numbers of missing transfers; --json shows all

// What is asked, and the lines of the file that `request.lines` stand on.
struct Statement {
  v1::ReconcileTransfersRequest request;
  std::vector<int> lines;
};

// The request without its lines. Each run is a comparison of its own: an old
// answer would not know what was confirmed since.
v1::ReconcileTransfersRequest RequestOf(const ImportOptions& options, const Session& session) {
  v1::ReconcileTransfersRequest request;
  EnsureRequestId(session, &request);
  request.set_provider_id(options.provider_id);
  request.set_first_transfer_id(options.first_transfer_id);
  request.set_last_transfer_id(options.last_transfer_id);
  request.set_confirm_silent(options.confirm_silent);
  return request;
}

// The line that a finding is about; null if the server named none that was
// sent.
const v1::StatementLineOfTransfer* StatedIn(const Statement& statement,
                                            const v1::ReconciledLine& finding) {
  if (finding.line() >= statement.lines.size()) return nullptr;
  return &statement.request.lines(static_cast<int>(finding.line()));
}

void PrintFindingCounts(const Statement& statement, const v1::TransfersReconciled& event,
                        std::ostream& out) {
  struct Sum {
    int64_t lines = 0, stated_fen = 0, ledger_fen = 0;
  };
  std::array<Sum, v1::ReconciliationFinding_ARRAYSIZE> sums{};
  for (const v1::ReconciledLine& line : event.lines()) {
    Sum& sum = sums[static_cast<size_t>(line.finding()) % sums.size()];
    const auto* stated = StatedIn(statement, line);
    ++sum.lines;
    sum.stated_fen += stated == nullptr ? 0 : stated->amount_fen();
    sum.ledger_fen += line.ledger_fen();
  }
  Table table({{"finding"},
               {"lines", Table::kRight},
               {"stated (yuan)", Table::kRight},
               {"ledger (yuan)", Table::kRight}});
  for (size_t i = 1; i < sums.size(); ++i) {
    table.AddRow({ShortName(static_cast<v1::ReconciliationFinding>(i)), FormatCount(sums[i].lines),
                  FormatYuan(sums[i].stated_fen), FormatYuan(sums[i].ledger_fen)});
  }
  table.AddRow({"missing", FormatCount(event.missing_transfer_ids_size()), "", ""});
  table.Print(out);
}

void PrintLinesThatDiffer(const Statement& statement, const v1::TransfersReconciled& event,
                          std::ostream& out) {
  Table table({{"line", Table::kRight},
               {"transfer", Table::kRight},
               {"finding"},
               {"stated (yuan)", Table::kRight},
               {"ledger (yuan)", Table::kRight},
               {"credited (yuan)", Table::kRight},
               {"reference"}});
  bool any = false;
  for (const v1::ReconciledLine& line : event.lines()) {
    const auto* stated = StatedIn(statement, line);
    if (line.finding() == v1::RECONCILIATION_FINDING_MATCHED || stated == nullptr) continue;
    any = true;
    const bool credited = line.credited_fen() != 0 || line.released_fen() != 0;
    table.AddRow({absl::StrCat(statement.lines[line.line()]), absl::StrCat(stated->transfer_id()),
                  ShortName(line.finding()), FormatYuan(stated->amount_fen()),
                  line.transfer_id() == 0 ? "" : FormatYuan(line.ledger_fen()),
                  credited ? FormatYuan(line.credited_fen()) : "", stated->provider_reference()});
  }
  if (any) table.Print(out);
}

void PrintFindings(const Statement& statement, const v1::ReconcileTransfersResponse& response,
                   std::ostream& out) {
  const v1::TransfersReconciled& event = response.event();
  PrintFindingCounts(statement, event, out);
  PrintLinesThatDiffer(statement, event, out);
  const size_t missing = static_cast<size_t>(event.missing_transfer_ids_size());
  if (missing > 0) {
    const auto& ids = event.missing_transfer_ids();
    const size_t shown = std::min(missing, kMostMissingShown);
    out << "missing transfers: "
        << absl::StrJoin(ids.begin(), ids.begin() + static_cast<int>(shown), ", ");
    if (missing > shown) out << " and " << missing - shown << " more; --json names them";
    out << "\n";
  }
  if (event.confirmed() > 0) out << "confirmed " << event.confirmed() << " silent transfers\n";
  out << "receipt: " << ReceiptText(response.receipt()) << "\n";
}

void PrintFindingsJson(const std::string& file, const Statement& statement,
                       const v1::ReconcileTransfersResponse& response, std::ostream& out) {
  using nlohmann::ordered_json;
  const v1::TransfersReconciled& event = response.event();
  ordered_json report = {{"file", file},
                         {"request_id", statement.request.request_id()},
                         {"sequence", response.receipt().sequence()},
                         {"confirmed", event.confirmed()},
                         {"lines", ordered_json::array()},
                         {"missing_transfer_ids", ordered_json::array()}};
  for (const v1::ReconciledLine& line : event.lines()) {
    const auto* stated = StatedIn(statement, line);
    if (stated == nullptr) continue;
    report["lines"].push_back({{"line", statement.lines[line.line()]},
                               {"transfer_id", stated->transfer_id()},
                               {"finding", ShortName(line.finding())},
                               {"stated_fen", stated->amount_fen()},
                               {"ledger_fen", line.ledger_fen()},
                               {"credited_fen", line.credited_fen()},
                               {"released_fen", line.released_fen()},
                               {"provider_reference", stated->provider_reference()}});
  }
  for (const uint64_t id : event.missing_transfer_ids()) {
    report["missing_transfer_ids"].push_back(id);
  }
  out << report.dump(1) << "\n";
}

}  // namespace

int ImportStatementLines(const ImportOptions& options, Session& session) {
  const absl::StatusOr<std::string> csv = session.ReadAll(options.file);
  if (!csv.ok()) return Malformed(csv.status().message(), session);
  Statement statement{RequestOf(options, session), {}};
  absl::StatusOr<client::WholeFile> read = client::ParseWholeFile(
      client::StatementLineImport(), *csv, ScopeOf(options, session).now, &statement.request);
  if (!read.ok()) {
    return Malformed(absl::StrCat(options.file, ": ", read.status().message()), session);
  }
  NameProblems(options.file, read->problems, session.err);
  statement.lines = std::move(read->lines);
  const size_t wrong = WrongRows(read->problems);
  if (const auto code = Verdict(statement.lines.size(), wrong, options, session)) return *code;

  const std::string& request_id = statement.request.request_id();
  const auto response = session.client->ReconcileTransfers(statement.request);
  if (!response.ok()) return PrintFailure(response.status(), request_id, session);
  if (session.json) {
    PrintFindingsJson(options.file, statement, *response, session.out);
  } else {
    PrintFindings(statement, *response, session.out);
  }
  return kOk;
}

}  // namespace voucher::cli
