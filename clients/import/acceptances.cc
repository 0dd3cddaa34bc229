#include "clients/import/csv_import.h"
#include "clients/import/evidence.h"
#include "clients/import/rows.h"

namespace voucher::client {
namespace {

void ReadAnyRow(RowReader* reader, v1::AcceptProjectRequest* request) {
  ReadDocument(reader, request->mutable_documents());
}

}  // namespace

absl::StatusOr<std::vector<RowOrError<v1::AcceptProjectRequest>>> ParseAcceptances(
    absl::string_view csv) {
  return ParseRowGroups<v1::AcceptProjectRequest>(
      csv, {"application_id", "document_kind", "document_number", "document_sha256"}, {},
      {"application_id", 20, {}}, ImportRequestIds("acceptances", "", csv),
      [](RowReader* reader, v1::AcceptProjectRequest* request) {
        request->set_application_id(reader->Id("application_id"));
        ReadAnyRow(reader, request);
      },
      ReadAnyRow);
}

}  // namespace voucher::client
