// What became of the rows of an import.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "clients/cli/exit_code.h"
#include "clients/cli/import_standing.h"
#include "clients/cli/session.h"
#include "voucher/v1/reasons.pb.h"
#include "voucher/v1/types.pb.h"

namespace voucher::cli {

// A row that was to be sent.
struct ImportedRow {
  int line = 0;
  std::string key;
  std::string request_id;
  // "new", "changed" or "unchanged" in a register; "done" or "done before" of an act; a reason,
  // "malformed", "unavailable".
  std::string outcome = "not sent";
  std::string message;  // why, or what shows that it was done before
  uint64_t sequence = 0;
  v1::Refusal refusal;           // if it was refused
  uint64_t before_sequence = 0;  // of what was done before: its entry; 0 if that cannot be read
  uint64_t queue_number = 0;
  int64_t granted_fen = 0;
  ExitCode code = kUnavailable;
};

// Fills in what the ledger said.
void SetAccepted(const v1::Receipt& receipt, absl::string_view outcome, int64_t granted_fen,
                 ImportedRow* row);
void SetRefused(const v1::Refusal& refusal, const v1::Receipt* receipt, ImportedRow* row);
void SetFailed(const absl::Status& status, ImportedRow* row);
// What stands already is no failure; receipts of the row stay.
void SetStanding(const Standing& standing, ImportedRow* row);

// Prints a table by outcome, the first rows that failed and the first that were done before; with
// --json every row. `run_id` completes the run. Returns the exit code.
int PrintReport(absl::string_view file, absl::string_view run_id,
                const std::vector<ImportedRow>& rows, Session& session);

// Prints how many rows there are of each word.
void PrintWords(absl::string_view header, const std::vector<std::string>& words, std::ostream& out);

}  // namespace voucher::cli
