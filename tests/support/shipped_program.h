// The programs of deploy/programs for tests.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "voucher/v1/program.pb.h"

namespace voucher {

// Names of the files of deploy/programs without their extension, in order, read relative to the
// repository root; empty if the folder is not there.
std::vector<std::string> ShippedProgramIds();

// Rules of deploy/programs/<program_id>.textproto, read relative to the repository root.
absl::StatusOr<v1::ProgramRules> ReadShippedProgram(const std::string& program_id);

}  // namespace voucher
