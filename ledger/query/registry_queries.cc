#include "ledger/query/registry_queries.h"

#include <algorithm>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"

#include "ledger/base/big_endian.h"
#include "ledger/machine/clusters.h"
#include "ledger/machine/worlds.h"
#include "ledger/query/lookup.h"
#include "ledger/query/paging.h"
#include "ledger/query/resources.h"
#include "ledger/query/scope.h"
#include "ledger/validation/limits.h"

namespace voucher::query {

absl::Status GetEnterprise(const View& view, const v1::GetEnterpriseRequest& request,
                           OpenAnswer<v1::GetEnterpriseResponse> answer, UnixNanos now) {
  v1::GetEnterpriseResponse* const response = answer.ForEveryone();
  VOUCHER_ASSIGN_OR_RETURN(const uint64_t number, FindEnterprise(view, request.uscc()));
  *response->mutable_enterprise() =
      EnterpriseResource(number, MustFind<tables::Enterprises>(view, {number}), now);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

absl::Status ListEnterprises(const View& view, const v1::ListEnterprisesRequest& request,
                             OpenAnswer<v1::ListEnterprisesResponse> answer, UnixNanos now) {
  v1::ListEnterprisesResponse* const response = answer.ForEveryone();
  VOUCHER_ASSIGN_OR_RETURN(const NumberPage page, ReadNumberPage(request));
  const rows::CountersRow* counters = view.Find<tables::Counters>({});
  const uint64_t last = counters == nullptr ? 0 : counters->enterprise();
  const auto end = WalkNumbers(page.after, last, page.wanted, [&](uint64_t number) {
    *response->add_enterprises() =
        EnterpriseResource(number, MustFind<tables::Enterprises>(view, {number}), now);
    return true;
  });
  page.Finish(end, response);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

absl::Status ListProviders(const View& view, const v1::ListProvidersRequest& request,
                           OpenAnswer<v1::ListProvidersResponse> answer) {
  v1::ListProvidersResponse* const response = answer.ForEveryone();
  VOUCHER_ASSIGN_OR_RETURN(const NumberPage page, ReadNumberPage(request));
  const rows::CountersRow* counters = view.Find<tables::Counters>({});
  const uint64_t last = counters == nullptr ? 0 : counters->provider();
  const auto end = WalkNumbers(page.after, last, page.wanted, [&](uint64_t number) {
    *response->add_providers() =
        ProviderResource(number, MustFind<tables::Providers>(view, {number}));
    return true;
  });
  page.Finish(end, response);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

// The position of a page is (provider number, product_id) of the last product shown.
absl::Status ListCatalog(const View& view, const v1::ListCatalogRequest& request,
                         OpenAnswer<v1::ListCatalogResponse> answer) {
  v1::ListCatalogResponse* const response = answer.ForEveryone();
  const size_t wanted = RowsWanted(request.page_size());
  VOUCHER_ASSIGN_OR_RETURN(const uint32_t program, FindProgram(view, request.program_id()));
  uint64_t first_provider = 0;
  uint64_t last_provider = std::numeric_limits<uint64_t>::max() - 1;
  if (!request.provider_id().empty()) {
    VOUCHER_ASSIGN_OR_RETURN(first_provider, FindProvider(view, request.provider_id()));
    last_provider = first_provider;
  }
  const std::string filters = FiltersOf(request);
  std::string after_product;
  if (!request.page_token().empty()) {
    VOUCHER_ASSIGN_OR_RETURN(const std::string position, ReadToken(filters, request.page_token()));
    absl::string_view rest = position;
    const std::optional<uint64_t> provider = TakeU64(&rest);
    if (!provider) return AlteredToken();
    first_provider = *provider;
    after_product = std::string(rest);
  }

  std::string position;
  size_t shown = 0;
  bool more = false;
  view.Scan<tables::Products>({program, first_provider, after_product},
                              {program, last_provider + 1, ""},
                              [&](const tables::Products::Key& key, const rows::ProductRow& row) {
                                const auto& [of_program, provider, product_id] = key;
                                if (provider == first_provider && product_id == after_product)
                                  return true;
                                more = shown == wanted;
                                if (more) return false;
                                *response->add_products() = row.product();
                                ++shown;
                                position.clear();
                                AppendU64(provider, &position);
                                position += product_id;
                                return true;
                              });
  if (more) response->set_next_page_token(MakeToken(filters, position));
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

absl::Status GetCloudAccount(const View& view, const v1::GetCloudAccountRequest& request,
                             ProviderAnswer<v1::GetCloudAccountResponse> answer) {
  uint64_t number = request.account_id();
  if (number == 0) {
    VOUCHER_RETURN_IF_ERROR(answer.AboutProvider(request.provider_id()).status());
    VOUCHER_ASSIGN_OR_RETURN(const uint64_t provider, FindProvider(view, request.provider_id()));
    const World world = request.sandbox() ? World::kSandbox : World::kReal;
    number =
        NumberOf<tables::AccountNumbers>(view, {Key(world), provider, request.account_number()});
    if (number == 0) {
      return absl::NotFoundError(absl::StrCat("Provider ", request.provider_id(),
                                              " has no bound account ", request.account_number(),
                                              "."));
    }
  }
  VOUCHER_ASSIGN_OR_RETURN(const rows::AccountRow* const row, FindAccount(view, number));
  VOUCHER_ASSIGN_OR_RETURN(v1::GetCloudAccountResponse* const response,
                           answer.AboutProvider(ProviderId(view, row->provider())));
  *response->mutable_account() = AccountResource(view, number, *row);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

absl::Status GetCluster(const View& view, const v1::GetClusterRequest& request,
                        OpenAnswer<v1::GetClusterResponse> answer) {
  v1::GetClusterResponse* const response = answer.ForEveryone();
  VOUCHER_ASSIGN_OR_RETURN(const uint32_t program, FindProgram(view, request.program_id()));
  const uint64_t number = FindCluster(view, program, request.cluster_id());
  if (number == 0) {
    return absl::NotFoundError(absl::StrCat("Program ", request.program_id(), " has no cluster ",
                                            request.cluster_id(), "."));
  }
  *response->mutable_cluster() =
      ClusterResource(view, number, MustFind<tables::Clusters>(view, {number}));
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

absl::Status ListClusters(const View& view, const v1::ListClustersRequest& request,
                          OpenAnswer<v1::ListClustersResponse> answer) {
  v1::ListClustersResponse* const response = answer.ForEveryone();
  VOUCHER_ASSIGN_OR_RETURN(const NumberPage page, ReadNumberPage(request));
  VOUCHER_ASSIGN_OR_RETURN(const uint32_t program, FindProgram(view, request.program_id()));
  page.Finish(WalkIndex<tables::ClustersByProgram>(
                  view, program, page.after, std::min(page.wanted, kMaxClustersPerPage),
                  [&](uint64_t number, const rows::PresentRow&) {
                    *response->add_clusters() =
                        ClusterResource(view, number, MustFind<tables::Clusters>(view, {number}));
                    return true;
                  }),
              response);
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

}  // namespace voucher::query
