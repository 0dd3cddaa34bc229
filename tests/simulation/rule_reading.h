// What the rules of a programme say, read by the model alone: no code of ledger/policy.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/simulation/model.h"

namespace voucher::simulation {

// The day `months` later, or the last of that month.
v1::CivilDate AddMonths(const v1::CivilDate& date, int months);

// Numbers of v1::EligibilityRule that an application of `day` violates, ascending.
std::vector<int> ViolatedRules(const v1::ProgramRules& rules, const v1::Item& item,
                               const Enterprise& applicant, const v1::Project& project,
                               bool in_cluster, int64_t day);

bool EvidenceIsComplete(const v1::ProgramRules& rules, const v1::Item& item,
                        const v1::Evidence& evidence, int64_t spend_fen);

// Whether `documents` has one of every kind.
template <typename Kinds, typename Documents>
bool HasKinds(const Kinds& kinds, const Documents& documents) {
  for (const int kind : kinds) {
    bool there = false;
    for (const v1::Document& document : documents) there = there || document.kind() == kind;
    if (!there) return false;
  }
  return true;
}

// Share of the spend or fixed, before all limits.
int64_t BaseFen(const v1::Item& item, int64_t spend_fen);

// v1::LimitKind and amount of each cap, the lowest of a kind.
std::map<int, int64_t> CapsOf(const v1::ProgramRules& rules, const v1::Item& item,
                              const v1::EnterpriseFacts& facts);

bool Delivers(const v1::ProgramRules& rules, const v1::Item& item, int mode);

// Whether any rule counts projects.
bool CountsProjects(const v1::ProgramRules& rules);

std::string KeyOf(const v1::Invoice& invoice);

}  // namespace voucher::simulation
