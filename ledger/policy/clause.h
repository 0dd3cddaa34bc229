// The clause that a refusal rests on.
#pragma once

#include "ledger/validation/compiled_rules.h"
#include "voucher/v1/reasons.pb.h"

namespace voucher {

// Fills the clause of a refusal that names none yet: with the rules' own clause for its reason, and
// where they have none, or no rules judged (nullptr), with the place of the reason in the contract,
// as in "voucher.v1 reasons.proto REASON_ILLEGAL_STATE". No refusal leaves the ledger without one.
void FillClause(const CompiledRules* rules, v1::Refusal* refusal);

}  // namespace voucher
