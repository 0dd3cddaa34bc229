// What became of the rows of an import.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "clients/cli/exit_code.h"
#include "clients/cli/session.h"
#include "voucher/v1/reasons.pb.h"
#include "voucher/v1/types.pb.h"

namespace voucher::cli {

// A row that was to be sent.
struct ImportedRow {
  int line = 0;
  std::string key;
  std::string request_id;
  std::string outcome = "not sent";  // "accepted", a reason, "malformed", "unavailable"
  std::string message;               // why, if not accepted
  uint64_t sequence = 0;
  uint64_t queue_number = 0;
  int64_t granted_fen = 0;
  ExitCode code = kUnavailable;
};

// Fills in what the ledger said.
void SetAccepted(const v1::Receipt& receipt, int64_t granted_fen, ImportedRow* row);
void SetRefused(const v1::Refusal& refusal, const v1::Receipt* receipt, ImportedRow* row);
void SetFailed(const absl::Status& status, ImportedRow* row);

// Prints a table by outcome, and the first rows that were not accepted; with --json every row.
// Returns the exit code.
int PrintReport(absl::string_view file, const std::vector<ImportedRow>& rows, Session& session);

}  // namespace voucher::cli
