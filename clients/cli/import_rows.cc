#include "clients/cli/import_rows.h"

#include "clients/cli/exit_code.h"
#include "clients/cli/table.h"

namespace voucher::cli {

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
