// A bad field that only the ledger's state shows to be bad, on its way to the caller.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "ledger/base/field_problem.h"

namespace voucher {

// INVALID_ARGUMENT for one field, as FieldChecker::Fail would report it.
absl::Status BadFieldError(absl::string_view field, absl::string_view description);

// The field of a status that BadFieldError made; nullopt for any other.
std::optional<FieldProblem> BadFieldOf(const absl::Status& status);

}  // namespace voucher
