// Reads of RegistryService. For shape and errors see program_queries.h.
#pragma once

#include "absl/status/status.h"

#include "ledger/state/view.h"
#include "voucher/v1/entry.pb.h"
#include "voucher/v1/registry_service.pb.h"

namespace voucher::query {

absl::Status GetEnterprise(const View& view, const v1::Authority& who,
                           const v1::GetEnterpriseRequest& request,
                           v1::GetEnterpriseResponse* response);

absl::Status ListEnterprises(const View& view, const v1::Authority& who,
                             const v1::ListEnterprisesRequest& request,
                             v1::ListEnterprisesResponse* response);

absl::Status ListCatalog(const View& view, const v1::Authority& who,
                         const v1::ListCatalogRequest& request, v1::ListCatalogResponse* response);

absl::Status ListProviders(const View& view, const v1::Authority& who,
                           const v1::ListProvidersRequest& request,
                           v1::ListProvidersResponse* response);

absl::Status GetCloudAccount(const View& view, const v1::Authority& who,
                             const v1::GetCloudAccountRequest& request,
                             v1::GetCloudAccountResponse* response);

absl::Status GetCluster(const View& view, const v1::Authority& who,
                        const v1::GetClusterRequest& request, v1::GetClusterResponse* response);

// At most kMaxClustersPerPage of a page, whatever it asks for: a plan is long.
absl::Status ListClusters(const View& view, const v1::Authority& who,
                          const v1::ListClustersRequest& request,
                          v1::ListClustersResponse* response);

inline constexpr size_t kMaxClustersPerPage = 100;

}  // namespace voucher::query
