#include "clients/import/evidence.h"

namespace voucher::client {

std::vector<ImportColumn> NamedDocumentColumns(Presence presence) {
  constexpr char kDigest[] = "its SHA-256, 64 hexadecimal digits";
  return {
      {"contract_number", presence, "evidence.documents[CONTRACT].number",
       "number of the contract"},
      {"contract_sha256", presence, "evidence.documents[CONTRACT].sha256", kDigest},
      {"payment_number", presence, "evidence.documents[PAYMENT_PROOF].number",
       "number of the proof of payment"},
      {"payment_sha256", presence, "evidence.documents[PAYMENT_PROOF].sha256", kDigest},
      {"item_list_number", presence, "evidence.documents[ITEM_LIST].number",
       "number of the item list"},
      {"item_list_sha256", presence, "evidence.documents[ITEM_LIST].sha256", kDigest},
  };
}

std::vector<ImportColumn> InvoiceColumns() {
  return {
      {"invoice_code", Presence::kMayBeEmpty, "evidence.invoices[].code",
       "10 or 12 digits; empty for a fully digital invoice"},
      {"invoice_number", Presence::kMayBeEmpty, "evidence.invoices[].number",
       "20 digits, or 8 beside a code; keep leading zeros (format the column as text)"},
      {"invoice_amount_fen", Presence::kMayBeEmpty, "evidence.invoices[].amount_fen", "whole fen"},
      {"invoice_issued_on", Presence::kMayBeEmpty, "evidence.invoices[].issued_on", "day"},
      {"invoice_digital_number", Presence::kOptional, "evidence.invoices[].digital_number",
       "20 digits that a paper form of a digital invoice carries beside code and number"},
      {"invoice_order_provider_id", Presence::kOptional, "evidence.invoices[].order.provider_id",
       "provider of the order that the invoice bills"},
      {"invoice_order_number", Presence::kOptional, "evidence.invoices[].order.order_number",
       "the provider's number of that order"},
  };
}

std::vector<ImportColumn> DocumentColumns(const std::string& field, Presence presence) {
  return {
      {"document_kind", presence, field + "[].kind", "any other document"},
      {"document_number", presence, field + "[].number", "its number"},
      {"document_sha256", presence, field + "[].sha256", "its SHA-256, 64 hexadecimal digits"},
  };
}

}  // namespace voucher::client
