// Who asks cannot be forgotten: a query has nothing to fill in unless it says whose things it
// shows.
#include "ledger/query/scope.h"

#include <type_traits>

#include "gtest/gtest.h"

#include "voucher/v1/application_service.pb.h"
#include "voucher/v1/credit_service.pb.h"

namespace voucher::query {
namespace {

using Open = OpenAnswer<v1::GetNoticeResponse>;
using Provider = ProviderAnswer<v1::GetCreditResponse>;

// Nobody makes one but of a caller and a response, or hands on another's.
template <class Answer, class Response>
constexpr bool kIsHeld =
    !std::is_default_constructible_v<Answer> && !std::is_copy_constructible_v<Answer> &&
    !std::is_copy_assignable_v<Answer> && !std::is_constructible_v<Answer, Response*> &&
    std::is_constructible_v<Answer, const v1::Authority&, Response*>;
static_assert(kIsHeld<Open, v1::GetNoticeResponse>);
static_assert(kIsHeld<Provider, v1::GetCreditResponse>);

// It is no response, and none that a query of the other scope takes.
template <class Answer, class Response>
constexpr bool kHidesResponse =
    !std::is_convertible_v<Answer, Response*> && !std::is_convertible_v<Answer&, Response&>;
static_assert(kHidesResponse<Open, v1::GetNoticeResponse>);
static_assert(kHidesResponse<Provider, v1::GetCreditResponse>);
static_assert(!std::is_convertible_v<Provider, OpenAnswer<v1::GetCreditResponse>>);
static_assert(!std::is_convertible_v<Open, ProviderAnswer<v1::GetNoticeResponse>>);

v1::Authority With(v1::Role role, const std::string& provider_id = "") {
  v1::Authority who;
  who.add_roles(role);
  who.set_provider_id(provider_id);
  return who;
}

TEST(ScopeTest, AnOpenAnswerIsForEveryone) {
  v1::GetNoticeResponse response;
  EXPECT_EQ(Open(With(v1::ROLE_OBSERVER), &response).ForEveryone(), &response);
}

TEST(ScopeTest, AProviderSeesItsOwnAndOthersSeeAll) {
  v1::GetCreditResponse response;
  const v1::Authority acme = With(v1::ROLE_PROVIDER, "acme");
  const Provider own(acme, &response);
  EXPECT_EQ(own.own_provider_id(), "acme");
  EXPECT_EQ(own.AboutProvider("acme").value(), &response);
  for (const absl::Status& denied :
       {own.AboutProvider("zeta").status(), own.AboutProvider("").status(),
        own.AboutEveryProvider().status()}) {
    EXPECT_EQ(denied.code(), absl::StatusCode::kPermissionDenied);
  }
  const v1::Authority finance = With(v1::ROLE_FINANCE);
  const Provider all(finance, &response);
  EXPECT_EQ(all.AboutProvider("zeta").value(), &response);
  EXPECT_EQ(all.AboutEveryProvider().value(), &response);
}

}  // namespace
}  // namespace voucher::query
