#include "tests/bench/request_source.h"

#include "tests/bench/identifiers.h"
#include "tests/support/sample_program.h"
#include "voucher/v1/application_service.pb.h"

namespace voucher::bench {
namespace {

constexpr char kRedeem[] = "/voucher.v1.CreditService/Redeem";
constexpr char kBatchRedeem[] = "/voucher.v1.CreditService/BatchRedeem";
constexpr char kStreamRedeem[] = "/voucher.v1.CreditService/StreamRedeem";
constexpr char kSubmit[] = "/voucher.v1.ApplicationService/SubmitApplication";
constexpr char kBatchSubmit[] = "/voucher.v1.ApplicationService/BatchSubmitApplications";
constexpr char kProvider[] = "provider-huaweicloud";
constexpr char kPlatform[] = "platform";

// Spend of which the item's 20 % are kGrantFen.
constexpr int64_t kSpendFen = kGrantFen * 5;

v1::SubmitApplicationRequest Application(const PreparedLedger& ledger, uint64_t number) {
  // The applicants follow the owners of the accounts.
  const int n = static_cast<int>(number % static_cast<uint64_t>(ledger.applicants));
  v1::SubmitApplicationRequest request = testing::SampleApplication(
      FirstApplicant(ledger.accounts) + n, static_cast<int64_t>(number), kSpendFen);
  SetId(Mixed(number), request.mutable_request_id());
  return request;
}

}  // namespace

RequestSource::RequestSource(const PreparedLedger& ledger)
    : ledger_(ledger),
      model_(testing::SampleOrder(1, "", 1)),
      next_order_(ledger.redemptions + 1),
      // Invoices below are those of the prepared ledger.
      next_application_(1'000'000'000) {}

int64_t RequestSource::Fill(Orders orders, v1::RedeemRequest* order) {
  const uint64_t number = next_order_++;
  const uint64_t random = Mixed(number);
  const auto accounts = static_cast<uint64_t>(ledger_.accounts);
  int64_t amount_fen = 100 + static_cast<int64_t>(random % 1'900);
  uint64_t account = kHotAccount + 1 + (random >> 16) % accounts;
  if (orders == Orders::kOfEach) account = kHotAccount + 1 + number % accounts;
  if (orders == Orders::kAllOnOne) {
    account = kHotAccount;
    amount_fen = 1;
  }
  SetId(random, order->mutable_request_id());
  SetOrderNumber(number, order->mutable_order_number());
  order->set_account_id(account);
  order->set_amount_fen(amount_fen);
  return amount_fen;
}

std::unique_ptr<RequestPool> RequestSource::Redeem(Orders orders, size_t requests) {
  auto pool = std::make_unique<RequestPool>(kRedeem, kProvider, 1);
  v1::RedeemRequest order = model_;
  for (size_t i = 0; i < requests; ++i) {
    const int64_t amount_fen = Fill(orders, &order);
    pool->Add(order, amount_fen);
  }
  return pool;
}

template <class Batch>
std::unique_ptr<RequestPool> RequestSource::Batches(Orders orders, size_t requests, int items,
                                                    const char* method) {
  auto pool = std::make_unique<RequestPool>(method, kProvider, items);
  Batch batch;
  for (int i = 0; i < items; ++i) *batch.add_redemptions() = model_;
  for (size_t n = 0; n < requests; ++n) {
    int64_t sum_fen = 0;
    for (v1::RedeemRequest& order : *batch.mutable_redemptions()) sum_fen += Fill(orders, &order);
    pool->Add(batch, sum_fen);
  }
  return pool;
}

std::unique_ptr<RequestPool> RequestSource::BatchRedeem(Orders orders, size_t requests, int items) {
  return Batches<v1::BatchRedeemRequest>(orders, requests, items, kBatchRedeem);
}

std::unique_ptr<RequestPool> RequestSource::StreamRedeem(Orders orders, size_t requests,
                                                         int items) {
  return Batches<v1::StreamRedeemRequest>(orders, requests, items, kStreamRedeem);
}

std::unique_ptr<RequestPool> RequestSource::Submit(size_t requests) {
  auto pool = std::make_unique<RequestPool>(kSubmit, kPlatform, 1);
  for (size_t i = 0; i < requests; ++i) {
    pool->Add(Application(ledger_, next_application_++), kGrantFen);
  }
  return pool;
}

std::unique_ptr<RequestPool> RequestSource::BatchSubmit(size_t requests, int items) {
  auto pool = std::make_unique<RequestPool>(kBatchSubmit, kPlatform, items);
  for (size_t n = 0; n < requests; ++n) {
    v1::BatchSubmitApplicationsRequest batch;
    for (int i = 0; i < items; ++i) {
      *batch.add_applications() = Application(ledger_, next_application_++);
    }
    pool->Add(batch, kGrantFen * items);
  }
  return pool;
}

}  // namespace voucher::bench
