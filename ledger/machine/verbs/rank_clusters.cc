#include "absl/algorithm/container.h"
#include "absl/container/btree_set.h"

#include "ledger/base/money.h"
#include "ledger/machine/clusters.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/ranking.h"
#include "ledger/machine/verbs.h"

namespace voucher {

namespace {

std::vector<Contender> ScoredClusters(const View& view, uint32_t program) {
  std::vector<Contender> scored;
  view.Scan<tables::ClustersByProgram>(
      {program, 0}, {program + 1, 0},
      [&](const tables::ClustersByProgram::Key& key, const rows::PresentRow&) {
        const uint64_t number = std::get<1>(key);
        const rows::ClusterRow& row = *view.Find<tables::Clusters>({number});
        if (row.state() == v1::CLUSTER_STATE_SCORED)
          scored.push_back({number, row.score(), number});
        return true;
      });
  return scored;
}

// Who belongs to an approved cluster already, also to one that this ranking approved.
class TakenMembers {
 public:
  TakenMembers(const View& view, uint32_t program) : view_(view), program_(program) {}

  bool HasAnyOf(const rows::ClusterRow& cluster) const {
    return absl::c_any_of(cluster.members(), [&](uint64_t member) {
      return ApprovedClusterOf(view_, program_, member) != 0 || taken_.contains(member);
    });
  }

  void Take(const rows::ClusterRow& cluster) {
    taken_.insert(cluster.members().begin(), cluster.members().end());
  }

 private:
  const View& view_;
  const uint32_t program_;
  absl::btree_set<uint64_t> taken_;
};

}  // namespace

Decision Decide(Context* context, const v1::RankClustersRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  const std::string& clause = program->rules->rules().clusters().clause();
  std::vector<Contender> scored = ScoredClusters(context->view, program->number);
  if (scored.empty()) {
    return NotInThisState("program without a scored cluster", "没有已评分的产业集群", clause);
  }
  if (scored.size() > kMaxRanked) {
    return NotInThisState("more scored clusters than one ranking takes",
                          "已评分的产业集群超过一次排序的上限", clause,
                          {{"scored", static_cast<int64_t>(scored.size())},
                           {"most", static_cast<int64_t>(kMaxRanked)}});
  }

  // Money that no approved cluster has a claim on; below 0 after a cut of the budget.
  int64_t left_fen = BalanceOf(context->view, program->number, BudgetAccount()) -
                     PromisedToClustersFen(context->view, program->number);
  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::ClustersRanked* ranked = event.mutable_clusters_ranked();
  TakenMembers taken(context->view, program->number);
  for (const Place& place : Rank(std::move(scored), [&](const Contender& contender) {
         const rows::ClusterRow& cluster = *context->view.Find<tables::Clusters>({contender.id});
         // It is passed over alone: there may be money enough for those behind it.
         if (taken.HasAnyOf(cluster)) return Offer{};
         const int64_t requested_fen = cluster.cluster().requested_fen();
         if (requested_fen > left_fen) return Offer{0, true};
         left_fen = CheckedSubtractFen(left_fen, requested_fen);
         taken.Take(cluster);
         return Offer{requested_fen, false};
       })) {
    v1::ClusterRank* rank = ranked->add_ranks();
    rank->set_cluster_number(place.id);
    rank->set_rank(place.rank);
    rank->set_pool_fen(place.granted_fen);
    rank->set_state(place.granted_fen > 0 ? v1::CLUSTER_STATE_APPROVED
                                          : v1::CLUSTER_STATE_PASSED_OVER);
  }
  return event;
}

void Evolve(const v1::Entry&, const v1::RankClustersRequest&, const v1::ClustersRanked& event,
            EditableRows* rows) {
  for (const v1::ClusterRank& rank : event.ranks()) {
    rows::ClusterRow& row = rows->Edit<tables::Clusters>({rank.cluster_number()});
    row.set_rank(rank.rank());
    row.set_pool_fen(rank.pool_fen());
    MoveCluster(rank.cluster_number(), rank.state(), rows);
  }
}

}  // namespace voucher
