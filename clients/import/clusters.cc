#include "clients/import/evidence.h"
#include "clients/import/imports.h"

namespace voucher::client {

const ImportOf<v1::PutClusterRequest>& ClusterImport() {
  static const auto* const kImport = new ImportOf<v1::PutClusterRequest>({
      .kind = "clusters",
      .help = "put plans of clusters in",
      .key = {"cluster_id"},
      .runs = true,
      .program_field = "cluster.program_id",
      .columns = Joined(
          {{{"cluster_id", Presence::kRequired, "cluster.cluster_id", "cluster, as in ceramics"},
            {"cluster_name", Presence::kRequired, "cluster.name", "its name"},
            {"lead_uscc", Presence::kRequired, "cluster.lead_uscc",
             "unified social credit code of the lead"},
            {"lead_name", Presence::kRequired, "cluster.lead_name", "name of the lead"},
            {"requested_fen", Presence::kRequired, "cluster.requested_fen",
             "what is requested, in whole fen"},
            {"member_uscc", Presence::kMayBeEmpty, "cluster.members[].uscc",
             "unified social credit code of a member"},
            {"planned_cost_fen", Presence::kMayBeEmpty, "cluster.members[].planned_cost_fen",
             "its planned cost, in whole fen"}},
           DocumentColumns("cluster.documents", Presence::kOptional)}),
  });
  return *kImport;
}

}  // namespace voucher::client
