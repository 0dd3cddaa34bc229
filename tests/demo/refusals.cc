// What the ledger refuses, shown one by one.
#include <optional>

#include "absl/strings/str_cat.h"

#include "ledger/base/civil.h"
#include "ledger/base/status_macros.h"
#include "tests/demo/world.h"

namespace voucher::demo {
namespace {

using testing::ApiClient;
using testing::kRpc;
using testing::Reply;

// Tries one thing after the other that must be refused.
class Attempts {
 public:
  explicit Attempts(World* world) : world_(world), client_(world->Client("platform")) {}

  template <class Request, class Response>
  absl::Status Try(absl::string_view attempt, absl::string_view expected_reason,
                   absl::string_view verb, absl::string_view principal,
                   testing::UnaryRpc<Response> rpc, const Request& request) {
    const auto reply = client_.As(principal).Call(rpc, request);
    VOUCHER_RETURN_IF_ERROR(world_->recorder.Note(verb, request.request_id(), reply));
    world_->shown_refusals.push_back({std::string(attempt), std::string(expected_reason),
                                      reply.reason(), reply.status.error_message()});
    world_->Expect(
        reply.reason() == expected_reason,
        absl::StrCat(attempt, ": got '", reply.reason(), "', must be ", expected_reason));
    world_->progress.Add();
    return absl::OkStatus();
  }

  ApiClient& client() { return client_; }

