#include "ledger/policy/clause.h"

#include "gtest/gtest.h"

#include "ledger/policy/refusal.h"
#include "tests/policy/synthetic_program.h"

namespace voucher {
namespace {

CompiledRules RulesWithClause(v1::Reason reason) {
  v1::ProgramRules program = SyntheticProgram();
  v1::ReasonClause* own = program.add_clauses();
  own->set_reason(reason);
  own->set_clause("Art. 9");
  return CompiledRules(program);
}

std::string Filled(const CompiledRules* rules, v1::Refusal refusal) {
  FillClause(rules, &refusal);
  return refusal.clause();
}

TEST(FillClauseTest, TakesTheRulesOwnClauseForTheReason) {
  const CompiledRules rules = RulesWithClause(v1::REASON_BLACKLISTED);
  EXPECT_EQ(Filled(&rules, MakeRefusal(v1::REASON_BLACKLISTED)), "Art. 9");
}

TEST(FillClauseTest, LeavesAClauseThatIsThere) {
  const CompiledRules rules = RulesWithClause(v1::REASON_BLACKLISTED);
  EXPECT_EQ(Filled(&rules, MakeRefusal(v1::REASON_BLACKLISTED, "Art. 1")), "Art. 1");
}

TEST(FillClauseTest, NamesThePlaceInTheContractWhereRulesSayNothing) {
  const CompiledRules rules = RulesWithClause(v1::REASON_BLACKLISTED);
  EXPECT_EQ(Filled(&rules, MakeRefusal(v1::REASON_ILLEGAL_STATE)),
            "voucher.v1 reasons.proto REASON_ILLEGAL_STATE");
  EXPECT_EQ(Filled(nullptr, MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND)),
            "voucher.v1 reasons.proto REASON_PROGRAM_NOT_FOUND");
}

}  // namespace
}  // namespace voucher
