// voucherctl as a function.
#pragma once

#include <string>
#include <vector>

#include "clients/cli/session.h"

namespace voucher::cli {

// Runs voucherctl with the words after its name. Returns its exit code (exit_code.h).
int RunApp(const std::vector<std::string>& words, Session& session);

}  // namespace voucher::cli
