#include "clients/import/csv_import.h"
#include "clients/import/rows.h"

namespace voucher::client {

absl::StatusOr<std::vector<RowOrError<v1::ConfirmTransferRequest>>> ParseConfirmations(
    absl::string_view csv) {
  return ParseRows<v1::ConfirmTransferRequest>(
      csv, {"transfer_id", "provider_reference"}, {}, ImportRequestIds("confirmations", "", csv),
      [](RowReader* reader, v1::ConfirmTransferRequest* request) {
        request->set_transfer_id(reader->Id("transfer_id"));
        request->set_provider_reference(reader->Ascii("provider_reference"));
        return std::string(reader->Raw("transfer_id"));
      });
}

absl::StatusOr<std::vector<RowOrError<v1::StatementLineOfTransfer>>> ParseStatementLines(
    absl::string_view csv) {
  absl::StatusOr<CsvTable> table =
      ParseCsv(csv, {"transfer_id", "amount_fen", "provider_reference"}, {});
  if (!table.ok()) return table.status();
  std::vector<RowOrError<v1::StatementLineOfTransfer>> rows;
  for (const CsvRow& cells : table->rows) {
    RowOrError<v1::StatementLineOfTransfer>& row = rows.emplace_back();
    row.line = cells.line;
    RowReader reader(*table, cells, &row.problems);
    if (!reader.IsComplete()) continue;
    row.request.set_transfer_id(reader.Id("transfer_id"));
    row.request.set_amount_fen(reader.Amount("amount_fen"));
    row.request.set_provider_reference(reader.Ascii("provider_reference"));
    row.key = std::string(reader.Raw("transfer_id"));
  }
  return rows;
}

}  // namespace voucher::client
