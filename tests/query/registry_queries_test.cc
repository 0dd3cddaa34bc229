#include "ledger/query/registry_queries.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "tests/query/told_ledger.h"

namespace voucher::query {
namespace {

using ::voucher::testing::Platform;
using ::voucher::testing::ProviderOf;
using ::voucher::testing::PutProduct;
using ::voucher::testing::StoryUscc;

const UnixNanos kNow = *ParseRfc3339("2025-06-01T00:00:00+08:00");

class RegistryQueriesTest : public ::voucher::testing::ToldLedger {};

TEST_F(RegistryQueriesTest, AnEnterpriseIsReadByItsUscc) {
  v1::GetEnterpriseRequest request;
  request.set_uscc(StoryUscc(2));
  v1::GetEnterpriseResponse response;
  ASSERT_TRUE(GetEnterprise(view(), request, {Platform(), &response}, kNow).ok());
  EXPECT_EQ(response.enterprise().number(), 3);
  EXPECT_EQ(response.enterprise().facts().name(), "Enterprise 2");
  EXPECT_EQ(response.as_of_sequence(), end());
  request.set_uscc(StoryUscc(9));
  EXPECT_EQ(GetEnterprise(view(), request, {Platform(), &response}, kNow).code(),
            absl::StatusCode::kNotFound);
}

TEST_F(RegistryQueriesTest, EnterprisesComeInPagesByNumber) {
  v1::ListEnterprisesRequest request;
  request.set_page_size(3);
  v1::ListEnterprisesResponse first;
  ASSERT_TRUE(ListEnterprises(view(), request, {Platform(), &first}, kNow).ok());
  ASSERT_EQ(first.enterprises_size(), 3);
  EXPECT_EQ(first.enterprises(0).number(), 1);
  ASSERT_NE(first.next_page_token(), "");
  request.set_page_token(first.next_page_token());
  v1::ListEnterprisesResponse second;
  ASSERT_TRUE(ListEnterprises(view(), request, {Platform(), &second}, kNow).ok());
  ASSERT_EQ(second.enterprises_size(), 1);
  EXPECT_EQ(second.enterprises(0).number(), 4);
  EXPECT_EQ(second.next_page_token(), "");
}

v1::Command Blacklist(const std::string& reason, int until_day, bool sandbox) {
  v1::Command command;
  v1::SetBlacklistRequest* request = command.mutable_set_blacklist();
  request->set_request_id("blacklist-" + reason);
  request->set_uscc(StoryUscc(2));
  request->set_sandbox(sandbox);
  request->mutable_blacklisting()->set_reason(reason);
  *request->mutable_blacklisting()->mutable_from() = ToCivilDate(CivilDay(2025, 5, 1));
  if (until_day != 0) {
    *request->mutable_blacklisting()->mutable_until() = ToCivilDate(CivilDay(2025, 6, until_day));
  }
  return command;
}

// What holds of the records of the real world on a day, and all of them.
TEST_F(RegistryQueriesTest, AnEnterpriseIsShownWithWhatHoldsOnTheDay) {
  story_.Accept(Platform(), Blacklist("longest", 3, false));
  story_.Accept(Platform(), Blacklist("newest", 2, false));
  story_.Accept(Platform(), Blacklist("trial", 0, true));
  v1::Command listed;
  listed.mutable_set_listing()->set_request_id("listed");
  listed.mutable_set_listing()->set_uscc(StoryUscc(2));
  listed.mutable_set_listing()->set_kind(v1::LISTING_KIND_SERIOUS_DISHONESTY);
  listed.mutable_set_listing()->set_listed(true);
  *listed.mutable_set_listing()->mutable_from() = ToCivilDate(CivilDay(2025, 5, 1));
  *listed.mutable_set_listing()->mutable_until() = ToCivilDate(CivilDay(2025, 6, 1));
  story_.Accept(Platform(), listed);
  v1::GetEnterpriseRequest request;
  request.set_uscc(StoryUscc(2));
  const auto at = [&](int day) {
    v1::GetEnterpriseResponse response;
    EXPECT_TRUE(GetEnterprise(view(), request, {Platform(), &response},
                              StartOfDay(CivilDay(2025, 6, day), Zone::Shanghai()))
                    .ok());
    EXPECT_EQ(response.enterprise().records_size(), 4);
    return response.enterprise();
  };
  EXPECT_EQ(at(1).blacklisting().reason(), "longest");
  EXPECT_EQ(at(1).listings_size(), 1);
  EXPECT_EQ(at(2).listings_size(), 0);
  EXPECT_EQ(at(3).blacklisting().reason(), "longest");
  EXPECT_FALSE(at(4).has_blacklisting());
  EXPECT_EQ(at(4).records(2).blacklisting().reason(), "trial");
  EXPECT_TRUE(at(4).records(2).sandbox());
}

std::vector<std::string> Names(const v1::ListCatalogResponse& response) {
  std::vector<std::string> names;
  for (const v1::Product& product : response.products()) {
    names.push_back(product.provider_id() + "/" + product.product_id());
  }
  return names;
}

TEST_F(RegistryQueriesTest, TheCatalogIsPagedByProviderAndProduct) {
  story_.Accept(Platform(), PutProduct("acme", "db"));
  story_.Accept(Platform(), PutProduct("acme", "oss"));
  v1::ListCatalogRequest request;
  request.set_program_id("hubei-2025");
  request.set_page_size(1);
  std::vector<std::string> all;
  for (int page = 0; page < 4; ++page) {
    v1::ListCatalogResponse response;
    ASSERT_TRUE(ListCatalog(view(), request, {Platform(), &response}).ok());
    ASSERT_EQ(response.products_size(), 1) << page;
    all.push_back(Names(response).front());
    EXPECT_EQ(response.next_page_token().empty(), page == 3) << page;
    request.set_page_token(response.next_page_token());
  }
  EXPECT_EQ(all, (std::vector<std::string>{"acme/db", "acme/ecs", "acme/oss", "zeta/vm"}));
}

TEST_F(RegistryQueriesTest, TheCatalogOfOneProviderEndsWithIt) {
  v1::ListCatalogRequest request;
  request.set_program_id("hubei-2025");
  request.set_provider_id("acme");
  v1::ListCatalogResponse response;
  ASSERT_TRUE(ListCatalog(view(), request, {Platform(), &response}).ok());
  EXPECT_EQ(Names(response), (std::vector<std::string>{"acme/ecs"}));
  EXPECT_EQ(response.next_page_token(), "");
  request.set_provider_id("nobody");
  EXPECT_EQ(ListCatalog(view(), request, {Platform(), &response}).code(),
            absl::StatusCode::kNotFound);
}

TEST_F(RegistryQueriesTest, ProvidersComeByNumber) {
  v1::ListProvidersResponse response;
  ASSERT_TRUE(ListProviders(view(), {}, {Platform(), &response}).ok());
  ASSERT_EQ(response.providers_size(), 2);
  EXPECT_EQ(response.providers(0).provider_id(), "acme");
  EXPECT_EQ(response.providers(1).provider_id(), "zeta");
  EXPECT_EQ(response.providers(1).state(), v1::PROVIDER_STATE_ACTIVE);
}

TEST_F(RegistryQueriesTest, AnAccountIsReadByEitherName) {
  v1::GetCloudAccountRequest request;
  request.set_account_id(3);
  v1::GetCloudAccountResponse by_id;
  ASSERT_TRUE(GetCloudAccount(view(), request, {Platform(), &by_id}).ok());
  EXPECT_EQ(by_id.account().provider_id(), "zeta");
  EXPECT_EQ(by_id.account().uscc(), StoryUscc(0));
  request.clear_account_id();
  request.set_provider_id("zeta");
  request.set_account_number("z-1");
  v1::GetCloudAccountResponse by_number;
  ASSERT_TRUE(GetCloudAccount(view(), request, {Platform(), &by_number}).ok());
  EXPECT_EQ(by_number.account().account_id(), 3);
}

TEST_F(RegistryQueriesTest, AProviderSeesItsOwnAccountsOnly) {
  v1::GetCloudAccountRequest request;
  request.set_account_id(3);
  v1::GetCloudAccountResponse response;
  EXPECT_TRUE(GetCloudAccount(view(), request, {ProviderOf("zeta"), &response}).ok());
  EXPECT_EQ(GetCloudAccount(view(), request, {ProviderOf("acme"), &response}).code(),
            absl::StatusCode::kPermissionDenied);
  request.clear_account_id();
  request.set_provider_id("zeta");
  request.set_account_number("unknown");
  EXPECT_EQ(GetCloudAccount(view(), request, {ProviderOf("acme"), &response}).code(),
            absl::StatusCode::kPermissionDenied)
      << "whether it exists is not told either";
}

}  // namespace
}  // namespace voucher::query
