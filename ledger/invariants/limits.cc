#include "ledger/policy/limits.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"

#include "ledger/invariants/checker.h"
#include "ledger/invariants/sums.h"
#include "ledger/machine/grants.h"
#include "ledger/machine/limit_refs.h"

namespace voucher::invariants {

namespace {

// The register of each enterprise must be the sum over its applications, and nothing else.
void CheckEnterprises(Checker* checker) {
  auto expected = checker->standing_fen;
  checker->view.Scan<tables::EnterpriseGrants>(
      {0, 0}, {kLastProgram, kLastId},
      [&](const tables::EnterpriseGrants::Key& key, const rows::EnterpriseGrantsRow& row) {
        const auto& [program, enterprise] = key;
        const int64_t total_fen = StandingOf(checker->view, program, enterprise);
        checker->Require(total_fen == 0 || checker->view.Find<tables::EnterprisesByGrants>(
                                               {program, -total_fen, enterprise}) != nullptr,
                         "enterprise ", enterprise, " of program ", program,
                         " is not found by its ", total_fen, " fen");
        for (const auto& grant : row.grants()) {
          const auto found = expected.find(
              {program, enterprise, grant.item(), grant.project_id(), grant.cluster()});
          const int64_t sum_fen = found == expected.end() ? 0 : found->second;
          if (found != expected.end()) expected.erase(found);
          checker->Require(grant.fen() == sum_fen, "enterprise ", enterprise, " counts ",
                           grant.fen(), " fen of item ", grant.item(), " of program ", program,
                           ", its applications add up to ", sum_fen);
        }
        return true;
      });
  for (const auto& [key, sum_fen] : expected) {
    checker->Require(false, "enterprise ", std::get<1>(key), " counts nothing of item ",
                     std::get<2>(key), " of program ", std::get<0>(key),
                     ", its applications add up to ", sum_fen);
  }
}

// Nobody is found by another amount than stands.
void CheckEnterprisesByGrants(Checker* checker) {
  checker->view.Scan<tables::EnterprisesByGrants>(
      {0, std::numeric_limits<int64_t>::min(), 0}, {kLastProgram, 0, 0},
      [&](const tables::EnterprisesByGrants::Key& key, const rows::PresentRow&) {
        const auto& [program, less_fen, enterprise] = key;
        const int64_t fen = -less_fen;
        const int64_t total_fen = StandingOf(checker->view, program, enterprise);
        checker->Require(fen == total_fen, "enterprise ", enterprise, " of program ", program,
                         " is found by ", fen, " fen, ", total_fen, " stand");
        return true;
      });
}

void CheckPools(uint32_t program, Checker* checker) {
  const auto* row = checker->view.Find<tables::ProgramGrants>({program});
  const std::string stored = row == nullptr ? "" : row->SerializeAsString();
  checker->Require(stored == checker->pools[program].SerializeAsString(), "program ", program,
                   " counts other grants for its pools than its applications add up to");
}

// What stands in the pools of the newest revision, and in those of clusters, fits them.
void CheckPoolAmounts(uint32_t program, const CompiledRules& rules, Checker* checker) {
  const rows::ProgramGrantsRow& grants = checker->pools[program];
  for (const v1::Pool& pool : rules.rules().pools()) {
    const auto id = PoolId(checker->context, rules, pool);
    const int64_t used_fen = id ? StandingInPool(grants, *id) : 0;
    checker->Require(used_fen <= pool.amount_fen(), "pool ", PoolName(pool), " of program ",
                     program, " has ", used_fen, " fen used of ", pool.amount_fen());
  }
  for (const auto& cluster : grants.clusters()) {
    const rows::ClusterRow* of = checker->view.Find<tables::Clusters>({cluster.id()});
    const int64_t pool_fen = of == nullptr ? 0 : of->pool_fen();
    checker->Require(cluster.fen() <= pool_fen, "cluster ", cluster.id(), " has ", cluster.fen(),
                     " fen used of ", pool_fen);
  }
}

// What stands of each enterprise fits the caps of the newest revision that depend on no fact.
void CheckCapAmounts(uint32_t program, const CompiledRules& rules, Checker* checker) {
  for (const v1::Cap& cap : rules.rules().caps()) {
    absl::btree_map<std::pair<uint64_t, std::string>, int64_t> sums;
    for (auto it = checker->standing_fen.lower_bound({program, 0, 0, "", 0});
         it != checker->standing_fen.end() && std::get<0>(it->first) == program; ++it) {
      const auto& [of, enterprise, item, project_id, cluster] = it->first;
      std::string part;
      if (cap.scope() == v1::CAP_SCOPE_ENTERPRISE_ITEM_YEAR) part = absl::StrCat(item);
      if (cap.scope() == v1::CAP_SCOPE_PROJECT) part = project_id;
      int64_t& sum_fen = sums[{enterprise, part}];
      sum_fen = Plus(sum_fen, it->second);
    }
    for (const auto& [whose, sum_fen] : sums) {
      checker->Require(sum_fen <= cap.amount_fen(), "enterprise ", whose.first, " has ", sum_fen,
                       " fen under a cap of ", cap.amount_fen(), " (",
                       CapName(CapKind(cap.scope())), ") of program ", program);
    }
  }
}

}  // namespace

void CheckLimits(Checker* checker) {
  CheckEnterprises(checker);
  CheckEnterprisesByGrants(checker);
  for (uint32_t program = 1; program <= checker->counters.program(); ++program) {
    CheckPools(program, checker);
    const rows::ProgramRow* row = checker->view.Find<tables::Programs>({program});
    const CompiledRules* rules =
        row == nullptr ? nullptr
                       : checker->view.Find<tables::Revisions>({program, row->revision()});
    if (rules == nullptr) continue;
    CheckPoolAmounts(program, *rules, checker);
    CheckCapAmounts(program, *rules, checker);
  }
}

}  // namespace voucher::invariants
