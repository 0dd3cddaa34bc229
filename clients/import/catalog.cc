#include <map>
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

bool IsBefore(const v1::CivilDate& a, const v1::CivilDate& b) {
  const auto key = [](const v1::CivilDate& d) {
    return (d.year() * 100 + d.month()) * 100 + d.day();
  };
  return key(a) < key(b);
}

void ReadItems(RowReader* reader, v1::Product* product) {
  for (absl::string_view item : absl::StrSplit(reader->Raw("item_ids"), ';')) {
    if (item.empty() || item.size() > 32) {
      reader->Complain("item_ids", "must be item ids with ';' between, as in resource;business");
      return;
    }
    product->add_item_ids(std::string(item));
  }
  if (product->item_ids_size() > 16) reader->Complain("item_ids", "must be at most 16 item ids");
}

v1::Product ReadProduct(RowReader* reader, absl::string_view program_id) {
  v1::Product product;
  product.set_program_id(std::string(program_id));
  product.set_provider_id(reader->Slug("provider_id", 32));
  product.set_product_id(reader->Slug("product_id", 32));
  product.set_name(reader->Text("product_name", 256));
  ReadItems(reader, &product);
  product.set_category(reader->Text("category", 64));
  *product.mutable_effective_from() = reader->Date("effective_from");
  if (!reader->IsEmpty("effective_until")) {
    *product.mutable_effective_until() = reader->Date("effective_until");
    if (IsBefore(product.effective_until(), product.effective_from())) {
      reader->Complain("effective_until", "must not be before effective_from");
    }
  }
  return product;
}

}  // namespace

absl::StatusOr<CatalogRows> ParseCatalog(absl::string_view csv, absl::string_view program_id) {
  absl::StatusOr<CsvTable> table =
      ParseCsv(csv,
               {"provider_id", "provider_name", "product_id", "product_name", "item_ids",
                "category", "effective_from", "effective_until"},
               {});
  if (!table.ok()) return table.status();

  // Providers are not of a program, but an id may stand for one request only, and another program
  // may come with the same file: the program stays part of the hash.
  const ImportRequestIds ids("catalog", program_id, csv);
  std::map<std::string, std::string> provider_names;
  std::set<std::string> seen;
  CatalogRows rows;
  for (const CsvRow& cells : table->rows) {
    RowOrError<v1::PutProductRequest>& row = rows.products.emplace_back();
    row.line = cells.line;
    RowReader reader(*table, cells, &row.problems);
    if (!reader.IsComplete()) continue;

    *row.request.mutable_product() = ReadProduct(&reader, program_id);
    const std::string provider_id = row.request.product().provider_id();
    const std::string provider_name = reader.Text("provider_name", 256);
    row.key = absl::StrCat(provider_id, "/", row.request.product().product_id());
    row.request.set_request_id(ids.For(row.key));
    if (!seen.insert(row.key).second) {
      reader.Complain("product_id", absl::StrCat("'", row.key,
                                                 "' stands in an earlier row "
                                                 "already; keep one row for each product"));
    }

    const auto [known, is_new] = provider_names.emplace(provider_id, provider_name);
    if (!is_new && known->second != provider_name) {
      reader.Complain("provider_name", absl::StrCat("'", provider_id, "' is called '",
                                                    known->second, "' in an earlier row"));
    }
    if (!is_new || !row.ok()) continue;
    RowOrError<v1::PutProviderRequest>& provider = rows.providers.emplace_back();
    provider.line = cells.line;
    provider.key = provider_id;
    provider.request.set_request_id(ids.For(provider_id));
    provider.request.set_provider_id(provider_id);
    provider.request.set_name(provider_name);
  }
  return rows;
}

}  // namespace voucher::client
