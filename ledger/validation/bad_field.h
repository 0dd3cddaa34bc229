// Bad fields that show only after the form was checked, by the ledger's state or the clock, on
// their way to the caller.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "ledger/base/field_problem.h"

namespace voucher {

// INVALID_ARGUMENT for at least one field, as FieldChecker::Fail would report them.
absl::Status BadFieldsError(const std::vector<FieldProblem>& problems);

// The same for one field.
absl::Status BadFieldError(absl::string_view field, absl::string_view description);

// The fields of a status that these made; empty for any other.
std::vector<FieldProblem> BadFieldsOf(const absl::Status& status);

}  // namespace voucher
