#include "absl/strings/str_split.h"

#include "clients/import/csv_import.h"
#include "clients/import/evidence.h"
#include "clients/import/rows.h"

namespace voucher::client {
namespace {

constexpr int kMostProducts = 32;

void ReadProducts(RowReader* reader, v1::SubmitApplicationRequest* request) {
  constexpr absl::string_view kForm =
      "must be 1 to 32 products with ';' between, as in huaweicloud/ecs;aliyun/oss";
  for (absl::string_view choice : absl::StrSplit(reader->Raw("products"), ';')) {
    const std::vector<std::string> parts = absl::StrSplit(choice, '/');
    if (parts.size() != 2 || parts[0].empty() || parts[1].empty()) {
      reader->Complain("products", std::string(kForm));
      return;
    }
    v1::ProductChoice& product = *request->add_products();
    product.set_provider_id(parts[0]);
    product.set_product_id(parts[1]);
  }
  if (request->products_size() > kMostProducts) reader->Complain("products", std::string(kForm));
}

void ReadFirstRow(RowReader* reader, absl::string_view program_id,
                  v1::SubmitApplicationRequest* request) {
  request->set_program_id(std::string(program_id));
  request->set_item_id(reader->Text("item_id", 32));
  request->set_uscc(reader->Uscc("uscc", true));  // whether it is registered, the ledger knows
  request->set_delivery_mode(reader->Value<v1::DeliveryMode>("delivery_mode", "DELIVERY_MODE_"));
  request->set_spend_fen(reader->Amount("spend_fen"));
  v1::Project& project = *request->mutable_project();
  project.set_project_id(reader->Ascii("project_id"));
  project.set_other_funding(reader->Flag("other_funding", true));
  project.set_completed_prior_year(reader->Flag("completed_prior_year", true));
  ReadProducts(reader, request);
  ReadNamedDocuments(reader, request->mutable_evidence());
}

void ReadAnyRow(RowReader* reader, v1::SubmitApplicationRequest* request) {
  ReadInvoice(reader, request->mutable_evidence());
  ReadDocument(reader, request->mutable_evidence()->mutable_documents());
}

}  // namespace

absl::StatusOr<std::vector<RowOrError<v1::SubmitApplicationRequest>>> ParseApplications(
    absl::string_view csv, absl::string_view program_id) {
  ColumnNames once = {"uscc",       "item_id",  "delivery_mode", "spend_fen",
                      "project_id", "products", "other_funding", "completed_prior_year"};
  const ColumnNames named = NamedDocumentColumns();
  once.insert(once.end(), named.begin(), named.end());
  return ParseRowGroups<v1::SubmitApplicationRequest>(
      csv,
      {"application_key", "uscc", "item_id", "delivery_mode", "spend_fen", "project_id", "products",
       "invoice_code", "invoice_number", "invoice_amount_fen", "invoice_issued_on",
       "contract_number", "contract_sha256", "payment_number", "payment_sha256", "item_list_number",
       "item_list_sha256"},
      {"other_funding", "completed_prior_year", "document_kind", "document_number",
       "document_sha256"},
      {"application_key", 128, once}, ImportRequestIds("applications", program_id, csv),
      [&](RowReader* reader, v1::SubmitApplicationRequest* request) {
        ReadFirstRow(reader, program_id, request);
        ReadAnyRow(reader, request);
      },
      ReadAnyRow);
}

}  // namespace voucher::client
