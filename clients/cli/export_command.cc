#include "clients/cli/export_command.h"

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <nlohmann/json.hpp>

#include "clients/cli/exit_code.h"
#include "clients/cli/failure.h"
#include "clients/cli/table.h"

namespace voucher::cli {
namespace {

std::string ExportJson(absl::string_view name, const ExportTable& table, const ReadSpan& span,
                       const ExportOptions& options) {
  return absl::StrCat("{\n \"export\": ", nlohmann::json(std::string(name)).dump(),
                      ",\n \"program_id\": ", nlohmann::json(options.program_id).dump(),
                      ",\n \"first_sequence\": ", span.first, ",\n \"last_sequence\": ", span.last,
                      ",\n \"rows\": ", table.Json(), "\n}\n");
}

std::string Note(size_t rows, const ReadSpan& span) {
  std::string note = absl::StrCat(FormatCount(static_cast<int64_t>(rows)),
                                  rows == 1 ? " row" : " rows", " as of ledger entry ", span.last);
  if (span.first != span.last) {
    absl::StrAppend(&note, "; the ledger moved on from entry ", span.first,
                    " while it was read, so rows may show different moments");
  }
  return note;
}

}  // namespace

int WriteExport(absl::string_view name, const ExportTable& table, const ReadSpan& span,
                const ExportOptions& options, Session& session) {
  const std::string text =
      session.json ? ExportJson(name, table, span, options) : table.Csv(options.chinese);
  if (options.out_file.empty()) {
    session.out << text;
  } else {
    std::ofstream file(options.out_file, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) return Malformed(absl::StrCat("cannot write '", options.out_file, "'"), session);
  }
  session.err << Note(table.rows.size(), span) << "\n";
  return kOk;
}

bool IsInDivision(absl::string_view area, absl::string_view division) {
  if (absl::EndsWith(area, "0000")) return absl::StartsWith(division, area.substr(0, 2));
  if (absl::EndsWith(area, "00")) return absl::StartsWith(division, area.substr(0, 4));
  return area == division;
}

}  // namespace voucher::cli
