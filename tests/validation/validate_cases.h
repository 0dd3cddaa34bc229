// What the tests of validation share: rules with one bad field each.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "ledger/validation/program_rules.h"
#include "tests/policy/synthetic_program.h"

namespace voucher {

inline constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

// The fields that ValidateRules names.
inline std::vector<std::string> BadFields(const v1::ProgramRules& rules) {
  std::vector<std::string> fields;
  for (const FieldProblem& problem : ValidateRules(rules)) fields.push_back(problem.field);
  return fields;
}

// A change to SyntheticProgram() that makes one field bad.
struct Case {
  std::string field;
  std::function<void(v1::ProgramRules*)> change;
};

// Each case names its field and no other.
class OneBadFieldTest : public ::testing::TestWithParam<Case> {};

inline v1::Item* ItemAt(v1::ProgramRules* r, int i) {
  return r->mutable_items(i);
}

}  // namespace voucher
