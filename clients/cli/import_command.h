// voucherctl import: CSV files into the ledger.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "clients/cli/session.h"

namespace voucher::cli {

// How to import. Each import reads the fields that its command offers.
struct ImportOptions {
  std::string file;         // "-" is standard input
  std::string program_id;   // catalog, applications, clusters
  std::string provider_id;  // statement lines
  // Only read the file: name bad rows and hints, send nothing. Needs no server.
  bool dry_run = false;
  // Calls at a time. With 1, rows are decided in the order of the file.
  size_t concurrency = 1;
  // Rows in one call, where rows are sent in batches.
  size_t batch_size = 256;
  // Statement lines: which transfers the statement covers, 0 as in ReconcileTransfersRequest, and
  // whether silent ones are confirmed.
  uint64_t first_transfer_id = 0;
  uint64_t last_transfer_id = 0;
  bool confirm_silent = false;
};

// Each reads the whole file first. If any row is wrong, every wrong row is named and nothing is
// sent: request ids hang on the content of the file, so it has to be mended before the first row
// goes out. Return the exit code. Need session.client unless dry_run.
int ImportEnterprises(const ImportOptions& options, Session& session);
int ImportCatalog(const ImportOptions& options, Session& session);
int ImportClusters(const ImportOptions& options, Session& session);
int ImportIncidents(const ImportOptions& options, Session& session);
int ImportListings(const ImportOptions& options, Session& session);
int ImportBlacklist(const ImportOptions& options, Session& session);
int ImportObjections(const ImportOptions& options, Session& session);
int ImportCorrections(const ImportOptions& options, Session& session);
int ImportAcceptances(const ImportOptions& options, Session& session);
int ImportDisbursements(const ImportOptions& options, Session& session);

// These send batches.
int ImportApplications(const ImportOptions& options, Session& session);
int ImportReviews(const ImportOptions& options, Session& session);
int ImportConfirmations(const ImportOptions& options, Session& session);

// All lines are one ReconcileTransfers. Prints how many lines have which finding, the lines that do
// not match and the transfers that are missing; with --json every line. Findings are no failure.
int ImportStatementLines(const ImportOptions& options, Session& session);

}  // namespace voucher::cli
