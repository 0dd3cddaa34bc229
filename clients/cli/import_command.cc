#include "clients/cli/import_command.h"

#include "absl/strings/str_cat.h"

#include "clients/cli/import_rows.h"
#include "clients/import/imports.h"
#include "ledger/validation/limits.h"

namespace voucher::cli {
namespace {

using client::CallOptions;
using client::Client;
using client::RowOrError;

// An import of which each request is a call of its own.
template <typename Request, typename Response>
ImportKind Each(const client::ImportOf<Request>& file,
                absl::StatusOr<Response> (Client::*method)(const Request&, const CallOptions&)
                    const,
                size_t concurrency = 8) {
  const auto import = [&file, method](const ImportOptions& options, Session& session) {
    return ImportRows(file, options, session, [&](const std::vector<RowOrError<Request>>& rows) {
      std::vector<ImportedRow> imported;
      SendEach(rows, method, options, session, &imported);
      return imported;
    });
  };
  return {&file, import, concurrency};
}

int ImportCatalog(const ImportOptions& options, Session& session) {
  const absl::StatusOr<std::string> csv = session.ReadAll(options.file);
  if (!csv.ok()) return Malformed(csv.status().message(), session);
  const client::ImportScope scope = ScopeOf(options, session);
  const auto rows = client::ParseCatalog(*csv, scope);
  if (!rows.ok()) {
    return Malformed(absl::StrCat(options.file, ": ", rows.status().message()), session);
  }
  const size_t wrong = NameWrongRows(options.file, rows->products, options.dry_run, session.err);
  if (const auto code = Verdict(rows->products.size(), wrong, options, session)) {
    if (*code != kOk) return *code;
    StandingReader reader(*session.client, QuickReads(session));
    std::vector<std::string> words;
    absl::Status compared = AppendWords(rows->providers, &reader, &words);
    if (compared.ok()) compared = AppendWords(rows->products, &reader, &words);
    PrintComparison(compared, words, session);
    return kOk;
  }

  std::vector<ImportedRow> imported;
  SendEach(rows->providers, &Client::PutProvider, options, session, &imported);
  SendEach(rows->products, &Client::PutProduct, options, session, &imported);
  return PrintReport(options.file, scope.run_id, imported, session);
}

}  // namespace

std::vector<ImportKind> ImportKinds() {
  return {
      Each(client::EnterpriseImport(), &Client::PutEnterprise),
      {&client::CatalogImport(), &ImportCatalog},
      Each(client::ClusterImport(), &Client::PutCluster),
      Each(client::IncidentImport(), &Client::RecordIncident),
      Each(client::ListingImport(), &Client::SetListing, 1),
      Each(client::BlacklistImport(), &Client::SetBlacklist, 1),
      {&client::ApplicationImport(), &ImportApplications, 1, 256, 1'000},
      Each(client::CorrectionImport(), &Client::CorrectApplication),
      {&client::ReviewImport(), &ImportReviews, 1, 1'000, kMaxBatchItems},
      Each(client::ObjectionImport(), &Client::FileObjection),
      Each(client::AcceptanceImport(), &Client::AcceptProject),
      {&client::ConfirmationImport(), &ImportConfirmations, 1, 1'000, kMaxBatchItems},
      Each(client::DisbursementImport(), &Client::RecordDisbursement, 1),
  };
}

}  // namespace voucher::cli
