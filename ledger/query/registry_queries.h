// Reads of RegistryService. For shape and errors see program_queries.h.
#pragma once

#include "absl/status/status.h"

#include "ledger/base/clock.h"
#include "ledger/query/scope.h"
#include "ledger/state/view.h"
#include "voucher/v1/registry_service.pb.h"

namespace voucher::query {

// What holds of the enterprise's records is judged on the day of `now`.
absl::Status GetEnterprise(const View& view, const v1::GetEnterpriseRequest& request,
                           OpenAnswer<v1::GetEnterpriseResponse> answer, UnixNanos now);

absl::Status ListEnterprises(const View& view, const v1::ListEnterprisesRequest& request,
                             OpenAnswer<v1::ListEnterprisesResponse> answer, UnixNanos now);

absl::Status ListCatalog(const View& view, const v1::ListCatalogRequest& request,
                         OpenAnswer<v1::ListCatalogResponse> answer);

absl::Status ListProviders(const View& view, const v1::ListProvidersRequest& request,
                           OpenAnswer<v1::ListProvidersResponse> answer);

absl::Status GetCloudAccount(const View& view, const v1::GetCloudAccountRequest& request,
                             ProviderAnswer<v1::GetCloudAccountResponse> answer);

absl::Status GetCluster(const View& view, const v1::GetClusterRequest& request,
                        OpenAnswer<v1::GetClusterResponse> answer);

// At most kMaxClustersPerPage of a page, whatever it asks for: a plan is long.
absl::Status ListClusters(const View& view, const v1::ListClustersRequest& request,
                          OpenAnswer<v1::ListClustersResponse> answer);

}  // namespace voucher::query