 private:
  World* world_;
  ApiClient client_;
};

// What the attempts are made with.
struct Props {
  const Account* rich = nullptr;       // an account with credit and redeemed orders
  const Account* elsewhere = nullptr;  // another enterprise's, at another provider
  const Case* idle_voucher = nullptr;  // a voucher whose credit was declined
  const Account* foreign = nullptr;    // an account of another enterprise than its owner
  std::string product;                 // in force at rich's provider
  std::string withdrawn_product;       // taken out of the catalog before the usage
};

absl::StatusOr<Props> FindProps(World* world) {
  Props props;
  for (const Order& order : world->orders) {
    const Account& account = world->accounts[order.account];
    if (account.credit_fen < 1'000) continue;
    if (props.rich == nullptr) props.rich = &account;
    if (account.provider_id != props.rich->provider_id && account.uscc != props.rich->uscc) {
      props.elsewhere = &account;
      break;
    }
  }
  for (const Case& c : world->cases) {
    if (c.declined_fen != 0 && c.confirmed_fen == 0) props.idle_voucher = &c;
  }
  if (props.elsewhere == nullptr || props.idle_voucher == nullptr) {
    return absl::InternalError("the run left nothing to try refusals with");
  }
  props.foreign =
      props.rich->uscc == props.idle_voucher->request->uscc() ? props.elsewhere : props.rich;
  for (const auto& request : world->input.products) {
    const v1::Product& product = request.product();
    if (product.provider_id() != props.rich->provider_id || product.has_effective_until()) continue;
    std::string& name = props.product.empty() ? props.product : props.withdrawn_product;
    name = product.product_id();
  }
  if (props.withdrawn_product.empty()) return absl::InternalError("too few products");
  return props;
}

v1::RedeemRequest OrderOf(const World& world, const Props& props, absl::string_view name) {
  v1::RedeemRequest request;
  request.set_request_id(absl::StrCat("try-", name));
  request.set_program_id(world.input.rules.program_id());
  request.set_account_id(props.rich->account_id);
  request.set_product_id(props.product);
  request.set_order_number(absl::StrCat("TRY-", name));
  *request.mutable_usage_ended_at() =
      ToTimestamp(ParseRfc3339("2025-11-25T00:00:00+08:00").value());
  request.set_amount_fen(1'00);
  return request;
}

absl::Status TryTransfers(World* world, const Props& props, Attempts* attempts) {
  v1::OrderTransferRequest transfer;
  transfer.set_request_id("try-foreign-account");
  transfer.set_voucher_id(props.idle_voucher->voucher_id);
  transfer.set_account_id(props.foreign->account_id);
  transfer.set_amount_fen(1'00);
  VOUCHER_RETURN_IF_ERROR(attempts->Try("transfer of voucher credit to a foreign account",
                                        "ACCOUNT_NOT_OWNED", "OrderTransfer", "issuer",
                                        kRpc<v1::OrderTransferResponse>, transfer));
  transfer.set_request_id("try-too-much");
  transfer.set_account_id(world->accounts[props.idle_voucher->account].account_id);
  transfer.set_amount_fen(props.idle_voucher->approved_fen + 1);
  VOUCHER_RETURN_IF_ERROR(attempts->Try("transfer of more than the voucher holds",
                                        "INSUFFICIENT_CREDIT", "OrderTransfer", "issuer",
                                        kRpc<v1::OrderTransferResponse>, transfer));
  v1::BindCloudAccountRequest bind;
  bind.set_request_id("try-bind");
  bind.set_provider_id(props.rich->provider_id);
  bind.set_account_number("hw" + props.rich->uscc);
  bind.set_uscc(props.elsewhere->uscc);
  return attempts->Try("handing a bound account to another enterprise", "NON_TRANSFERABLE",
                       "BindCloudAccount", "platform", kRpc<v1::BindCloudAccountResponse>, bind);
}

absl::Status TryOrders(World* world, const Props& props, Attempts* attempts) {
  const std::string provider = "provider-" + props.rich->provider_id;
  const auto redeem = [&](absl::string_view attempt, absl::string_view reason,
                          absl::string_view principal, const v1::RedeemRequest& request) {
    return attempts->Try(attempt, reason, "Redeem", principal, kRpc<v1::RedeemResponse>, request);
  };
  v1::RedeemRequest order = OrderOf(*world, props, "for-another");
  order.set_uscc(props.elsewhere->uscc);
  VOUCHER_RETURN_IF_ERROR(
      redeem("an order for another enterprise", "NON_TRANSFERABLE", provider, order));

  order = OrderOf(*world, props, "foreign-provider");
  VOUCHER_RETURN_IF_ERROR(redeem("an order by another provider", "PERMISSION_DENIED",
                                 "provider-" + props.elsewhere->provider_id, order));

  order = OrderOf(*world, props, "unknown-product");
  order.set_product_id("coffee-machine");
  VOUCHER_RETURN_IF_ERROR(
      redeem("a product that is not in the catalog", "PRODUCT_NOT_FOUND", provider, order));

  order = OrderOf(*world, props, "withdrawn-product");
  order.set_product_id(props.withdrawn_product);
  VOUCHER_RETURN_IF_ERROR(
      redeem("a product withdrawn before the usage", "PRODUCT_NOT_APPROVED", provider, order));

  order = OrderOf(*world, props, "too-much");
  order.set_amount_fen(props.rich->credit_fen + 1);
  VOUCHER_RETURN_IF_ERROR(
      redeem("more than the account holds", "INSUFFICIENT_CREDIT", provider, order));

  order = OrderOf(*world, props, "double-order");
  order.set_order_number(absl::StrCat("CO", props.rich->account_id, "-0"));
  VOUCHER_RETURN_IF_ERROR(
      redeem("an order number for the second time", "ORDER_ALREADY_REDEEMED", provider, order));

  order = OrderOf(*world, props, "double-order");
  return redeem("a request_id for another request", "REQUEST_ID_REUSED", provider, order);
}

absl::Status TryOutOfTurn(World* world, const Props& props, Attempts* attempts) {
  const Order& order = world->orders.back();
  v1::ReverseRedemptionRequest reverse;
  reverse.set_request_id("try-reverse");
  reverse.set_redemption_id(order.redemption_id);
  reverse.set_amount_fen(order.amount_fen + 1);
  reverse.set_reason("too much");
  VOUCHER_RETURN_IF_ERROR(attempts->Try("a reversal of more than was redeemed", "NOT_REVERSIBLE",
                                        "ReverseRedemption",
                                        "provider-" + world->accounts[order.account].provider_id,
                                        kRpc<v1::ReverseRedemptionResponse>, reverse));
  v1::ApproveApplicationRequest approve;
  approve.set_request_id("try-approve-twice");
  approve.set_application_id(props.idle_voucher->application_id);
  return attempts->Try("approval of what is approved already", "ILLEGAL_STATE",
                       "ApproveApplication", "approver", kRpc<v1::ApproveApplicationResponse>,
                       approve);
}

}  // namespace

absl::Status ShowRefusals(World* world) {
  world->progress.Begin("refusals", 0, "attempts");
  VOUCHER_ASSIGN_OR_RETURN(const Props props, FindProps(world));
  Attempts attempts(world);
  v1::WithdrawProductRequest withdraw;
  withdraw.set_request_id("withdraw-product");
  withdraw.set_program_id(world->input.rules.program_id());
  withdraw.set_provider_id(props.rich->provider_id);
  withdraw.set_product_id(props.withdrawn_product);
  *withdraw.mutable_last_day() = ToCivilDate(CivilDay(2025, 11, 20));
  VOUCHER_RETURN_IF_ERROR(world->recorder.NoteAccepted(
      "WithdrawProduct", "withdraw-product",
      attempts.client().As("platform").Call(kRpc<v1::WithdrawProductResponse>, withdraw)));
  VOUCHER_RETURN_IF_ERROR(TryTransfers(world, props, &attempts));
  VOUCHER_RETURN_IF_ERROR(TryOrders(world, props, &attempts));
  VOUCHER_RETURN_IF_ERROR(TryOutOfTurn(world, props, &attempts));
  world->progress.End("each for its own reason, listed below");
  return absl::OkStatus();
}

}  // namespace voucher::demo
