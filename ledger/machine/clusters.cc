#include "ledger/machine/clusters.h"

#include "absl/strings/str_cat.h"

#include "ledger/base/money.h"
#include "ledger/machine/accounts.h"

namespace voucher {
namespace {

const rows::ClusterRow& ClusterOf(const View& view, uint64_t cluster) {
  const rows::ClusterRow* row = view.Find<tables::Clusters>({cluster});
  VOUCHER_CHECK(row != nullptr) << "cluster " << cluster;
  return *row;
}

int64_t LeftInPoolFen(const View& view, uint32_t program, uint64_t cluster,
                      const rows::ClusterRow& row) {
  return CheckedSubtractFen(row.pool_fen(), UsedOf(view, program, ClusterLimit(cluster)));
}

}  // namespace

uint64_t ApprovedClusterOf(const View& view, uint32_t program, uint64_t enterprise) {
  const rows::NumberRow* member = view.Find<tables::ClusterMembers>({program, enterprise});
  if (member == nullptr) return 0;
  const bool approved = ClusterOf(view, member->number()).state() == v1::CLUSTER_STATE_APPROVED;
  return approved ? member->number() : 0;
}

PoolRoom ClusterPool(const View& view, const Context::Program& program, uint64_t cluster) {
  const rows::ClusterRow& row = ClusterOf(view, cluster);
  const v1::ClusterRule& rule = program.rules->rules().clusters();
  PoolRoom pool;
  pool.id = {v1::LIMIT_KIND_CLUSTER, cluster, 0};
  pool.name = absl::StrCat("CLUSTER ", row.cluster().cluster_id());
  pool.available_fen = LeftInPoolFen(view, program.number, cluster, row);
  // A revision without clusters leaves the pools of approved ones as they are.
  pool.on_exhausted =
      program.rules->rules().has_clusters() ? rule.on_exhausted() : v1::ON_EXHAUSTED_REJECT;
  pool.clause = rule.clause();
  return pool;
}

v1::LimitRef ClusterLimit(uint64_t cluster) {
  return LimitId{v1::LIMIT_KIND_CLUSTER, cluster}.ToRef();
}

int64_t PromisedToClustersFen(const View& view, uint32_t program) {
  int64_t promised_fen = 0;
  view.Scan<tables::ClustersByProgram>(
      {program, 0}, {program + 1, 0},
      [&](const tables::ClustersByProgram::Key& key, const rows::PresentRow&) {
        const rows::ClusterRow& row = ClusterOf(view, std::get<1>(key));
        if (row.state() == v1::CLUSTER_STATE_APPROVED) {
          promised_fen =
              CheckedAddFen(promised_fen, LeftInPoolFen(view, program, std::get<1>(key), row));
        }
        return true;
      });
  return promised_fen;
}

uint64_t FindCluster(const View& view, uint32_t program, const std::string& cluster_id) {
  const rows::NumberRow* number = view.Find<tables::ClusterNumbers>({program, cluster_id});
  return number != nullptr ? number->number() : 0;
}

void MoveCluster(uint64_t cluster, v1::ClusterState to, EditableRows* rows) {
  rows::ClusterRow& row = rows->Edit<tables::Clusters>({cluster});
  row.set_state(to);
  if (to != v1::CLUSTER_STATE_REJECTED && to != v1::CLUSTER_STATE_PASSED_OVER) return;
  for (const uint64_t member : row.members()) {
    rows->Erase<tables::ClusterMembers>({row.program(), member});
  }
}

}  // namespace voucher
