#include <functional>

#include "ledger/query/registry_queries.h"
#include "server/rpc/mutation.h"
#include "server/rpc/read.h"
#include "server/services/services.h"
#include "voucher/v1/registry_service.pb.h"

namespace voucher {

namespace {

using v1::Command;
using v1::Event;

class RegistryService final : public RpcService {
 public:
  explicit RegistryService(const CallContext& call_context)
      : RpcService(call_context, "voucher.v1.RegistryService") {
    Unary("PutEnterprise", Mutation<v1::PutEnterpriseResponse>(&Command::mutable_put_enterprise,
                                                               &Event::enterprise_put));
    Unary("RecordIncident", Mutation<v1::RecordIncidentResponse>(&Command::mutable_record_incident,
                                                                 &Event::incident_recorded));
    Unary("SetListing",
          Mutation<v1::SetListingResponse>(&Command::mutable_set_listing, &Event::listing_set));
    Unary("SetBlacklist", Mutation<v1::SetBlacklistResponse>(&Command::mutable_set_blacklist,
                                                             &Event::blacklist_set));
    Unary("EndRecord",
          Mutation<v1::EndRecordResponse>(&Command::mutable_end_record, &Event::record_ended));
    Unary("PutProvider",
          Mutation<v1::PutProviderResponse>(&Command::mutable_put_provider, &Event::provider_put));
    Unary("SetProviderState",
          Mutation<v1::SetProviderStateResponse>(&Command::mutable_set_provider_state,
                                                 &Event::provider_state_set));
    Unary("PutProduct",
          Mutation<v1::PutProductResponse>(&Command::mutable_put_product, &Event::product_put));
    Unary("WithdrawProduct", Mutation<v1::WithdrawProductResponse>(
                                 &Command::mutable_withdraw_product, &Event::product_withdrawn));
    Unary("BindCloudAccount",
          Mutation<v1::BindCloudAccountResponse>(&Command::mutable_bind_cloud_account,
                                                 &Event::cloud_account_bound));
    Unary("SucceedEnterprise",
          Mutation<v1::SucceedEnterpriseResponse>(&Command::mutable_succeed_enterprise,
                                                  &Event::enterprise_succeeded));
    Unary("RemindEnterprise",
          Mutation<v1::RemindEnterpriseResponse>(&Command::mutable_remind_enterprise,
                                                 &Event::enterprise_reminded));
    Unary("PutCluster",
          Mutation<v1::PutClusterResponse>(&Command::mutable_put_cluster, &Event::cluster_put));
    Unary("ReviewCluster", Mutation<v1::ReviewClusterResponse>(&Command::mutable_review_cluster,
                                                               &Event::cluster_reviewed));
    Unary("RankClusters", Mutation<v1::RankClustersResponse>(&Command::mutable_rank_clusters,
                                                             &Event::clusters_ranked));
    const std::function<UnixNanos(const UnaryCall&)> now = [](const UnaryCall& call) {
      return call.call_context().clock->WallNow();
    };
    Unary("GetEnterprise", Read(&query::GetEnterprise, now));
    Unary("ListEnterprises", Read(&query::ListEnterprises, now));
    Unary("ListCatalog", Read(&query::ListCatalog));
    Unary("ListProviders", Read(&query::ListProviders));
    Unary("GetCloudAccount", Read(&query::GetCloudAccount));
    Unary("GetCluster", Read(&query::GetCluster));
    Unary("ListClusters", Read(&query::ListClusters));
    CheckComplete();
  }
};

}  // namespace

std::unique_ptr<RpcService> NewRegistryService(const CallContext& call_context) {
  return std::make_unique<RegistryService>(call_context);
}

}  // namespace voucher
