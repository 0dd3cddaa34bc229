#include "clients/cli/import_command.h"

#include "absl/strings/str_cat.h"

#include "clients/cli/import_rows.h"

namespace voucher::cli {
namespace {

using client::CallOptions;
using client::Client;
using client::RowOrError;

// An import of which each row is a call of its own.
template <typename Parse, typename Request, typename Response>
int ImportEach(const ImportOptions& options, Session& session, const Parse& parse,
               absl::StatusOr<Response> (Client::*method)(const Request&, const CallOptions&)
                   const) {
  return ImportRows(options, session, parse, [&](const std::vector<RowOrError<Request>>& rows) {
    std::vector<ImportedRow> imported;
    SendEach(rows, method, options, session, &imported);
    return imported;
  });
}

}  // namespace

int ImportEnterprises(const ImportOptions& options, Session& session) {
  return ImportEach(options, session, client::ParseEnterprises, &Client::PutEnterprise);
}

int ImportCatalog(const ImportOptions& options, Session& session) {
  const absl::StatusOr<std::string> csv = session.ReadAll(options.file);
  if (!csv.ok()) return Malformed(csv.status().message(), session);
  const auto rows = client::ParseCatalog(*csv, options.program_id);
  if (!rows.ok()) {
    return Malformed(absl::StrCat(options.file, ": ", rows.status().message()), session);
  }
  const size_t wrong = NameProblems(options.file, rows->products, options.dry_run, session.err);
  if (const auto code = Verdict(rows->products.size(), wrong, options, session)) return *code;

  std::vector<ImportedRow> imported;
  SendEach(rows->providers, &Client::PutProvider, options, session, &imported);
  SendEach(rows->products, &Client::PutProduct, options, session, &imported);
  return PrintReport(options.file, imported, session);
}

int ImportClusters(const ImportOptions& options, Session& session) {
  return ImportEach(
      options, session,
      [&](absl::string_view csv) { return client::ParseClusters(csv, options.program_id); },
      &Client::PutCluster);
}

int ImportIncidents(const ImportOptions& options, Session& session) {
  return ImportEach(options, session, client::ParseIncidents, &Client::RecordIncident);
}

int ImportListings(const ImportOptions& options, Session& session) {
  return ImportEach(options, session, client::ParseListings, &Client::SetListing);
}

int ImportBlacklist(const ImportOptions& options, Session& session) {
  return ImportEach(options, session, client::ParseBlacklist, &Client::SetBlacklist);
}

int ImportObjections(const ImportOptions& options, Session& session) {
  return ImportEach(options, session, client::ParseObjections, &Client::FileObjection);
}

int ImportCorrections(const ImportOptions& options, Session& session) {
  return ImportEach(options, session, client::ParseCorrections, &Client::CorrectApplication);
}

int ImportAcceptances(const ImportOptions& options, Session& session) {
  return ImportEach(options, session, client::ParseAcceptances, &Client::AcceptProject);
}

int ImportDisbursements(const ImportOptions& options, Session& session) {
  return ImportEach(options, session, client::ParseDisbursements, &Client::RecordDisbursement);
}

}  // namespace voucher::cli
