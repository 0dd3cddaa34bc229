// The part of ValidateRules that looks into who may apply and for what. For validate.cc only.
#pragma once

#include "ledger/validation/field_problems.h"
#include "voucher/v1/program.pb.h"

namespace voucher {

// Problems of the eligibility rules at `problems`, those of the program or of one item of it.
void ValidateEligibility(const FieldProblems& problems, const v1::Eligibility& rules,
                         const v1::ProgramRules& program);

// Problems of the items of `rules`, which stand at `problems`.
void ValidateItems(const FieldProblems& problems, const v1::ProgramRules& rules);

}  // namespace voucher
