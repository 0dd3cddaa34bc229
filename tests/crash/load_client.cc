#include "tests/crash/load_client.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/base/status_macros.h"
#include "tests/support/sample_program.h"

namespace voucher::testing {
namespace {

constexpr const char* kStages[] = {"DISTRICT", "EXPERT", "AUDIT", "CITY", "PROVINCE"};
constexpr size_t kStageCount = std::size(kStages);
constexpr char kProvider[] = "provider-huaweicloud";
// Every client has its own numbers for invoices.
constexpr int64_t kNumbersPerClient = 1'000'000;

}  // namespace

void AcknowledgedLog::Add(Acknowledged acknowledged) {
  MutexLock lock(mutex_);
  rows_.push_back(std::move(acknowledged));
  grown_.NotifyAll();
}

size_t AcknowledgedLog::size() const {
  MutexLock lock(mutex_);
  return rows_.size();
}

std::vector<const Acknowledged*> AcknowledgedLog::Rows() const {
  MutexLock lock(mutex_);
  std::vector<const Acknowledged*> rows;
  for (const Acknowledged& row : rows_) rows.push_back(&row);
  return rows;
}

bool AcknowledgedLog::WaitForSize(size_t count, std::chrono::milliseconds timeout) const {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  MutexLock lock(mutex_);
  while (rows_.size() < count) {
    if (!grown_.WaitUntil(mutex_, deadline)) return rows_.size() >= count;
  }
  return true;
}

LoadClient::LoadClient(const Endpoint* endpoint, int index, uint64_t seed, AcknowledgedLog* log)
    : client_(endpoint, "platform"),
      index_(index),
      log_(log),
      random_(seed * 1'000 + static_cast<uint64_t>(index)) {}

int64_t LoadClient::Below(int64_t n) {
  return static_cast<int64_t>(random_() % static_cast<uint64_t>(n));
}

std::string LoadClient::NextId(const char* verb) {
  return absl::StrCat(verb, "-", index_, "-", ++next_number_);
}

absl::StatusOr<Answered> LoadClient::Do(const char* principal, v1::Command command) {
  Asked asked{principal, std::move(command)};
  VOUCHER_ASSIGN_OR_RETURN(Answered answered, Send(client_, asked));
  own_.push_back({asked, answered});
  log_->Add({std::move(asked), answered});
  return answered;
}

absl::Status LoadClient::Run(const std::atomic<bool>& stop) {
  while (!stop) VOUCHER_RETURN_IF_ERROR(Step());
  return absl::OkStatus();
}

absl::Status LoadClient::Step() {
  const int64_t dice = Below(100);
  if (dice < 15) return Submit();
  if (dice < 30 && !applications_.empty()) return ReviewOrApprove();
  if (dice < 32 && !applications_.empty()) return Withdraw();
  if (dice < 42 && !vouchers_.empty()) return OrderTransfer();
  if (dice < 50 && !transfers_.empty()) return AnswerTransfer();
  if (dice < 55 && !redemptions_.empty()) return Reverse();
  if (dice < 65 && !own_.empty()) return Repeat();
  if (dice < 75) return RedeemBatch();
  return Redeem();
}

absl::Status LoadClient::Submit() {
  v1::Command command;
  // Now and then an invoice is used a second time, and a spend rounds to nothing.
  const int64_t number = kNumbersPerClient * (index_ + 1) + ++next_number_;
  const int64_t spend_fen = Below(20) == 0 ? 1 + Below(4) : 1'000 + Below(500'000);
  *command.mutable_submit_application() = SampleApplication(index_, number, spend_fen);
  if (Below(20) == 0) {
    command.mutable_submit_application()->mutable_evidence()->mutable_invoices(0)->set_number(
        absl::StrCat("2542299999999999999", index_ % 10));
  }
  VOUCHER_ASSIGN_OR_RETURN(const Answered answered, Do("platform", std::move(command)));
  const auto& submitted = answered.event.application_submitted();
  if (answered.reason.empty()) applications_.push_back({submitted.application_id(), 0});
  return absl::OkStatus();
}

absl::Status LoadClient::ReviewOrApprove() {
  const size_t at = static_cast<size_t>(Below(static_cast<int64_t>(applications_.size())));
  Application& application = applications_[at];
  v1::Command command;
  if (application.stages_passed < kStageCount) {
    v1::ReviewApplicationRequest* review = command.mutable_review_application();
    review->set_request_id(NextId("review"));
    review->set_application_id(application.id);
    review->set_stage_id(kStages[application.stages_passed]);
    review->set_verdict(v1::REVIEW_VERDICT_PASS);
    VOUCHER_ASSIGN_OR_RETURN(const Answered answered, Do("reviewer", std::move(command)));
    if (!answered.reason.empty()) return absl::InternalError("review: " + answered.reason);
    ++application.stages_passed;
    return absl::OkStatus();
  }
  command.mutable_approve_application()->set_request_id(NextId("approve"));
  command.mutable_approve_application()->set_application_id(application.id);
  VOUCHER_ASSIGN_OR_RETURN(const Answered answered, Do("approver", std::move(command)));
  if (!answered.reason.empty()) return absl::InternalError("approval: " + answered.reason);
  const auto& approved = answered.event.application_approved();
  vouchers_.push_back({approved.voucher_id(), approved.approved_fen()});
  applications_.erase(applications_.begin() + static_cast<ptrdiff_t>(at));
  return absl::OkStatus();
}

absl::Status LoadClient::Withdraw() {
  v1::Command command;
  command.mutable_withdraw_application()->set_request_id(NextId("withdraw"));
  command.mutable_withdraw_application()->set_application_id(applications_.back().id);
  applications_.pop_back();
  return Do("platform", std::move(command)).status();
}

absl::Status LoadClient::OrderTransfer() {
  Voucher& voucher = vouchers_[static_cast<size_t>(Below(static_cast<int64_t>(vouchers_.size())))];
  v1::Command command;
  v1::OrderTransferRequest* order = command.mutable_order_transfer();
  order->set_request_id(NextId("transfer"));
  order->set_voucher_id(voucher.id);
  order->set_account_id(account_id_);
  // Sometimes more than is there, and sometimes as much as once before, which is meant.
  order->set_amount_fen(1 + Below(voucher.available_fen + 100));
  const int64_t amount_fen = order->amount_fen();
  uint64_t& newest = voucher.newest_orders[amount_fen];
  order->set_repeats(newest);
  VOUCHER_ASSIGN_OR_RETURN(const Answered answered, Do("issuer", std::move(command)));
  if (answered.reason.empty() != (amount_fen <= voucher.available_fen)) {
    return absl::InternalError(absl::StrCat("transfer of ", amount_fen, " from a voucher with ",
                                            voucher.available_fen, ": '", answered.reason, "'"));
  }
  if (!answered.reason.empty()) return absl::OkStatus();
  newest = answered.receipt.sequence();
  voucher.available_fen -= amount_fen;
  transfers_.push_back(answered.event.transfer_ordered().transfer_id());
  return absl::OkStatus();
}

absl::Status LoadClient::AnswerTransfer() {
  const uint64_t transfer_id = transfers_.back();
  transfers_.pop_back();
  v1::Command command;
  if (Below(5) == 0) {
    command.mutable_decline_transfer()->set_request_id(NextId("decline"));
    command.mutable_decline_transfer()->set_transfer_id(transfer_id);
    command.mutable_decline_transfer()->set_reason("account frozen");
    VOUCHER_RETURN_IF_ERROR(Do(kProvider, std::move(command)).status());
    // Which voucher got the money back does not matter here: forget them all.
    vouchers_.clear();
    return absl::OkStatus();
  }
  command.mutable_confirm_transfer()->set_request_id(NextId("confirm"));
  command.mutable_confirm_transfer()->set_transfer_id(transfer_id);
  command.mutable_confirm_transfer()->set_provider_reference("reference");
  VOUCHER_ASSIGN_OR_RETURN(const Answered answered, Do(kProvider, std::move(command)));
  return answered.reason.empty() ? absl::OkStatus()
                                 : absl::InternalError("confirmation: " + answered.reason);
}

v1::RedeemRequest LoadClient::NextOrder() {
  v1::RedeemRequest order = SampleOrder(account_id_, NextId("order"), 1 + Below(200));
  // Now and then an order number for the second time, which must never be booked twice.
  if (!last_order_number_.empty() && Below(10) == 0) order.set_order_number(last_order_number_);
  last_order_number_ = order.order_number();
  return order;
}

absl::Status LoadClient::Redeem() {
  v1::Command command;
  *command.mutable_redeem() = NextOrder();
  VOUCHER_ASSIGN_OR_RETURN(const Answered answered, Do(kProvider, std::move(command)));
  if (answered.reason.empty()) {
    redemptions_.push_back(answered.event.redeemed().redemption_id());
  }
  return absl::OkStatus();
}

absl::Status LoadClient::RedeemBatch() {
  std::vector<v1::Command> commands(static_cast<size_t>(1 + Below(24)));
  std::vector<const v1::Command*> orders;
  for (v1::Command& command : commands) {
    *command.mutable_redeem() = NextOrder();
    orders.push_back(&command);
  }
  VOUCHER_ASSIGN_OR_RETURN(const std::vector<Answered> answers,
                           SendRedemptions(client_, kProvider, orders));
  if (answers.size() != orders.size()) return absl::InternalError("answers are missing in a batch");
  for (size_t i = 0; i < answers.size(); ++i) {
    own_.push_back({{kProvider, commands[i]}, answers[i]});
    log_->Add(own_.back());
  }
  return absl::OkStatus();
}

absl::Status LoadClient::Reverse() {
  v1::Command command;
  v1::ReverseRedemptionRequest* reverse = command.mutable_reverse_redemption();
  reverse->set_request_id(NextId("reverse"));
  reverse->set_redemption_id(redemptions_.back());
  reverse->set_amount_fen(1 + Below(200));
  reverse->set_reason("cancelled");
  redemptions_.pop_back();
  return Do(kProvider, std::move(command)).status();
}

absl::Status LoadClient::Repeat() {
  const Acknowledged& first = own_[static_cast<size_t>(Below(static_cast<int64_t>(own_.size())))];
  VOUCHER_ASSIGN_OR_RETURN(const Answered again, Send(client_, first.asked));
  ++repeats_;
  if (again.Fingerprint() == first.answered.Fingerprint()) return absl::OkStatus();
  return absl::InternalError("a repeat was answered otherwise: " +
                             first.asked.command.ShortDebugString());
}

}  // namespace voucher::testing
