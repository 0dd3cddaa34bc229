// Invoices and documents in the cells of a row.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"

#include "clients/import/row_reader.h"
#include "voucher/v1/application.pb.h"
#include "voucher/v1/types.pb.h"

namespace voucher::client {

// Columns of the documents that stand once, in the first row: contract, payment and item list, each
// with number and digest.
std::vector<absl::string_view> NamedDocumentColumns();

// Reads them; a document with both cells empty is not there.
void ReadNamedDocuments(RowReader* reader, v1::Evidence* evidence);

// Reads the row's invoice from invoice_code, invoice_number, invoice_amount_fen and
// invoice_issued_on, if any of the cells is filled. At most 64 in all.
void ReadInvoice(RowReader* reader, v1::Evidence* evidence);

// Reads the row's document of any kind from document_kind, document_number and document_sha256, if
// any of the cells is filled. At most 32 in all.
void ReadDocument(RowReader* reader, google::protobuf::RepeatedPtrField<v1::Document>* documents);

}  // namespace voucher::client
