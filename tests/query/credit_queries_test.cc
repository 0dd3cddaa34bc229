#include "ledger/query/credit_queries.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "ledger/base/civil.h"
#include "ledger/query/paging.h"
#include "ledger/validation/bad_field.h"
#include "tests/query/told_ledger.h"

namespace voucher::query {
namespace {

using ::voucher::testing::Platform;
using ::voucher::testing::ProviderOf;
using ::voucher::testing::StoryUscc;

class CreditQueriesTest : public ::voucher::testing::ToldLedger {};

TEST_F(CreditQueriesTest, AVoucherShowsWhereItsMoneyIs) {
  v1::GetVoucherRequest request;
  request.set_voucher_id(1);
  v1::GetVoucherResponse response;
  ASSERT_TRUE(GetVoucher(view(), request, {Platform(), &response}).ok());
  const v1::Voucher& voucher = response.voucher();
  EXPECT_EQ(voucher.application_id(), 1);
  EXPECT_EQ(voucher.uscc(), StoryUscc(0));
  EXPECT_EQ(voucher.approved_fen(), 20'000'00);
  EXPECT_EQ(voucher.available_fen(), 9'000'00);
  EXPECT_EQ(voucher.in_transit_fen(), 3'000'00);
  EXPECT_EQ(voucher.credit_fen(), 7'000'00);
  EXPECT_EQ(voucher.redeemed_fen(), 1'000'00);
  EXPECT_EQ(voucher.released_fen(), 0);
  EXPECT_EQ(voucher.item_id(), "resource");
  EXPECT_EQ(FormatRfc3339(*FromTimestamp(voucher.expires_at()), Zone::Shanghai()),
            "2026-01-01T00:00:00+08:00");
  EXPECT_EQ(response.as_of_sequence(), end());
}

TEST_F(CreditQueriesTest, VouchersAreListedByProgramOrEnterprise) {
  v1::ListVouchersRequest request;
  v1::ListVouchersResponse response;
  request.set_program_id("hubei-2025");
  ASSERT_TRUE(ListVouchers(view(), request, {Platform(), &response}).ok());
  EXPECT_EQ(response.vouchers_size(), 1);
  request.clear_program_id();
  request.set_uscc(StoryUscc(1));
  v1::ListVouchersResponse none;
  ASSERT_TRUE(ListVouchers(view(), request, {Platform(), &none}).ok());
  EXPECT_EQ(none.vouchers_size(), 0);
}

TEST_F(CreditQueriesTest, TransfersOfAProviderCanBeFilteredByState) {
  v1::ListTransfersRequest request;
  request.set_provider_id("acme");
  v1::ListTransfersResponse all;
  ASSERT_TRUE(ListTransfers(view(), request, {Platform(), &all}).ok());
  ASSERT_EQ(all.transfers_size(), 2);
  EXPECT_EQ(all.transfers(0).transfer_id(), 1);
  EXPECT_EQ(all.transfers(0).provider_reference(), "credited-1");
  EXPECT_EQ(all.transfers(1).transfer_id(), 3);
  EXPECT_EQ(all.transfers(1).decline_reason(), "account is frozen");
  request.set_state(v1::TRANSFER_STATE_DECLINED);
  v1::ListTransfersResponse declined;
  ASSERT_TRUE(ListTransfers(view(), request, {Platform(), &declined}).ok());
  ASSERT_EQ(declined.transfers_size(), 1);
  EXPECT_EQ(declined.transfers(0).transfer_id(), 3);
}

TEST_F(CreditQueriesTest, ATransferIsDueSoManyHoursAfterItsOrder) {
  v1::GetTransferRequest request;
  request.set_transfer_id(2);
  v1::GetTransferResponse response;
  ASSERT_TRUE(GetTransfer(view(), request, {ProviderOf("zeta"), &response}).ok());
  EXPECT_EQ(response.transfer().state(), v1::TRANSFER_STATE_ORDERED);
  const UnixNanos due = *FromTimestamp(response.transfer().answer_due_at());
  EXPECT_EQ(DayOf(due, Zone::Shanghai()), CivilDay(2025, 11, 4)) << "120 hours after October 30";
}

TEST_F(CreditQueriesTest, AProvidersFeedHasEveryChangeOfItsTransfersInLedgerOrder) {
  v1::WatchTransfersRequest request;
  v1::WatchTransfersResponse all;
  ASSERT_TRUE(WatchTransfers(view(), request, {ProviderOf("acme"), &all}).ok());
  std::vector<uint64_t> transfers;
  uint64_t last = 0;
  for (const v1::TransferChange& change : all.changes()) {
    transfers.push_back(change.transfer().transfer_id());
    EXPECT_GT(change.sequence(), last);
    last = change.sequence();
  }
  EXPECT_EQ(transfers, (std::vector<uint64_t>{1, 3, 1, 3})) << "ordered, then answered";
  EXPECT_EQ(all.changes(0).transfer().state(), v1::TRANSFER_STATE_CONFIRMED) << "as it stands now";
  EXPECT_EQ(all.next_sequence(), end() + 1);

  request.set_from_sequence(all.changes(2).sequence());
  v1::WatchTransfersResponse rest;
  ASSERT_TRUE(WatchTransfers(view(), request, {ProviderOf("acme"), &rest}).ok());
  EXPECT_EQ(rest.changes_size(), 2);
  request.set_from_sequence(all.next_sequence());
  v1::WatchTransfersResponse none;
  ASSERT_TRUE(WatchTransfers(view(), request, {ProviderOf("acme"), &none}).ok());
  EXPECT_EQ(none.changes_size(), 0);
  EXPECT_EQ(none.next_sequence(), end() + 1);
}

TEST_F(CreditQueriesTest, ATransferThatBecomesOverdueIsNewsForItsProvider) {
  v1::WatchTransfersRequest request;
  request.set_provider_id("zeta");
  request.set_from_sequence(end() + 1);
  story_.MoveTo("2025-11-05T10:00:00+08:00");
  story_.FireTimers();
  v1::WatchTransfersResponse response;
  ASSERT_TRUE(WatchTransfers(view(), request, {Platform(), &response}).ok());
  ASSERT_EQ(response.changes_size(), 1);
  EXPECT_EQ(response.changes(0).transfer().transfer_id(), 2);
  EXPECT_EQ(response.changes(0).transfer().state(), v1::TRANSFER_STATE_OVERDUE);
}

TEST_F(CreditQueriesTest, AMessageOfTheFeedEndsBetweenEntries) {
  // 4 changes as told, 600 orders, and one entry that confirms all 600.
  v1::Command reconcile;
  v1::ReconcileTransfersRequest* statement = reconcile.mutable_reconcile_transfers();
  statement->set_request_id("statement");
  statement->set_provider_id("acme");
  statement->set_confirm_silent(true);
  for (int i = 0; i < 600; ++i) {
    v1::Command order = testing::OrderTransfer(1, 1, 100);
    order.mutable_order_transfer()->set_request_id("order-" + std::to_string(i));
    order.mutable_order_transfer()->set_reference("order-" + std::to_string(i));
    const v1::Entry entry = story_.Accept(testing::Issuer(), order);
    v1::StatementLineOfTransfer* line = statement->add_lines();
    line->set_transfer_id(entry.event().transfer_ordered().transfer_id());
    line->set_amount_fen(100);
    line->set_provider_reference("credited");
  }
  const v1::Entry confirmed = story_.Accept(testing::Finance(), reconcile);
  ASSERT_EQ(confirmed.event().transfers_reconciled().confirmed(), 600u);

  v1::WatchTransfersRequest request;
  v1::WatchTransfersResponse first;
  ASSERT_TRUE(WatchTransfers(view(), request, {ProviderOf("acme"), &first}).ok());
  EXPECT_EQ(first.changes_size(), 604);
  EXPECT_EQ(first.next_sequence(), confirmed.sequence());
  request.set_from_sequence(first.next_sequence());
  v1::WatchTransfersResponse second;
  ASSERT_TRUE(WatchTransfers(view(), request, {ProviderOf("acme"), &second}).ok());
  EXPECT_EQ(second.changes_size(), 600);
  EXPECT_EQ(second.changes(0).sequence(), confirmed.sequence());
  EXPECT_EQ(second.next_sequence(), confirmed.sequence() + 1);
}

TEST_F(CreditQueriesTest, ARedemptionIsReadByNumberOrByOrder) {
  v1::GetRedemptionRequest request;
  request.set_redemption_id(story_.redemption(2));
  v1::GetRedemptionResponse by_id;
  ASSERT_TRUE(GetRedemption(view(), request, {Platform(), &by_id}, Entries()).ok());
  EXPECT_EQ(by_id.redemption().amount_fen(), 700'00);
  EXPECT_EQ(by_id.redemption().reversed_fen(), 200'00);
  EXPECT_EQ(by_id.redemption().state(), v1::REDEMPTION_STATE_PARTLY_REVERSED);
  for (const uint64_t other : {uint64_t{1}, end(), end() + 1}) {
    request.set_redemption_id(other);
    v1::GetRedemptionResponse none;
    EXPECT_EQ(GetRedemption(view(), request, {Platform(), &none}, Entries()).code(),
              absl::StatusCode::kNotFound)
        << other;
  }
  request.clear_redemption_id();
  request.set_provider_id("acme");
  request.set_order_number("o-2");
  v1::GetRedemptionResponse by_order;
  ASSERT_TRUE(GetRedemption(view(), request, {Platform(), &by_order}, Entries()).ok());
  EXPECT_EQ(by_order.redemption().SerializeAsString(), by_id.redemption().SerializeAsString());
  request.set_order_number("o-9");
  EXPECT_EQ(GetRedemption(view(), request, {Platform(), &by_order}, Entries()).code(),
            absl::StatusCode::kNotFound);
}

TEST_F(CreditQueriesTest, CreditOfAnAccountIsListedByLot) {
  v1::GetCreditRequest request;
  request.set_account_id(1);
  v1::GetCreditResponse response;
  ASSERT_TRUE(GetCredit(view(), request, {ProviderOf("acme"), &response}).ok());
  ASSERT_EQ(response.lots_size(), 1);
  EXPECT_EQ(response.lots(0).voucher_id(), 1);
  EXPECT_EQ(response.lots(0).program_id(), "hubei-2025");
  EXPECT_EQ(response.total_fen(), 7'000'00);
  request.set_program_id("hubei-2026");
  EXPECT_EQ(GetCredit(view(), request, {ProviderOf("acme"), &response}).code(),
            absl::StatusCode::kNotFound);
}

TEST_F(CreditQueriesTest, AProviderSeesNothingOfAnother) {
  const v1::Authority zeta = ProviderOf("zeta");
  constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
  v1::WatchTransfersRequest feed;
  feed.set_provider_id("acme");
  v1::WatchTransfersResponse feed_response;
  EXPECT_EQ(WatchTransfers(view(), feed, {zeta, &feed_response}).code(), kDenied);
  v1::GetTransferRequest transfer;
  transfer.set_transfer_id(1);
  v1::GetTransferResponse transfer_response;
  EXPECT_EQ(GetTransfer(view(), transfer, {zeta, &transfer_response}).code(), kDenied);
  v1::ListTransfersRequest transfers;
  transfers.set_provider_id("acme");
  v1::ListTransfersResponse transfers_response;
  EXPECT_EQ(ListTransfers(view(), transfers, {zeta, &transfers_response}).code(), kDenied);
  v1::GetRedemptionRequest redemption;
  redemption.set_redemption_id(story_.redemption(1));
  v1::GetRedemptionResponse redemption_response;
  EXPECT_EQ(GetRedemption(view(), redemption, {zeta, &redemption_response}, Entries()).code(),
            kDenied);
  v1::ListRedemptionsRequest redemptions;
  redemptions.set_account_id(1);
  v1::ListRedemptionsResponse redemptions_response;
  EXPECT_EQ(ListRedemptions(view(), redemptions, {zeta, &redemptions_response}, Entries()).code(),
            kDenied);
  v1::GetCreditRequest credit;
  credit.set_account_id(1);
  v1::GetCreditResponse credit_response;
  EXPECT_EQ(GetCredit(view(), credit, {zeta, &credit_response}).code(), kDenied);
}

TEST_F(CreditQueriesTest, RedemptionsOfAnAccountComeNewestFirst) {
  v1::ListRedemptionsRequest request;
  request.set_account_id(1);
  request.set_page_size(1);
  v1::ListRedemptionsResponse first;
  ASSERT_TRUE(ListRedemptions(view(), request, {ProviderOf("acme"), &first}, Entries()).ok());
  ASSERT_EQ(first.redemptions_size(), 1);
  EXPECT_EQ(first.redemptions(0).redemption_id(), story_.redemption(2));
  request.set_page_token(first.next_page_token());
  v1::ListRedemptionsResponse second;
  ASSERT_TRUE(ListRedemptions(view(), request, {ProviderOf("acme"), &second}, Entries()).ok());
  ASSERT_EQ(second.redemptions_size(), 1);
  EXPECT_EQ(second.redemptions(0).redemption_id(), story_.redemption(1));
  EXPECT_EQ(second.next_page_token(), "");
}

// Views that do not belong to the journal are shown read-only; their numbers name anything there.
TEST_F(CreditQueriesTest, AnEntryThatIsNotTheRedemptionThatTheViewsNameIsDataLoss) {
  const EntryReader others = [this](uint64_t, uint64_t, auto visit) {
    v1::Entry entry;
    EXPECT_TRUE(entry.ParseFromString(story_.stored().at(story_.redemption(1) - 1)));
    entry.set_sequence(story_.redemption(2));
    entry.mutable_command()->mutable_redeem()->set_account_id(2);
    visit(entry.sequence(), entry.SerializeAsString());
    return absl::OkStatus();
  };
  v1::ListRedemptionsRequest list;
  list.set_account_id(1);
  v1::ListRedemptionsResponse listed;
  EXPECT_TRUE(absl::IsDataLoss(ListRedemptions(view(), list, {Platform(), &listed}, others)));
  v1::GetRedemptionRequest get;
  get.set_provider_id("acme");
  get.set_order_number("o-2");
  v1::GetRedemptionResponse got;
  EXPECT_TRUE(absl::IsDataLoss(GetRedemption(view(), get, {Platform(), &got}, others)));
}

// Whoever makes a token of their own does not see the redemptions of another account, nor stop the
// server.
TEST_F(CreditQueriesTest, ATokenThatNamesNoRedemptionOfTheAccountIsRefused) {
  v1::ListRedemptionsRequest request;
  request.set_account_id(2);
  const std::string filters = FiltersOf(request);
  // A redemption of another account, an entry that is none, none.
  for (const uint64_t position : {story_.redemption(1), uint64_t{1}, uint64_t{1'000}}) {
    request.set_page_token(MakeNumberToken(filters, position));
    v1::ListRedemptionsResponse response;
    const absl::Status status =
        ListRedemptions(view(), request, {Platform(), &response}, Entries());
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << position;
    EXPECT_EQ(BadFieldsOf(status).at(0).field, "page_token");
  }
}

}  // namespace
}  // namespace voucher::query
