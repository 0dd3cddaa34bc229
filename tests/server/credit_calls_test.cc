// Unary calls about credit in an account.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "tests/server/credited_server.h"

namespace voucher::testing {
namespace {

class CreditCallsTest : public CreditedServer {};

TEST_F(CreditCallsTest, ABatchConfirmsTransfers) {
  const auto voucher = CarryToVoucher(&client, 0, 2, 100'000'00);
  ASSERT_TRUE(voucher.ok()) << voucher.status();
  v1::BatchConfirmTransfersRequest batch;
  for (const int64_t yuan : {4'000, 6'000}) {
    v1::OrderTransferRequest order;
    order.set_request_id(absl::StrCat("order-", yuan));
    order.set_voucher_id(*voucher);
    order.set_account_id(account);
    order.set_amount_fen(yuan * 100);
    const auto ordered = client.As("issuer").Call(kRpc<v1::OrderTransferResponse>, order);
    ASSERT_TRUE(ordered.ok()) << Describe(ordered.status);
    v1::ConfirmTransferRequest* confirm = batch.add_confirmations();
    confirm->set_request_id(absl::StrCat("batch-", yuan));
    confirm->set_transfer_id(ordered.response.event().transfer_id());
    confirm->set_provider_reference(absl::StrCat("ref-", yuan));
  }
  *batch.add_confirmations() = batch.confirmations(0);  // said twice: the same outcome
  *batch.add_confirmations() = batch.confirmations(0);
  batch.mutable_confirmations(3)->set_request_id("once more");
  client.As(absl::StrCat("provider-", kProviderId));
  const auto reply = client.Call(kRpc<v1::BatchConfirmTransfersResponse>, batch);
  ASSERT_TRUE(reply.ok()) << Describe(reply.status);
  ASSERT_EQ(reply.response.outcomes_size(), 4);
  const auto& outcomes = reply.response.outcomes();
  EXPECT_TRUE(outcomes[0].has_event());
  EXPECT_TRUE(outcomes[1].has_event());
  EXPECT_EQ(outcomes[2].SerializeAsString(), outcomes[0].SerializeAsString());
  EXPECT_EQ(outcomes[3].refusal().reason(), v1::REASON_ILLEGAL_STATE);
  v1::GetCreditRequest get;
  get.set_account_id(account);
  // 20,000 yuan of the first voucher and 10,000 of the second.
  EXPECT_EQ(client.Call(kRpc<v1::GetCreditResponse>, get).response.total_fen(), 30'000'00);
}

TEST_F(CreditCallsTest, RedemptionsAreReadBackFromTheirEntries) {
  ApiClient seller = running.Client(absl::StrCat("provider-", kProviderId));
  std::vector<uint64_t> ids;
  v1::ListRedemptionsRequest list;
  list.set_account_id(account);
  for (const char* order : {"o1", "o2", "o3"}) {
    const auto redeemed = seller.Call(kRpc<v1::RedeemResponse>, SampleOrder(account, order, 100));
    ASSERT_TRUE(redeemed.ok()) << Describe(redeemed.status);
    ids.push_back(redeemed.response.event().redemption_id());
    EXPECT_EQ(ids.back(), redeemed.response.receipt().sequence());
    list.set_min_sequence(ids.back());
  }
  // At once for a few, on the thread for long reads for many.
  for (const int page_size : {2, 0}) {
    list.set_page_size(page_size);
    const auto page = seller.Call(kRpc<v1::ListRedemptionsResponse>, list);
    ASSERT_TRUE(page.ok()) << Describe(page.status);
    ASSERT_EQ(page.response.redemptions_size(), page_size == 0 ? 3 : 2);
    EXPECT_EQ(page.response.redemptions(0).redemption_id(), ids[2]);
    EXPECT_EQ(page.response.redemptions(1).order_number(), "o2");
  }
  v1::GetRedemptionRequest get;
  get.set_redemption_id(ids[1]);
  const auto got = seller.Call(kRpc<v1::GetRedemptionResponse>, get);
  ASSERT_TRUE(got.ok()) << Describe(got.status);
  EXPECT_EQ(got.response.redemption().amount_fen(), 100);
  get.set_redemption_id(1);
  EXPECT_EQ(seller.Call(kRpc<v1::GetRedemptionResponse>, get).status.error_code(),
            grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace voucher::testing
