#include "tests/demo/input.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "clients/import/imports.h"
#include "ledger/base/status_macros.h"
#include "tests/support/shipped_program.h"

namespace voucher::demo {
namespace {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (text.empty()) return absl::InvalidArgumentError(absl::StrCat("cannot read ", path));
  return text;
}

// The requests of rows that must all be right.
template <class Request>
absl::StatusOr<std::vector<Request>> AllRows(const std::string& path, size_t at_least,
                                             std::vector<client::RowOrError<Request>> rows) {
  std::vector<Request> requests;
  for (auto& row : rows) {
    if (!row.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ":", row.line, ": ", row.problems[0].column, ": ", row.problems[0].description));
    }
    requests.push_back(std::move(row.request));
  }
  if (requests.size() < at_least) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", requests.size(), " rows of ",
                                                   Request::descriptor()->name(), ", ", at_least,
                                                   " are needed"));
  }
  return requests;
}

}  // namespace

absl::StatusOr<Input> ReadInput(absl::string_view program_id) {
  Input input;
  const client::ImportScope scope{.run_id = "demo",
                                  .program_id = std::string(program_id),
                                  .now = absl::ToUnixNanos(absl::Now())};
  const std::string enterprises = "deploy/demo/enterprises.csv";
  const std::string catalog = "deploy/demo/catalog.csv";
  const std::string applications = "deploy/demo/applications.csv";

  VOUCHER_ASSIGN_OR_RETURN(input.rules, ReadShippedProgram(std::string(program_id)));
  VOUCHER_ASSIGN_OR_RETURN(const std::string enterprises_csv, ReadFile(enterprises));
  VOUCHER_ASSIGN_OR_RETURN(auto enterprise_rows,
                           client::ParseRows(client::EnterpriseImport(), enterprises_csv, scope));
  VOUCHER_ASSIGN_OR_RETURN(input.enterprises,
                           AllRows(enterprises, 3'000, std::move(enterprise_rows)));
  VOUCHER_ASSIGN_OR_RETURN(const std::string catalog_csv, ReadFile(catalog));
  VOUCHER_ASSIGN_OR_RETURN(auto catalog_rows, client::ParseCatalog(catalog_csv, scope));
  VOUCHER_ASSIGN_OR_RETURN(input.providers, AllRows(catalog, 6, std::move(catalog_rows.providers)));
  VOUCHER_ASSIGN_OR_RETURN(input.products, AllRows(catalog, 60, std::move(catalog_rows.products)));
  VOUCHER_ASSIGN_OR_RETURN(const std::string applications_csv, ReadFile(applications));
  VOUCHER_ASSIGN_OR_RETURN(auto application_rows,
                           client::ParseRows(client::ApplicationImport(), applications_csv, scope));
  VOUCHER_ASSIGN_OR_RETURN(input.applications,
                           AllRows(applications, 6'000, std::move(application_rows)));
  return input;
}

}  // namespace voucher::demo
