// voucherctl import: CSV files into the ledger.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "clients/cli/session.h"
#include "clients/import/csv_import.h"

namespace voucher::cli {

// How to import. Each import reads the fields that its command offers.
struct ImportOptions {
  std::string file;         // "-" is standard input
  std::string program_id;   // catalog, applications, clusters
  std::string provider_id;  // statement lines
  // Only read the file: name bad rows and hints, send nothing. Without a server
  // it does not say what stands of the rows.
  bool dry_run = false;
  // Calls at a time. With 1, rows are decided in the order of the file.
  size_t concurrency = 1;
  // Rows in one call, where rows are sent in batches.
  size_t batch_size = 256;
  // Statement lines: which transfers the statement covers, 0 as in
  // ReconcileTransfersRequest, and whether silent ones are confirmed.
  uint64_t first_transfer_id = 0;
  uint64_t last_transfer_id = 0;
  bool confirm_silent = false;
};

// A kind of file of which each row, or run of rows, is a request.
//
// `import` reads the whole file first. If any row is wrong, every wrong row is
// named and nothing is sent. A dry run compares the rows with what stands, if
// there is a server that shows it. It returns the exit code and needs
// session.client.
struct ImportKind {
  const client::CsvImport* file;
  std::function<int(const ImportOptions& options, Session& session)> import;
  size_t concurrency = 8;  // calls at a time unless said otherwise
  size_t batch_size = 0;   // rows in one call unless said otherwise; 0: no batches
  size_t most_rows = 0;    // in one call
};

// All kinds, in the order of the help.
std::vector<ImportKind> ImportKinds();

// The imports that send batches.
int ImportApplications(const ImportOptions& options, Session& session);
int ImportReviews(const ImportOptions& options, Session& session);
int ImportConfirmations(const ImportOptions& options, Session& session);

// All lines are one ReconcileTransfers. Prints how many lines have which
// finding, the lines that do not match and the transfers that are missing; with
// --json every line. Findings are no failure.
int ImportStatementLines(const ImportOptions& options, Session& session);

}  // namespace voucher::cli
