#include <cstdint>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "clients/import/csv.h"
#include "clients/import/csv_import.h"
#include "clients/import/request_id.h"
#include "clients/import/row_reader.h"

namespace voucher::client {
namespace {

constexpr int64_t kMostFen = 1'000'000'000'000'000;  // the contract's bound, 10^15
constexpr int kMostInvoices = 64;
constexpr int kMostProducts = 32;

// Columns that further rows of an application leave empty or repeat.
constexpr absl::string_view kOncePerApplication[] = {"uscc",
                                                     "item_id",
                                                     "delivery_mode",
                                                     "spend_fen",
                                                     "project_id",
                                                     "products",
                                                     "contract_number",
                                                     "contract_sha256",
                                                     "payment_number",
                                                     "payment_sha256",
                                                     "item_list_number",
                                                     "item_list_sha256",
                                                     "other_funding",
                                                     "completed_prior_year"};

using Row = RowOrError<v1::SubmitApplicationRequest>;

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
  invoice.set_amount_fen(reader->Number("invoice_amount_fen", 1, kMostFen));
  *invoice.mutable_issued_on() = reader->Date("invoice_issued_on");
  if (evidence->invoices_size() > kMostInvoices) {
    reader->Complain("invoice_number", "an application has at most 64 invoices");
  }
}

void ReadDocument(RowReader* reader, v1::DocumentKind kind, absl::string_view name,
                  v1::Evidence* evidence) {
  const std::string number = absl::StrCat(name, "_number");
  const std::string sha256 = absl::StrCat(name, "_sha256");
  if (reader->IsEmpty(number) && reader->IsEmpty(sha256)) return;
  v1::Document& document = *evidence->add_documents();
  document.set_kind(kind);
  document.set_number(reader->Text(number, 128));
  document.set_sha256(reader->Sha256(sha256));
}

void ReadFirstRow(RowReader* reader, absl::string_view program_id,
                  v1::SubmitApplicationRequest* request) {
  request->set_program_id(std::string(program_id));
  request->set_item_id(reader->Text("item_id", 32));
  request->set_uscc(reader->Uscc("uscc", true));  // whether it is registered, the ledger knows
  request->set_delivery_mode(reader->Value<v1::DeliveryMode>("delivery_mode", "DELIVERY_MODE_"));
  request->set_spend_fen(reader->Number("spend_fen", 1, kMostFen));
  v1::Project& project = *request->mutable_project();
  project.set_project_id(reader->Ascii("project_id"));
  project.set_other_funding(reader->Flag("other_funding", true));
  project.set_completed_prior_year(reader->Flag("completed_prior_year", true));
  ReadProducts(reader, request);
  v1::Evidence& evidence = *request->mutable_evidence();
  ReadInvoice(reader, &evidence);
  ReadDocument(reader, v1::DOCUMENT_KIND_CONTRACT, "contract", &evidence);
  ReadDocument(reader, v1::DOCUMENT_KIND_PAYMENT_PROOF, "payment", &evidence);
  ReadDocument(reader, v1::DOCUMENT_KIND_ITEM_LIST, "item_list", &evidence);
}

void ReadFurtherRow(const RowReader& first, RowReader* reader, int line,
                    v1::SubmitApplicationRequest* request) {
  for (absl::string_view column : kOncePerApplication) {
    const absl::string_view cell = reader->Raw(column);
    if (cell.empty() || cell == first.Raw(column)) continue;
    reader->Complain(column, absl::StrCat("on line ", line,
                                          " differs from the application's first "
                                          "row; leave it empty or repeat it"));
  }
  ReadInvoice(reader, request->mutable_evidence());
}

}  // namespace

absl::StatusOr<std::vector<Row>> ParseApplications(absl::string_view csv,
                                                   absl::string_view program_id) {
  absl::StatusOr<CsvTable> table =
      ParseCsv(csv,
               {"application_key", "uscc", "item_id", "delivery_mode", "spend_fen", "project_id",
                "products", "invoice_code", "invoice_number", "invoice_amount_fen",
                "invoice_issued_on", "contract_number", "contract_sha256", "payment_number",
                "payment_sha256", "item_list_number", "item_list_sha256"},
               {"other_funding", "completed_prior_year"});
  if (!table.ok()) return table.status();

  const ImportRequestIds ids("applications", program_id, csv);
  std::set<std::string> seen;
  const CsvRow* first_row = nullptr;  // of the application being read
  std::vector<Row> rows;
  for (const CsvRow& cells : table->rows) {
    std::vector<RowProblem> problems;
    RowReader reader(*table, cells, &problems);
    const std::string key(reader.Raw("application_key"));
    if (reader.IsComplete() && first_row != nullptr && !key.empty() && key == rows.back().key) {
      std::vector<RowProblem> unused;
      ReadFurtherRow(RowReader(*table, *first_row, &unused), &reader, cells.line,
                     &rows.back().request);
      rows.back().problems.insert(rows.back().problems.end(), problems.begin(), problems.end());
      continue;
    }
    first_row = &cells;
    Row& row = rows.emplace_back();
    row.line = cells.line;
    row.key = key;
    if (reader.IsComplete()) {
      reader.Text("application_key", 128);
      row.request.set_request_id(ids.For(key));
      if (!seen.insert(key).second) {
        reader.Complain("application_key",
                        absl::StrCat("'", key,
                                     "' appeared before; rows of one application must "
                                     "follow each other, other applications need another key"));
      }
      ReadFirstRow(&reader, program_id, &row.request);
    }
    row.problems = std::move(problems);
  }
  return rows;
}

}  // namespace voucher::client
