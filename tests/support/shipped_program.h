// The programs of deploy/programs for tests.
#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "voucher/v1/program.pb.h"

namespace voucher {

// Rules of deploy/programs/<program_id>.textproto, read relative to the repository root.
absl::StatusOr<v1::ProgramRules> ReadShippedProgram(const std::string& program_id);

}  // namespace voucher
