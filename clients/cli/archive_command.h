// voucherctl program archive: the close of a program's year, with its books.
#pragma once

#include <string>

#include "clients/cli/session.h"

namespace voucher::cli {

// Archives a program and prints the answer, then the budget equation that the ledger's balances
// give: appropriated = disbursed + returned, everything else 0. With --json two documents, the
// answer and the budget. Returns the exit code: kRefused if it was refused, or if the equation does
// not hold. Needs session.client.
int ArchiveProgram(const std::string& program_id, Session& session);

}  // namespace voucher::cli
