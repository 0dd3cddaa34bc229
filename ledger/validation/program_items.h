// The part of ValidateRules that looks into who may apply and for what. For program_rules.cc only.
#pragma once

#include "ledger/validation/field_checker.h"
#include "voucher/v1/program.pb.h"

namespace voucher {

// Whether applications of the program can end in vouchers.
bool IssuesVouchers(const v1::ProgramRules& rules);

// The field `eligibility` of what `check` stands at: the program, or one item of it.
void ValidateEligibility(const v1::Eligibility& rules, const v1::ProgramRules& program,
                         FieldChecker* check);

// The items of `rules`, at which `check` stands.
void ValidateItems(const v1::ProgramRules& rules, FieldChecker* check);

}  // namespace voucher
