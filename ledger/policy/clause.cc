#include "ledger/policy/clause.h"

#include "absl/strings/str_cat.h"

namespace voucher {

void FillClause(const CompiledRules* rules, v1::Refusal* refusal) {
  if (!refusal->clause().empty()) return;
  if (rules != nullptr) {
    for (const v1::ReasonClause& own : rules->rules().clauses()) {
      if (own.reason() != refusal->reason()) continue;
      refusal->set_clause(own.clause());
      return;
    }
  }
  refusal->set_clause(
      absl::StrCat("voucher.v1 reasons.proto ", v1::Reason_Name(refusal->reason())));
}

}  // namespace voucher
