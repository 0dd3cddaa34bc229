#include "absl/strings/str_split.h"

#include "clients/import/evidence.h"
#include "clients/import/imports.h"

namespace voucher::client {
namespace {

// "provider/product" with ';' between.
std::string ReadProducts(absl::string_view cell, const google::protobuf::FieldDescriptor*,
                         google::protobuf::Message* parent) {
  auto& request = dynamic_cast<v1::SubmitApplicationRequest&>(*parent);
  for (const absl::string_view choice : absl::StrSplit(cell, ';')) {
    const std::vector<std::string> parts = absl::StrSplit(choice, '/');
    if (parts.size() != 2) return "provider/product, with ';' between";
    v1::ProductChoice& product = *request.add_products();
    product.set_provider_id(parts[0]);
    product.set_product_id(parts[1]);
  }
  return "";
}

std::vector<ImportColumn> Columns() {
  return Joined(
      {{{"application_key", Presence::kRequired, "", "a name of the application in this file",
         &LookAtText},
        {"uscc", Presence::kRequired, "uscc", "unified social credit code of the enterprise"},
        {"item_id", Presence::kRequired, "item_id", "item of the program"},
        {"delivery_mode", Presence::kRequired, "delivery_mode", "how the subsidy is given"},
        {"spend_fen", Presence::kRequired, "spend_fen", "what was spent, in whole fen"},
        {"project_id", Presence::kRequired, "project.project_id", "project, in ASCII"},
        {"products", Presence::kRequired, "products",
         "products with ';' between, as in huaweicloud/ecs;aliyun/oss", &ReadProducts}},
       InvoiceColumns(),
       NamedDocumentColumns(Presence::kMayBeEmpty),
       {{"other_funding", Presence::kOptional, "project.other_funding",
         "true if other public money funds the project"},
        {"completed_prior_year", Presence::kOptional, "project.completed_prior_year",
         "true if the project was completed in the year before"}},
       DocumentColumns("evidence.documents", Presence::kOptional),
       {RepeatsColumn()}});
}

}  // namespace

const ImportOf<v1::SubmitApplicationRequest>& ApplicationImport() {
  static const auto* const kImport = new ImportOf<v1::SubmitApplicationRequest>({
      .kind = "applications",
      .help = "submit applications in batches",
      .key = {"application_key"},
      .runs = true,
      .program_field = "program_id",
      .columns = Columns(),
  });
  return *kImport;
}

const ImportOf<v1::PublishNoticeRequest>& NoticeImport() {
  static const auto* const kImport = new ImportOf<v1::PublishNoticeRequest>({
      .kind = "notice",
      .help = "put applications on notice",
      .columns = {{"application_id", Presence::kRequired, "application_ids[]",
                   "number of an application"}},
  });
  return *kImport;
}

}  // namespace voucher::client
