// Identity of an invoice: one invoice supports one application across all programs.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace voucher {

// The key under which an invoice is claimed: the 20 digits of a fully digital invoice (`code`
// empty), or "code-number" of an older one (code of 10 or 12 digits, number of 8). Two invoices are
// the same exactly if their keys are. INVALID_ARGUMENT, saying what is wrong, for anything else;
// nothing is trimmed or repaired.
absl::StatusOr<std::string> InvoiceKey(absl::string_view code, absl::string_view number);

}  // namespace voucher
