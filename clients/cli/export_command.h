// voucherctl export: lists and reports out of the ledger, for spreadsheets and programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clients/cli/export_table.h"
#include "clients/cli/pages.h"
#include "clients/cli/session.h"

namespace voucher::cli {

// What to export and where to. Each export reads the fields that its command offers.
struct ExportOptions {
  std::string program_id;
  std::string provider_id;  // statements: only this provider
  std::string division;     // approved: only this division; a city code covers its districts
  std::string by;           // budget: division, item, size or provider
  uint64_t notice_id = 0;   // notice: 0 is the program's newest
  bool draft = false;       // notice: LISTED applications instead
  bool lines = false;       // statements: one row a line of a district's statement
  bool chinese = false;     // CSV with Chinese column titles
  std::string out_file;     // empty is session.out
};

// Columns, in order. They stay as they are once released: new ones come at the end.
std::vector<ExportColumn> QueueColumns();
std::vector<ExportColumn> NoticeColumns();
std::vector<ExportColumn> ApprovedColumns();
std::vector<ExportColumn> StatementColumns();
std::vector<ExportColumn> StatementLineColumns();
std::vector<ExportColumn> BudgetColumns();
std::vector<ExportColumn> ProviderBudgetColumns();

// Each reads everything first, page after page, with a progress bar on a terminal, and writes only
// if all of it was read. Return the exit code. Need session.client.
int ExportQueue(const ExportOptions& options, Session& session);
int ExportNotice(const ExportOptions& options, Session& session);
int ExportApproved(const ExportOptions& options, Session& session);
int ExportStatements(const ExportOptions& options, Session& session);
int ExportBudget(const ExportOptions& options, Session& session);

// Writes a table that was read over `span`: CSV, or with --json one object
// {"export", "program_id", "first_sequence", "last_sequence", "rows"}. Notes on session.err how
// many rows there are and which state of the ledger they show. Returns the exit code.
int WriteExport(absl::string_view name, const ExportTable& table, const ReadSpan& span,
                const ExportOptions& options, Session& session);

// True if `division` (six digits) lies in `area`: the same code, or the city (XXYY00) or province
// (XX0000) it belongs to.
bool IsInDivision(absl::string_view area, absl::string_view division);

}  // namespace voucher::cli
