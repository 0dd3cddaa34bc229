// The world of the simulation: the shipped programs and two synthetic ones, three providers with
// three products each, and some enterprises with cloud accounts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "tests/simulation/random.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::simulation {

struct Sent {
  v1::Authority who;
  v1::Command command;
};

inline constexpr const char* kProviderIds[] = {"huaweicloud", "aliyun", "tencentcloud"};
inline constexpr const char* kProductIds[] = {"ecs", "rds", "iot"};

// All that deploy/programs ships, in the order in which the simulation numbers them: those of
// tests/simulation/first_programs.txt in its order, so that a seed still tells the same story, then
// the others by id.
std::vector<std::string> SimulatedIds();
// QuotaRules and WaitingRules, which come after them.
inline constexpr size_t kSyntheticPrograms = 2;

v1::Authority Principal(absl::string_view name, v1::Role role);
v1::Authority Platform();

// A valid USCC, another for each number up to 9,999,999.
std::string Uscc(uint64_t number);

v1::CivilDate Date(int year, int month, int day);

// A product for every item of the program.
v1::Product ProductOf(const v1::ProgramRules& rules, const std::string& provider_id,
                      const std::string& product_id);

// A shipped program with its dates moved into the simulated year, so that all are open at once.
v1::ProgramRules Moved(v1::ProgramRules rules);

// The rules of a synthetic program: hubei's with every scope of cap and pool, small amounts, a
// short window and vouchers that expire soon after it; with some seeds with project terms.
v1::ProgramRules QuotaRules(const v1::ProgramRules& hubei, Random* random);

// The rules of another one: hubei's with a waitlist on the budget and a pool, or on two pools,
// small amounts, a short window, both deliveries, at most one review stage and a time to mend; with
// some seeds a waitlist that goes on after the cutoff, highest only, acceptance, or a sandbox.
v1::ProgramRules WaitingRules(const v1::ProgramRules& hubei, Random* random);

// What comes before all else: the programs as drafts with some money, the registry, the catalogs.
std::vector<Sent> Opening(const std::vector<v1::ProgramRules>& programs, Random* random);

}  // namespace voucher::simulation
