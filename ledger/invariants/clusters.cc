#include "ledger/machine/clusters.h"

#include <algorithm>
#include <optional>

#include "ledger/base/money.h"
#include "ledger/invariants/checker.h"
#include "ledger/machine/grants.h"
#include "ledger/machine/worlds.h"

namespace voucher::invariants {
namespace {

void CheckCluster(uint64_t number, const rows::ClusterRow& row, Checker* checker) {
  checker->Require(FindCluster(checker->view, row.program(), row.cluster().cluster_id()) == number,
                   "cluster ", number, " is not found by its name ", row.cluster().cluster_id());
  checker->Require(
      checker->view.Find<tables::ClustersByProgram>({row.program(), number}) != nullptr, "cluster ",
      number, " is not found by its program");
  checker->Require(WorldOf(checker->view, row.program()) == WorldOfNumber(number), "cluster ",
                   number, " is numbered in another world than program ", row.program());
  checker->Require(
      checker->view.Find<tables::Revisions>({row.program(), row.revision()}) != nullptr, "cluster ",
      number, " is judged by revision ", row.revision(), ", which there is not");
  checker->Require(row.members_size() == row.cluster().members_size(), "cluster ", number, " has ",
                   row.members_size(), " members of ", row.cluster().members_size());
  const bool approved = row.state() == v1::CLUSTER_STATE_APPROVED;
  checker->Require((row.pool_fen() > 0) == approved, "cluster ", number, " is ",
                   StateName(row.state()), " with a pool of ", row.pool_fen(), " fen");
}

// The highest rate that a revision of the program has for an item; nullopt if one has an item of a
// fixed amount, which no planned cost bounds.
std::optional<int32_t> HighestRate(const View& view, uint32_t program) {
  int32_t highest_bps = 0;
  const uint32_t newest = view.Find<tables::Programs>({program})->revision();
  for (uint32_t revision = 1; revision <= newest; ++revision) {
    for (const v1::Item& item :
         view.Find<tables::Revisions>({program, revision})->rules().items()) {
      if (item.amount_case() == v1::Item::kFixedFen) return std::nullopt;
      highest_bps = std::max(highest_bps, item.rate_bps());
    }
  }
  return highest_bps;
}

void CheckMember(uint64_t number, const rows::ClusterRow& row, int place,
                 std::optional<int32_t> rate_bps, Checker* checker) {
  const uint64_t member = row.members(place);
  checker->Require(checker->NumberOf<tables::ClusterMembers>({row.program(), member}) == number,
                   "enterprise ", member, " is not found in its cluster ", number);
  if (!rate_bps) return;
  const int64_t most_fen =
      ShareRoundedDown(row.cluster().members(place).planned_cost_fen(), *rate_bps);
  const int64_t standing_fen = StandingInCluster(checker->view, row.program(), member, number);
  checker->Require(standing_fen <= most_fen, standing_fen,
                   " fen stand of the grants to enterprise ", member, " in cluster ", number,
                   ", its planned cost bears ", most_fen);
}

}  // namespace

void CheckClusters(Checker* checker) {
  uint64_t clusters = 0;
  uint64_t members = 0;
  checker->Numbered<tables::Clusters>(
      "cluster", &rows::DenseNumbers::cluster, [&](uint64_t number, const rows::ClusterRow& row) {
        ++clusters;
        CheckCluster(number, row, checker);
        if (row.state() != v1::CLUSTER_STATE_APPROVED) return;
        const std::optional<int32_t> rate_bps = HighestRate(checker->view, row.program());
        for (int i = 0; i < row.members_size(); ++i) {
          CheckMember(number, row, i, rate_bps, checker);
        }
        members += static_cast<uint64_t>(row.members_size());
      });
  const uint64_t indexed = checker->CountRows<tables::ClusterMembers>({0, 0}, {kLastProgram, 0});
  checker->Require(indexed == members, indexed, " members of approved clusters of ", members);
  const uint64_t by_program =
      checker->CountRows<tables::ClustersByProgram>({0, 0}, {kLastProgram, 0});
  checker->Require(by_program == clusters, by_program, " clusters by program of ", clusters);
}

}  // namespace voucher::invariants
