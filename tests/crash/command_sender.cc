#include "tests/crash/command_sender.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace voucher::testing {
namespace {

template <class Response, class KindEvent>
absl::StatusOr<Answered> ToAnswered(const Reply<Response>& reply,
                                    KindEvent* (v1::Event::*mutable_kind)()) {
  if (!reply.recorded()) return absl::InternalError(Describe(reply.status));
  Answered answered;
  answered.receipt = reply.receipt();
  answered.reason = reply.reason();
  if (reply.ok()) *(answered.event.*mutable_kind)() = reply.response.event();
  return answered;
}

template <class Outcome, class KindEvent>
std::vector<Answered> ToAnswers(const google::protobuf::RepeatedPtrField<Outcome>& outcomes,
                                KindEvent* (v1::Event::*mutable_kind)()) {
  std::vector<Answered> answers;
  for (const Outcome& outcome : outcomes) {
    Answered answered;
    answered.receipt = outcome.receipt();
    if (outcome.has_event()) {
      *(answered.event.*mutable_kind)() = outcome.event();
    } else {
      const std::string& name = v1::Reason_Name(outcome.refusal().reason());
      answered.reason = std::string(absl::StripPrefix(absl::string_view(name), "REASON_"));
    }
    answers.push_back(std::move(answered));
  }
  return answers;
}

}  // namespace

std::string Answered::Fingerprint() const {
  return absl::StrCat(receipt.SerializeAsString(), "|", event.SerializeAsString(), "|", reason);
}

absl::StatusOr<Answered> Send(ApiClient& client, const Asked& asked) {
  client.As(asked.principal);
  const v1::Command& c = asked.command;
  switch (c.verb_case()) {
    case v1::Command::kRedeem:
      return ToAnswered(client.Call(kRpc<v1::RedeemResponse>, c.redeem()),
                        &v1::Event::mutable_redeemed);
    case v1::Command::kSubmitApplication:
      return ToAnswered(client.Call(kRpc<v1::SubmitApplicationResponse>, c.submit_application()),
                        &v1::Event::mutable_application_submitted);
    case v1::Command::kReviewApplication:
      return ToAnswered(client.Call(kRpc<v1::ReviewApplicationResponse>, c.review_application()),
                        &v1::Event::mutable_application_reviewed);
    case v1::Command::kApproveApplication:
      return ToAnswered(client.Call(kRpc<v1::ApproveApplicationResponse>, c.approve_application()),
                        &v1::Event::mutable_application_approved);
    case v1::Command::kWithdrawApplication:
      return ToAnswered(
          client.Call(kRpc<v1::WithdrawApplicationResponse>, c.withdraw_application()),
          &v1::Event::mutable_application_withdrawn);
    case v1::Command::kOrderTransfer:
      return ToAnswered(client.Call(kRpc<v1::OrderTransferResponse>, c.order_transfer()),
                        &v1::Event::mutable_transfer_ordered);
    case v1::Command::kConfirmTransfer:
      return ToAnswered(client.Call(kRpc<v1::ConfirmTransferResponse>, c.confirm_transfer()),
                        &v1::Event::mutable_transfer_confirmed);
    case v1::Command::kDeclineTransfer:
      return ToAnswered(client.Call(kRpc<v1::DeclineTransferResponse>, c.decline_transfer()),
                        &v1::Event::mutable_transfer_declined);
    case v1::Command::kReverseRedemption:
      return ToAnswered(client.Call(kRpc<v1::ReverseRedemptionResponse>, c.reverse_redemption()),
                        &v1::Event::mutable_redemption_reversed);
    default:
      return absl::UnimplementedError("no such verb in this test");
  }
}

absl::StatusOr<std::vector<Answered>> SendRedemptions(
    ApiClient& client, const std::string& principal,
    const std::vector<const v1::Command*>& orders) {
  v1::BatchRedeemRequest request;
  for (const v1::Command* order : orders) *request.add_redemptions() = order->redeem();
  const auto reply = client.As(principal).Call(kRpc<v1::BatchRedeemResponse>, request);
  if (!reply.ok()) return absl::InternalError(Describe(reply.status));
  return ToAnswers(reply.response.outcomes(), &v1::Event::mutable_redeemed);
}

absl::StatusOr<std::vector<Answered>> SendSubmissions(
    ApiClient& client, const std::string& principal,
    const std::vector<const v1::Command*>& applications) {
  v1::BatchSubmitApplicationsRequest request;
  for (const v1::Command* c : applications) *request.add_applications() = c->submit_application();
  const auto reply = client.As(principal).Call(kRpc<v1::BatchSubmitApplicationsResponse>, request);
  if (!reply.ok()) return absl::InternalError(Describe(reply.status));
  return ToAnswers(reply.response.outcomes(), &v1::Event::mutable_application_submitted);
}

}  // namespace voucher::testing
