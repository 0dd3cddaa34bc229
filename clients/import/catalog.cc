#include <map>
#include <set>

#include "absl/strings/str_cat.h"

#include "clients/import/imports.h"
#include "clients/import/request_id.h"

namespace voucher::client {
namespace {

v1::PutProviderRequest ProviderOf(absl::string_view provider_id, absl::string_view name,
                                  const ImportRequestIds& ids) {
  v1::PutProviderRequest request;
  request.set_request_id(ids.For(provider_id));
  request.set_provider_id(std::string(provider_id));
  request.set_name(std::string(name));
  return request;
}

// ParseCatalog asks ledger/validation.
std::string LeaveAlone(absl::string_view, const google::protobuf::FieldDescriptor*,
                       google::protobuf::Message*) {
  return "";
}

}  // namespace

const ImportOf<v1::PutProductRequest>& CatalogImport() {
  static const auto* const kImport = new ImportOf<v1::PutProductRequest>({
      .kind = "catalog",
      .help = "register providers and products",
      .key = {"provider_id", "product_id"},
      .program_field = "product.program_id",
      .columns = {{"provider_id", Presence::kRequired, "product.provider_id",
                   "provider, as in huaweicloud"},
                  {"provider_name", Presence::kRequired, "",
                   "its name, which goes into a request of its own", &LeaveAlone},
                  {"product_id", Presence::kRequired, "product.product_id", "product, as in ecs"},
                  {"product_name", Presence::kRequired, "product.name", "its name"},
                  {"item_ids", Presence::kRequired, "product.item_ids",
                   "items of the program with ';' between, as in resource;business", &ReadTexts},
                  {"category", Presence::kRequired, "product.category", "what it is sold as"},
                  {"effective_from", Presence::kRequired, "product.effective_from", "first day"},
                  {"effective_until", Presence::kMayBeEmpty, "product.effective_until",
                   "last day; empty if there is none"}},
  });
  return *kImport;
}

absl::StatusOr<CatalogRows> ParseCatalog(absl::string_view csv, const ImportScope& scope) {
  const ImportRequestIds ids(scope.run_id);
  std::map<std::string, std::string> names;
  const auto look_at_provider = [&](FirstRow* row, google::protobuf::Message*) {
    const absl::string_view id = row->Cell("provider_id");
    const absl::string_view name = row->Cell("provider_name");
    const auto [known, is_new] = names.emplace(id, name);
    if (known->second != name) {
      row->Complain("provider_name",
                    absl::StrCat("'", id, "' is called '", known->second, "' in an earlier row"));
    }
    if (!is_new) return;
    for (const FieldProblem& problem : ProblemsOf(ProviderOf(id, name, ids), scope.now)) {
      if (problem.field == "name") row->Complain("provider_name", problem.description);
    }
  };
  auto products = ParseRows(CatalogImport(), csv, scope, look_at_provider);
  if (!products.ok()) return products.status();

  CatalogRows rows;
  rows.products = *std::move(products);
  std::set<absl::string_view> seen;
  for (const auto& product : rows.products) {
    const std::string& id = product.request.product().provider_id();
    if (!product.ok() || !seen.insert(id).second) continue;
    RowOrError<v1::PutProviderRequest>& provider = rows.providers.emplace_back();
    provider.line = product.line;
    provider.key = id;
    provider.request = ProviderOf(id, names[id], ids);
  }
  return rows;
}

}  // namespace voucher::client
