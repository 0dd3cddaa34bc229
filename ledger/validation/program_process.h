// The part of ValidateRules that looks into what happens to an application. For validate.cc only.
#pragma once

#include "ledger/validation/field_problems.h"
#include "voucher/v1/program.pb.h"

namespace voucher {

// Problems of the fields from `allocation` on of `rules`, which stand at `problems`: how the money
// is given out, notice, correction, project, acceptance, basket, cure, waitlist, clusters, clauses.
void ValidateProcess(const FieldProblems& problems, const v1::ProgramRules& rules);

}  // namespace voucher
