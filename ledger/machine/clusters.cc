#include "ledger/machine/clusters.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/money.h"
#include "ledger/machine/grants.h"
#include "ledger/policy/subsidy.h"

namespace voucher {
namespace {

const rows::ClusterRow& ClusterOf(const View& view, uint64_t cluster) {
  const rows::ClusterRow* row = view.Find<tables::Clusters>({cluster});
  VOUCHER_CHECK(row != nullptr) << "cluster " << cluster;
  return *row;
}

int64_t LeftInPoolFen(const View& view, uint32_t program, uint64_t cluster,
                      const rows::ClusterRow& row) {
  return CheckedSubtractFen(row.pool_fen(), StandingInPool(view, program, ClusterLimit(cluster)));
}

}  // namespace

const CompiledRules& JudgingRules(Context* context, const rows::ClusterRow& cluster) {
  context->FindProgram(cluster.program());
  context->revision = cluster.revision();
  return *context->view.Find<tables::Revisions>({cluster.program(), cluster.revision()});
}

uint64_t ApprovedClusterOf(const View& view, uint32_t program, uint64_t enterprise) {
  const rows::NumberRow* member = view.Find<tables::ClusterMembers>({program, enterprise});
  return member != nullptr ? member->number() : 0;
}

std::optional<v1::Refusal> RefuseIfMemberTaken(
    const View& view, uint32_t program, uint64_t cluster, const v1::Cluster& plan,
    const google::protobuf::RepeatedField<uint64_t>& members) {
  for (int i = 0; i < members.size(); ++i) {
    const uint64_t taken_by = ApprovedClusterOf(view, program, members[i]);
    const bool twice =
        std::find(members.begin(), members.begin() + i, members[i]) != members.begin() + i;
    if (!twice && (taken_by == 0 || taken_by == cluster)) continue;
    const std::string& cluster_id =
        twice ? plan.cluster_id() : ClusterOf(view, taken_by).cluster().cluster_id();
    return MakeRefusal(v1::REASON_ALREADY_REGISTERED, {},
                       absl::StrCat(cluster_id, "/", plan.members(i).uscc()));
  }
  return std::nullopt;
}

int64_t MostOfPlanFen(const v1::ProgramRules& rules, const v1::Cluster& plan) {
  int64_t most_fen = 0;
  for (const v1::ClusterMember& member : plan.members()) {
    int64_t share_fen = 0;
    for (const v1::Item& item : rules.items()) {
      if (item.has_not_applied_for()) continue;
      share_fen = std::max(share_fen, BaseAmountFen(item, member.planned_cost_fen()));
    }
    most_fen = CheckedAddFen(most_fen, share_fen);
  }
  return most_fen;
}

PoolRoom ClusterPool(const View& view, const Context::Program& program, uint64_t cluster) {
  const rows::ClusterRow& row = ClusterOf(view, cluster);
  const v1::ClusterRule& rule = program.rules->rules().clusters();
  PoolRoom pool;
  pool.id = ClusterLimit(cluster);
  pool.name = absl::StrCat("CLUSTER ", row.cluster().cluster_id());
  pool.available_fen = LeftInPoolFen(view, program.number, cluster, row);
  // A revision without clusters leaves the pools of approved ones as they are.
  pool.on_exhausted =
      program.rules->rules().has_clusters() ? rule.on_exhausted() : v1::ON_EXHAUSTED_REJECT;
  pool.clause = rule.clause();
  return pool;
}

LimitId ClusterLimit(uint64_t cluster) {
  return {v1::LIMIT_KIND_CLUSTER, cluster};
}

std::optional<CapRoom> MemberCap(const Context& context, const Context::Program& program,
                                 uint64_t cluster, uint64_t enterprise, const v1::Item& item) {
  if (item.amount_case() == v1::Item::kFixedFen) return std::nullopt;
  const rows::ClusterRow& row = ClusterOf(context.view, cluster);
  const auto member = absl::c_find(row.members(), enterprise);
  if (member == row.members().end()) return std::nullopt;
  const v1::ClusterMember& planned =
      row.cluster().members(static_cast<int>(member - row.members().begin()));
  CapRoom cap;
  cap.id = {v1::LIMIT_KIND_CLUSTER_MEMBER, enterprise, cluster};
  cap.amount_fen = ShareRoundedDown(planned.planned_cost_fen(), item.rate_bps());
  cap.used_fen = StandingInCluster(context.view, program.number, enterprise, cluster);
  cap.clause = context.view.Find<tables::Revisions>({program.number, row.revision()})
                   ->rules()
                   .clusters()
                   .clause();
  return cap;
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
  if (to != v1::CLUSTER_STATE_APPROVED) return;
  for (const uint64_t member : row.members()) {
    rows->PutNumber<tables::ClusterMembers>({row.program(), member}, cluster);
  }
}

}  // namespace voucher
