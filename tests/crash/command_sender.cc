#include "tests/crash/command_sender.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace voucher::testing {
namespace {

using Applications = v1::ApplicationService::Stub;
using Credit = v1::CreditService::Stub;

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
      return ToAnswered(client.Call(&Credit::Redeem, c.redeem()), &v1::Event::mutable_redeemed);
    case v1::Command::kSubmitApplication:
      return ToAnswered(client.Call(&Applications::SubmitApplication, c.submit_application()),
                        &v1::Event::mutable_application_submitted);
    case v1::Command::kReviewApplication:
      return ToAnswered(client.Call(&Applications::ReviewApplication, c.review_application()),
                        &v1::Event::mutable_application_reviewed);
    case v1::Command::kApproveApplication:
      return ToAnswered(client.Call(&Applications::ApproveApplication, c.approve_application()),
                        &v1::Event::mutable_application_approved);
    case v1::Command::kWithdrawApplication:
      return ToAnswered(client.Call(&Applications::WithdrawApplication, c.withdraw_application()),
                        &v1::Event::mutable_application_withdrawn);
    case v1::Command::kOrderTransfer:
      return ToAnswered(client.Call(&Credit::OrderTransfer, c.order_transfer()),
                        &v1::Event::mutable_transfer_ordered);
    case v1::Command::kConfirmTransfer:
      return ToAnswered(client.Call(&Credit::ConfirmTransfer, c.confirm_transfer()),
                        &v1::Event::mutable_transfer_confirmed);
    case v1::Command::kDeclineTransfer:
      return ToAnswered(client.Call(&Credit::DeclineTransfer, c.decline_transfer()),
                        &v1::Event::mutable_transfer_declined);
    case v1::Command::kReverseRedemption:
      return ToAnswered(client.Call(&Credit::ReverseRedemption, c.reverse_redemption()),
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
  const auto reply = client.As(principal).Call(&Credit::BatchRedeem, request);
  if (!reply.ok()) return absl::InternalError(Describe(reply.status));
  return ToAnswers(reply.response.outcomes(), &v1::Event::mutable_redeemed);
}

absl::StatusOr<std::vector<Answered>> SendSubmissions(
    ApiClient& client, const std::string& principal,
    const std::vector<const v1::Command*>& applications) {
  v1::BatchSubmitApplicationsRequest request;
  for (const v1::Command* c : applications) *request.add_applications() = c->submit_application();
  const auto reply = client.As(principal).Call(&Applications::BatchSubmitApplications, request);
  if (!reply.ok()) return absl::InternalError(Describe(reply.status));
  return ToAnswers(reply.response.outcomes(), &v1::Event::mutable_application_submitted);
}

}  // namespace voucher::testing
