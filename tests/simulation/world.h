// The world of the simulation: two programs, three providers with three products each, and
// some enterprises with cloud accounts.
#ifndef TESTS_SIMULATION_WORLD_H_
#define TESTS_SIMULATION_WORLD_H_

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
inline constexpr const char* kItemIds[] = {"resource", "business", "capability", "ecosystem"};

v1::Authority Principal(absl::string_view name, v1::Role role);
v1::Authority Platform();

// A valid USCC, another for each number up to 9,999,999.
std::string Uscc(uint64_t number);

v1::CivilDate Date(int year, int month, int day);

// A product for every item.
v1::Product ProductOf(const std::string& program_id, const std::string& provider_id,
                      const std::string& product_id);

// The rules of the synthetic program: hubei's with every scope of cap and pool, small amounts, a
// short window and vouchers that expire soon after it.
v1::ProgramRules QuotaRules(const v1::ProgramRules& hubei, Random* random);

// What comes before all else: both programs as drafts with some money, the registry, the catalogs.
std::vector<Sent> Opening(const v1::ProgramRules& hubei, const v1::ProgramRules& quota,
                          Random* random);

}  // namespace voucher::simulation

#endif  // TESTS_SIMULATION_WORLD_H_
