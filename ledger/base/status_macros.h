// Early returns for absl::Status and absl::StatusOr.
//
//   absl::StatusOr<Ledger> Open() {
//     VOUCHER_RETURN_IF_ERROR(CheckDirectory());
//     VOUCHER_ASSIGN_OR_RETURN(Journal journal, Journal::Open());
//     ...
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns the status of `expression` from the enclosing function unless it is OK.
#define VOUCHER_RETURN_IF_ERROR(expression)                                 \
  do {                                                                      \
    if (absl::Status voucher_status_ = (expression); !voucher_status_.ok()) \
      return voucher_status_;                                               \
  } while (false)

// Assigns the value of `expression` to `target` (a variable or a declaration), or returns its
// status. Two statements: not for an if without braces. A declaration with a comma in its type
// needs an alias.
#define VOUCHER_ASSIGN_OR_RETURN(target, expression) \
  VOUCHER_ASSIGN_OR_RETURN_AT_(target, expression, __LINE__)

#define VOUCHER_ASSIGN_OR_RETURN_AT_(target, expression, line) \
  VOUCHER_ASSIGN_OR_RETURN_VIA_(target, expression, line)
#define VOUCHER_ASSIGN_OR_RETURN_VIA_(target, expression, line)                            \
  auto voucher_status_or_##line = (expression);                                            \
  if (!voucher_status_or_##line.ok()) return std::move(voucher_status_or_##line).status(); \
  target = *std::move(voucher_status_or_##line)
