#include "clients/import/csv_import.h"
#include "clients/import/evidence.h"
#include "clients/import/rows.h"

namespace voucher::client {
namespace {

void ReadAnyRow(RowReader* reader, v1::CorrectApplicationRequest* request) {
  ReadInvoice(reader, request->mutable_evidence());
  ReadDocument(reader, request->mutable_evidence()->mutable_documents());
}

}  // namespace

absl::StatusOr<std::vector<RowOrError<v1::CorrectApplicationRequest>>> ParseCorrections(
    absl::string_view csv) {
  const ColumnNames named = NamedDocumentColumns();
  ColumnNames once = {"spend_fen"};
  once.insert(once.end(), named.begin(), named.end());
  ColumnNames optional = {"document_kind", "document_number", "document_sha256"};
  optional.insert(optional.end(), named.begin(), named.end());
  return ParseRowGroups<v1::CorrectApplicationRequest>(
      csv,
      {"application_id", "spend_fen", "invoice_code", "invoice_number", "invoice_amount_fen",
       "invoice_issued_on"},
      optional, {"application_id", 20, once}, ImportRequestIds("corrections", "", csv),
      [](RowReader* reader, v1::CorrectApplicationRequest* request) {
        request->set_application_id(reader->Id("application_id"));
        request->set_spend_fen(reader->Amount("spend_fen"));
        ReadNamedDocuments(reader, request->mutable_evidence());
        ReadAnyRow(reader, request);
      },
      ReadAnyRow);
}

}  // namespace voucher::client
