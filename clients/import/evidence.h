// Columns of invoices and documents.
#pragma once

#include <string>
#include <vector>

#include "clients/import/import_column.h"

namespace voucher::client {

// Contract, payment and item list, each with number and digest, which stand once in a request.
std::vector<ImportColumn> NamedDocumentColumns(Presence presence);

// One more invoice a row.
std::vector<ImportColumn> InvoiceColumns();

// One more document of any kind a row, in the request's list `field`.
std::vector<ImportColumn> DocumentColumns(const std::string& field, Presence presence);

}  // namespace voucher::client
