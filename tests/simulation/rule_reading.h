// What the rules of a programme say, read by the model alone: no code of ledger/policy.
#pragma once

#include <cstdint>
#include <functional>
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

// `credit_fen`: what credit paid of an order.
bool EvidenceIsComplete(const v1::ProgramRules& rules, const v1::Item& item,
                        const v1::Evidence& evidence, int64_t spend_fen,
                        const std::function<int64_t(const v1::BilledOrder&)>& credit_fen);

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

// Whether the enterprise reaches one of the item's revenue tiers.
bool ReachesTier(const v1::Item& item, const v1::EnterpriseFacts& facts);

// What nobody else in the world of sandboxes, or of real programs, may bring: each invoice by every
// number that it has, and each order that one bills.
std::vector<std::string> ClaimsOf(const v1::Evidence& evidence, bool sandbox);
std::string OrderClaim(const std::string& provider_id, const std::string& order_number,
                       bool sandbox);
// The reason to refuse what somebody else has brought.
v1::Reason ReasonOf(const std::string& claim);

}  // namespace voucher::simulation
