#include "clients/cli/import_rows.h"

#include <set>

#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "clients/cli/exit_code.h"
#include "clients/cli/table.h"

namespace voucher::cli {

client::ImportScope ScopeOf(const ImportOptions& options) {
  return {.program_id = options.program_id, .now = absl::ToUnixNanos(absl::Now())};
}

void NameProblems(const std::string& file, const std::vector<client::RowProblem>& problems,
                  std::ostream& err) {
  for (const client::RowProblem& problem : problems) {
    err << file << ":";
    if (problem.line > 0) err << problem.line << ":";
    err << " " << problem.column << (problem.column.empty() ? "" : ": ") << problem.description
        << "\n";
  }
}

size_t WrongRows(const std::vector<client::RowProblem>& problems) {
  std::set<int> lines;
  for (const client::RowProblem& problem : problems) lines.insert(problem.line);
  return lines.size();
}

std::optional<int> Verdict(size_t rows, size_t wrong, const ImportOptions& options,
                           Session& session) {
  if (wrong > 0) {
    session.err << wrong << " of " << FormatCount(static_cast<int64_t>(rows))
                << " rows are wrong; nothing was sent\n";
    return kMalformed;
  }
  if (!options.dry_run) return std::nullopt;
  session.out << FormatCount(static_cast<int64_t>(rows))
              << " rows are well-formed; dry run: nothing was sent\n";
  return kOk;
}

}  // namespace voucher::cli
