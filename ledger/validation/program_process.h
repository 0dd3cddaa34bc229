// The part of ValidateRules that looks into what happens to an application. For program_rules.cc
// only.
#pragma once

#include "ledger/validation/field_checker.h"
#include "voucher/v1/program.pb.h"

namespace voucher {

// The fields from `allocation` on of `rules`, at which `check` stands: how the money is given out,
// notice, correction, project, acceptance, basket, cure, waitlist, clusters, clauses.
void ValidateProcess(const v1::ProgramRules& rules, FieldChecker* check);

}  // namespace voucher
