// Whether program rules can hold, asked once when they are published.
#pragma once

#include <vector>

#include "ledger/base/field_problem.h"
#include "ledger/validation/field_checker.h"
#include "voucher/v1/program.pb.h"

namespace voucher {

// Every problem of the rules, in the order of the fields; empty if CompiledRules can be made of
// them. Paths begin with "rules.". Every number must cite its article: a clause is required
// wherever there is one. Rules that are too large altogether get that one problem and are not
// looked into.
std::vector<FieldProblem> ValidateRules(const v1::ProgramRules& rules);
// The same, added to what `check` found so far, with paths below that of `check`.
void Validate(const v1::ProgramRules& rules, FieldChecker* check);

}  // namespace voucher
