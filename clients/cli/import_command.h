// voucherctl import: CSV files into the ledger.
#ifndef CLIENTS_CLI_IMPORT_COMMAND_H_
#define CLIENTS_CLI_IMPORT_COMMAND_H_

#include <cstddef>
#include <string>

#include "clients/cli/session.h"

namespace voucher::cli {

// How to import.
struct ImportOptions {
  std::string file;        // "-" is standard input
  std::string program_id;  // for catalog and applications
  // Only read the file: name bad rows and hints, send nothing. Needs no server.
  bool dry_run = false;
  // Calls at a time. With 1, applications are queued in the order of the file.
  size_t concurrency = 1;
  // Applications in one call.
  size_t batch_size = 256;
};

// Each reads the whole file first. If any row is wrong, every wrong row is named and nothing is
// sent: request ids hang on the content of the file, so it has to be mended before the first row
// goes out. Return the exit code. Need session.client unless dry_run.
int ImportEnterprises(const ImportOptions& options, Session& session);
int ImportCatalog(const ImportOptions& options, Session& session);
int ImportApplications(const ImportOptions& options, Session& session);

}  // namespace voucher::cli

#endif  // CLIENTS_CLI_IMPORT_COMMAND_H_
