// From review to credit in the cloud accounts.
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/base/money.h"
#include "ledger/base/status_macros.h"
#include "tests/demo/world.h"

namespace voucher::demo {
namespace {

using testing::ApiClient;
using testing::kRpc;

// What the reviewers and providers of the demonstration do, by application, so that every run does
// the same: rejected by the district or the auditor, approved in part, left on the list.
bool RejectedAt(uint64_t application_id, size_t stage) {
  return (stage == 0 && application_id % 60 == 17) || (stage == 2 && application_id % 90 == 41);
}
bool ApprovedInPart(uint64_t application_id) {
  return application_id % 40 == 7;
}
bool LeftOnTheList(uint64_t application_id) {
  return application_id % 300 == 9;
}
bool Declined(uint64_t application_id) {
  return application_id % 50 == 3;
}
bool OrderedAgain(uint64_t application_id) {
  return application_id % 100 == 3;
}
bool Unanswered(uint64_t application_id) {
  return application_id % 350 == 5;
}

// Cases under review or beyond.
std::vector<Case*> Standing(World* world) {
  std::vector<Case*> standing;
  for (Case& c : world->cases) {
    if (c.application_id != 0 && !c.withdrawn && !c.rejected) standing.push_back(&c);
  }
  return standing;
}

absl::Status ReviewCase(World* world, ApiClient& client, Case* c) {
  const auto& stages = world->input.rules.review_stages();
  for (int stage = 0; stage < stages.size(); ++stage) {
    const bool reject = RejectedAt(c->application_id, static_cast<size_t>(stage));
    v1::ReviewApplicationRequest request;
    request.set_request_id(absl::StrCat("review-", c->application_id, "-", stage));
    request.set_application_id(c->application_id);
    request.set_stage_id(stages[stage].stage_id());
    request.set_verdict(reject ? v1::REVIEW_VERDICT_REJECT : v1::REVIEW_VERDICT_PASS);
    request.set_opinion(reject ? "材料不符 the contract does not match the invoice" : "同意推荐");
    const auto reply = client.As("reviewer").Call(kRpc<v1::ReviewApplicationResponse>, request);
    VOUCHER_RETURN_IF_ERROR(
        world->recorder.NoteAccepted("ReviewApplication", request.request_id(), reply));
    world->progress.Add();
    if (!reject) continue;
    c->rejected = true;
    c->released_fen = reply.response.event().released_fen();
    return absl::OkStatus();
  }
  c->listed = true;
  return absl::OkStatus();
}

absl::Status ApproveCase(World* world, ApiClient& client, Case* c) {
  v1::ApproveApplicationRequest request;
  request.set_request_id(absl::StrCat("approve-", c->application_id));
  request.set_application_id(c->application_id);
  if (ApprovedInPart(c->application_id)) request.set_approved_fen((c->granted_fen * 9 + 9) / 10);
  const auto reply = client.As("approver").Call(kRpc<v1::ApproveApplicationResponse>, request);
  VOUCHER_RETURN_IF_ERROR(
      world->recorder.NoteAccepted("ApproveApplication", request.request_id(), reply));
  c->approved_fen = reply.response.event().approved_fen();
  c->released_fen = reply.response.event().released_fen();
  c->voucher_id = reply.response.event().voucher_id();
  c->listed = false;
  world->progress.Add();
  return absl::OkStatus();
}

// One account per enterprise and provider: an enterprise's at the provider of the first product
// that the application picked.
void AssignAccounts(World* world, const std::vector<Case*>& cases) {
  std::map<std::pair<std::string, std::string>, size_t> known;
  for (Case* c : cases) {
    const std::string& provider_id = c->request->products(0).provider_id();
    const auto [at, is_new] =
        known.try_emplace({provider_id, c->request->uscc()}, world->accounts.size());
    if (is_new) world->accounts.push_back({provider_id, c->request->uscc(), 0, 0});
    c->account = at->second;
  }
}

absl::Status BindAccount(World* world, ApiClient& client, size_t index) {
  Account& account = world->accounts[index];
  v1::BindCloudAccountRequest request;
  request.set_request_id(absl::StrCat("bind-", account.provider_id, "-", account.uscc));
  request.set_provider_id(account.provider_id);
  request.set_account_number(absl::StrCat("hw", account.uscc));
  request.set_uscc(account.uscc);
  const auto reply = client.As("platform").Call(kRpc<v1::BindCloudAccountResponse>, request);
  VOUCHER_RETURN_IF_ERROR(
      world->recorder.NoteAccepted("BindCloudAccount", request.request_id(), reply));
  account.account_id = reply.response.event().account_id();
  world->progress.Add();
  return absl::OkStatus();
}

absl::Status OrderOnce(World* world, ApiClient& client, Case* c, int attempt, bool decline) {
  const Account& account = world->accounts[c->account];
  const std::string suffix = absl::StrCat(c->voucher_id, "-", attempt);
  v1::OrderTransferRequest order;
  order.set_request_id("transfer-" + suffix);
  order.set_voucher_id(c->voucher_id);
  order.set_account_id(account.account_id);
  order.set_amount_fen(c->approved_fen);
  const auto ordered = client.As("issuer").Call(kRpc<v1::OrderTransferResponse>, order);
  VOUCHER_RETURN_IF_ERROR(
      world->recorder.NoteAccepted("OrderTransfer", order.request_id(), ordered));
  c->ordered_fen += order.amount_fen();
  world->progress.Add();
  if (Unanswered(c->application_id)) return absl::OkStatus();

  const uint64_t transfer_id = ordered.response.event().transfer_id();
  client.As("provider-" + account.provider_id);
  if (decline) {
    v1::DeclineTransferRequest request;
    request.set_request_id("decline-" + suffix);
    request.set_transfer_id(transfer_id);
    request.set_reason("账号冻结 account frozen");
    const auto reply = client.Call(kRpc<v1::DeclineTransferResponse>, request);
    c->declined_fen += reply.response.event().returned_fen();
    return world->recorder.NoteAccepted("DeclineTransfer", request.request_id(), reply);
  }
  v1::ConfirmTransferRequest request;
  request.set_request_id("confirm-" + suffix);
  request.set_transfer_id(transfer_id);
  request.set_provider_reference("ref-" + suffix);
  const auto reply = client.Call(kRpc<v1::ConfirmTransferResponse>, request);
  c->confirmed_fen += reply.response.event().credited_fen();
  return world->recorder.NoteAccepted("ConfirmTransfer", request.request_id(), reply);
}

absl::Status TransferCase(World* world, ApiClient& client, Case* c) {
  const bool decline = Declined(c->application_id);
  VOUCHER_RETURN_IF_ERROR(OrderOnce(world, client, c, 1, decline));
  if (!decline || !OrderedAgain(c->application_id)) return absl::OkStatus();
  return OrderOnce(world, client, c, 2, /*decline=*/false);
}

}  // namespace

absl::Status ReviewAll(World* world) {
  VOUCHER_RETURN_IF_ERROR(world->clock.MoveTo("2025-11-03T09:00:00+08:00"));
  world->clock.Run();
  const std::vector<Case*> cases = Standing(world);
  world->progress.Begin("review chain", 0, "reviews");
  VOUCHER_RETURN_IF_ERROR(world->fleet.ForEach(cases.size(), [&](ApiClient& client, size_t i) {
    return ReviewCase(world, client, cases[i]);
  }));
  int64_t rejected = 0;
  for (const Case* c : cases) {
    if (!c->rejected) continue;
    ++rejected;
    world->ExpectEqual(c->released_fen, c->granted_fen, "released by a rejection");
    world->expectations.Release(*c->request, c->released_fen, /*all=*/true);
  }
  world->progress.End(absl::StrCat(world->input.rules.review_stages_size(), " stages, ",
                                   WithSeparators(rejected), " rejected"));
  return absl::OkStatus();
}

absl::Status ApproveAll(World* world) {
  world->clock.Pause();
  VOUCHER_RETURN_IF_ERROR(world->clock.MoveTo("2025-11-10T09:00:00+08:00"));
  world->clock.Run();
  std::vector<Case*> cases;
  for (Case* c : Standing(world)) {
    if (!LeftOnTheList(c->application_id)) cases.push_back(c);
  }
  world->progress.Begin("approval", static_cast<int64_t>(cases.size()), "approvals");
  VOUCHER_RETURN_IF_ERROR(world->fleet.ForEach(cases.size(), [&](ApiClient& client, size_t i) {
    return ApproveCase(world, client, cases[i]);
  }));
  int64_t vouchers = 0;
  for (const Case* c : cases) {
    const int64_t asked =
        ApprovedInPart(c->application_id) ? (c->granted_fen * 9 + 9) / 10 : c->granted_fen;
    world->ExpectEqual(c->approved_fen, asked, "approved amount");
    world->ExpectEqual(c->approved_fen + c->released_fen, c->granted_fen,
                       "approved and released of a hold");
    const bool by_voucher = c->request->delivery_mode() == v1::DELIVERY_MODE_CLOUD_CREDIT;
    world->Expect(by_voucher == (c->voucher_id != 0), "a voucher exactly for CLOUD_CREDIT");
    vouchers += by_voucher ? 1 : 0;
    world->expectations.Release(*c->request, c->released_fen, /*all=*/false);
  }
  world->progress.End(absl::StrCat(WithSeparators(vouchers), " vouchers, the rest reimbursed"));
  return absl::OkStatus();
}

absl::Status TransferCredit(World* world) {
  std::vector<Case*> cases;
  for (Case& c : world->cases) {
    if (c.voucher_id != 0) cases.push_back(&c);
  }
  AssignAccounts(world, cases);
  world->progress.Begin("bind cloud accounts", static_cast<int64_t>(world->accounts.size()),
                        "accounts");
  VOUCHER_RETURN_IF_ERROR(world->fleet.ForEach(
      world->accounts.size(),
      [&](ApiClient& client, size_t i) { return BindAccount(world, client, i); }));
  world->progress.End();

  world->progress.Begin("transfer credit", static_cast<int64_t>(cases.size()), "transfers");
  VOUCHER_RETURN_IF_ERROR(world->fleet.ForEach(cases.size(), [&](ApiClient& client, size_t i) {
    return TransferCase(world, client, cases[i]);
  }));
  int64_t confirmed_fen = 0, declined = 0;
  for (const Case* c : cases) {
    world->accounts[c->account].credit_fen += c->confirmed_fen;
    confirmed_fen += c->confirmed_fen;
    declined += c->declined_fen != 0 ? 1 : 0;
  }
  world->progress.End(
      absl::StrCat(FormatYuan(confirmed_fen), " yuan credited, ", declined, " declined"));
  return absl::OkStatus();
}

}  // namespace voucher::demo
