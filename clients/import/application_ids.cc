#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "clients/import/csv_import.h"
#include "clients/import/rows.h"

namespace voucher::client {

absl::StatusOr<std::vector<uint64_t>> ParseApplicationIds(absl::string_view csv) {
  // The request only holds the number while the row is read.
  const auto rows = ParseRows<v1::WithdrawApplicationRequest>(
      csv, {"application_id"}, {}, ImportRequestIds("applications", "", csv),
      [](RowReader* reader, v1::WithdrawApplicationRequest* request) {
        request->set_application_id(reader->Id("application_id"));
        return std::string(reader->Raw("application_id"));
      });
  if (!rows.ok()) return rows.status();
  std::vector<uint64_t> ids;
  for (const auto& row : *rows) {
    if (!row.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "line ", row.line, ", ", row.problems[0].column, ": ", row.problems[0].description));
    }
    ids.push_back(row.request.application_id());
  }
  return ids;
}

}  // namespace voucher::client
