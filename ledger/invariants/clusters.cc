#include "ledger/machine/clusters.h"

#include "ledger/invariants/checker.h"

namespace voucher::invariants {

void CheckClusters(Checker* checker) {
  uint64_t members = 0;
  checker->Numbered<tables::Clusters>(
      "cluster", checker->counters.cluster(), [&](uint64_t number, const rows::ClusterRow& row) {
        checker->Require(
            FindCluster(checker->view, row.program(), row.cluster().cluster_id()) == number,
            "cluster ", number, " is not found by its name ", row.cluster().cluster_id());
        checker->Require(
            checker->view.Find<tables::ClustersByProgram>({row.program(), number}) != nullptr,
            "cluster ", number, " is not found by its program");
        const bool approved = row.state() == v1::CLUSTER_STATE_APPROVED;
        checker->Require((row.pool_fen() > 0) == approved, "cluster ", number, " is ",
                         StateName(row.state()), " with a pool of ", row.pool_fen(), " fen");
        const bool free = row.state() == v1::CLUSTER_STATE_REJECTED ||
                          row.state() == v1::CLUSTER_STATE_PASSED_OVER;
        if (free) return;
        for (const uint64_t member : row.members()) {
          ++members;
          checker->Require(
              checker->NumberOf<tables::ClusterMembers>({row.program(), member}) == number,
              "enterprise ", member, " is not found in its cluster ", number);
        }
      });
  const uint64_t indexed = checker->CountRows<tables::ClusterMembers>({0, 0}, {kLastProgram, 0});
  checker->Require(indexed == members, indexed, " members of clusters of ", members);
  const uint64_t by_program =
      checker->CountRows<tables::ClustersByProgram>({0, 0}, {kLastProgram, 0});
  checker->Require(by_program == checker->counters.cluster(), by_program,
                   " clusters by program of ", checker->counters.cluster());
}

}  // namespace voucher::invariants
