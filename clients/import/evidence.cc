#include "clients/import/evidence.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace voucher::client {
namespace {

constexpr int kMostInvoices = 64;
constexpr int kMostDocuments = 32;

void ReadNamedDocument(RowReader* reader, v1::DocumentKind kind, absl::string_view name,
                       v1::Evidence* evidence) {
  const std::string number = absl::StrCat(name, "_number");
  const std::string sha256 = absl::StrCat(name, "_sha256");
  if (reader->IsEmpty(number) && reader->IsEmpty(sha256)) return;
  v1::Document& document = *evidence->add_documents();
  document.set_kind(kind);
  document.set_number(reader->Text(number, 128));
  document.set_sha256(reader->Sha256(sha256));
}

}  // namespace

std::vector<absl::string_view> NamedDocumentColumns() {
  return {"contract_number", "contract_sha256",  "payment_number",
          "payment_sha256",  "item_list_number", "item_list_sha256"};
}

void ReadNamedDocuments(RowReader* reader, v1::Evidence* evidence) {
  ReadNamedDocument(reader, v1::DOCUMENT_KIND_CONTRACT, "contract", evidence);
  ReadNamedDocument(reader, v1::DOCUMENT_KIND_PAYMENT_PROOF, "payment", evidence);
  ReadNamedDocument(reader, v1::DOCUMENT_KIND_ITEM_LIST, "item_list", evidence);
}

void ReadInvoice(RowReader* reader, v1::Evidence* evidence) {
  if (reader->IsEmpty("invoice_code") && reader->IsEmpty("invoice_number") &&
      reader->IsEmpty("invoice_amount_fen") && reader->IsEmpty("invoice_issued_on")) {
    return;
  }
  v1::Invoice& invoice = *evidence->add_invoices();
  const absl::string_view code = reader->Raw("invoice_code");
  const absl::string_view number = reader->Raw("invoice_number");
  const auto digits = [](absl::string_view text) {
    return text.find_first_not_of("0123456789") == absl::string_view::npos;
  };
  const bool digital = code.empty() && number.size() == 20;
  const bool older = (code.size() == 10 || code.size() == 12) && number.size() == 8;
  if ((!digital && !older) || !digits(code) || !digits(number)) {
    reader->Complain("invoice_number",
                     "must be 20 digits without a code (fully digital), or 8 digits beside a code "
                     "of 10 or 12; keep leading zeros (format the column as text)");
  }
  invoice.set_code(std::string(code));
  invoice.set_number(std::string(number));
  invoice.set_amount_fen(reader->Amount("invoice_amount_fen"));
  *invoice.mutable_issued_on() = reader->Date("invoice_issued_on");
  if (evidence->invoices_size() > kMostInvoices) {
    reader->Complain("invoice_number", "an application has at most 64 invoices");
  }
}

void ReadDocument(RowReader* reader, google::protobuf::RepeatedPtrField<v1::Document>* documents) {
  if (reader->IsEmpty("document_kind") && reader->IsEmpty("document_number") &&
      reader->IsEmpty("document_sha256")) {
    return;
  }
  v1::Document& document = *documents->Add();
  document.set_kind(reader->Value<v1::DocumentKind>("document_kind", "DOCUMENT_KIND_"));
  document.set_number(reader->Text("document_number", 128));
  document.set_sha256(reader->Sha256("document_sha256"));
  if (documents->size() > kMostDocuments) {
    reader->Complain("document_number", "there are at most 32 documents");
  }
}

}  // namespace voucher::client
