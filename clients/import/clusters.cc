#include "clients/import/csv_import.h"
#include "clients/import/evidence.h"
#include "clients/import/rows.h"

namespace voucher::client {
namespace {

constexpr int kMostMembers = 512;

void ReadAnyRow(RowReader* reader, v1::PutClusterRequest* request) {
  v1::Cluster& cluster = *request->mutable_cluster();
  ReadDocument(reader, cluster.mutable_documents());
  if (reader->IsEmpty("member_uscc") && reader->IsEmpty("planned_cost_fen")) return;
  v1::ClusterMember& member = *cluster.add_members();
  member.set_uscc(reader->Uscc("member_uscc", true));  // whether it is registered, the ledger knows
  member.set_planned_cost_fen(reader->Amount("planned_cost_fen"));
  if (cluster.members_size() > kMostMembers) {
    reader->Complain("member_uscc", "a cluster has at most 512 members");
  }
}

}  // namespace

absl::StatusOr<std::vector<RowOrError<v1::PutClusterRequest>>> ParseClusters(
    absl::string_view csv, absl::string_view program_id) {
  return ParseRowGroups<v1::PutClusterRequest>(
      csv,
      {"cluster_id", "cluster_name", "lead_uscc", "lead_name", "requested_fen", "member_uscc",
       "planned_cost_fen"},
      {"document_kind", "document_number", "document_sha256"},
      {"cluster_id", 32, {"cluster_name", "lead_uscc", "lead_name", "requested_fen"}},
      ImportRequestIds("clusters", program_id, csv),
      [&](RowReader* reader, v1::PutClusterRequest* request) {
        v1::Cluster& cluster = *request->mutable_cluster();
        cluster.set_program_id(std::string(program_id));
        cluster.set_cluster_id(reader->Slug("cluster_id", 32));
        cluster.set_name(reader->Text("cluster_name", 256));
        cluster.set_lead_uscc(reader->Uscc("lead_uscc", true));
        cluster.set_lead_name(reader->Text("lead_name", 256));
        cluster.set_requested_fen(reader->Amount("requested_fen"));
        ReadAnyRow(reader, request);
      },
      ReadAnyRow);
}

}  // namespace voucher::client
