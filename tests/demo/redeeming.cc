// Orders redeemed in batches and on streams, with the server killed in the middle.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include <grpcpp/impl/codegen/proto_utils.h>  // how gRPC serialises Message
#include <grpcpp/impl/codegen/rpc_method.h>
#include <grpcpp/support/sync_stream.h>

#include "ledger/base/civil.h"
#include "ledger/base/money.h"
#include "ledger/base/status_macros.h"
#include "tests/demo/world.h"

namespace voucher::demo {
namespace {

using testing::ApiClient;
using testing::kRpc;

constexpr int64_t kOrders = 110'000;
// A client's load: so many batches, or messages of one stream.
constexpr int kBatches = 8;
constexpr int kBatchItems = 512;
constexpr int kStreamMessages = 32;
constexpr int kStreamMessageItems = 128;
// Messages sent ahead of their answers on a stream.
constexpr size_t kStreamWindow = 4;
constexpr absl::string_view kRedeemedOn = "2025-11-25T10:00:00+08:00";
constexpr absl::string_view kUsageEndedAt = "2025-11-25T00:00:00+08:00";

// Orders of one provider that go out as one message, and their answers once they came.
struct Slice {
  std::string principal;
  v1::BatchRedeemRequest request;
  std::vector<size_t> accounts;  // index in World::accounts, one per redemption
  // In each slice the last order is the one before it once more, under another request_id.
  std::vector<v1::RedeemOutcome> outcomes;
};

// Slices that one client handles in one go: batch after batch, or as messages of one stream.
struct Load {
  bool streamed = false;
  std::vector<Slice> slices;
};

bool InForce(const v1::Product& product) {
  const CivilDay day = DayOf(ParseRfc3339(kUsageEndedAt).value(), Zone::Shanghai()) - 1;
  return FromCivilDate(product.effective_from()).value() <= day &&
         (!product.has_effective_until() ||
          day <= FromCivilDate(product.effective_until()).value());
}

// Products that may be billed, by provider.
std::map<std::string, std::vector<std::string>> BillableProducts(const Input& input) {
  std::map<std::string, std::vector<std::string>> products;
  for (const auto& request : input.products) {
    const v1::Product& product = request.product();
    if (InForce(product)) products[product.provider_id()].push_back(product.product_id());
  }
  return products;
}

// The orders of one provider, account by account and round by round, cut into slices.
class SliceCutter {
 public:
  SliceCutter(const World& world, std::string provider_id, std::vector<std::string> products)
      : world_(world), provider_id_(std::move(provider_id)), products_(std::move(products)) {}

  // Starts a slice of at most `items`; false when nothing is left.
  bool Cut(int items, int64_t rounds, Slice* slice) {
    slice->principal = "provider-" + provider_id_;
    while (slice->request.redemptions_size() < items - 1 && round_ < rounds) {
      AddOrder(rounds, slice);
    }
    if (slice->request.redemptions_size() == 0) return false;
    v1::RedeemRequest twice = *slice->request.redemptions().rbegin();
    twice.set_request_id("twice-" + twice.order_number());
    *slice->request.add_redemptions() = std::move(twice);
    slice->accounts.push_back(slice->accounts.back());
    return true;
  }

  void AddAccount(size_t index) { accounts_.push_back(index); }

 private:
  void AddOrder(int64_t rounds, Slice* slice) {
    const Account& account = world_.accounts[accounts_[next_account_]];
    v1::RedeemRequest* order = slice->request.add_redemptions();
    order->set_order_number(absl::StrCat("CO", account.account_id, "-", round_));
    order->set_request_id("redeem-" + order->order_number());
    order->set_program_id(world_.input.rules.program_id());
    order->set_account_id(account.account_id);
    order->set_product_id(products_[static_cast<size_t>(round_) % products_.size()]);
    *order->mutable_usage_ended_at() = ToTimestamp(ParseRfc3339(kUsageEndedAt).value());
    // Two orders' worth stays in the account.
    order->set_amount_fen(account.credit_fen / (rounds + 2));
    order->set_uscc(account.uscc);
    slice->accounts.push_back(accounts_[next_account_]);
    if (++next_account_ < accounts_.size()) return;
    next_account_ = 0;
    ++round_;
  }

  const World& world_;
  std::string provider_id_;
  std::vector<std::string> products_;
  std::vector<size_t> accounts_;
  size_t next_account_ = 0;
  int64_t round_ = 0;
};

std::vector<Load> PlanLoads(const World& world) {
  const auto products = BillableProducts(world.input);
  std::map<std::string, SliceCutter> cutters;
  int64_t accounts = 0;
  for (size_t i = 0; i < world.accounts.size(); ++i) {
    const Account& account = world.accounts[i];
    if (account.credit_fen < 100'000) continue;  // nothing arrived, or too little for all rounds
    const auto billable = products.find(account.provider_id);
    if (billable == products.end()) continue;
    cutters.try_emplace(account.provider_id, world, account.provider_id, billable->second)
        .first->second.AddAccount(i);
    ++accounts;
  }
  const int64_t rounds = (kOrders + accounts - 1) / std::max<int64_t>(accounts, 1);
  std::vector<Load> loads;
  for (auto& [provider_id, cutter] : cutters) {
    for (bool streamed = false;; streamed = !streamed) {
      Load load;
      load.streamed = streamed;
      const int slices = streamed ? kStreamMessages : kBatches;
      const int items = streamed ? kStreamMessageItems : kBatchItems;
      for (Slice slice;
           static_cast<int>(load.slices.size()) < slices && cutter.Cut(items, rounds, &slice);
           slice = Slice()) {
        load.slices.push_back(std::move(slice));
      }
      if (load.slices.empty()) break;
      loads.push_back(std::move(load));
    }
  }
  return loads;
}

void NoteOutcomes(World* world, Slice* slice,
                  const google::protobuf::RepeatedPtrField<v1::RedeemOutcome>& outcomes) {
  slice->outcomes.assign(outcomes.begin(), outcomes.end());
  for (const v1::RedeemOutcome& outcome : outcomes) world->recorder.NoteOutcome(outcome);
  world->progress.Add(outcomes.size());
}

absl::Status SendBatch(World* world, ApiClient& client, Slice* slice) {
  const auto reply =
      client.As(slice->principal).Call(kRpc<v1::BatchRedeemResponse>, slice->request);
  if (!reply.ok()) return absl::InternalError("BatchRedeem: " + testing::Describe(reply.status));
  NoteOutcomes(world, slice, reply.response.outcomes());
  return absl::OkStatus();
}

// Sends the slices that are not answered yet on one call. The answers come in order.
grpc::Status StreamOnce(World* world, ApiClient& client, std::vector<Slice>* slices) {
  client.Connect();
  grpc::ClientContext context;
  client.Prepare(&context);
  const grpc::internal::RpcMethod method("/voucher.v1.CreditService/StreamRedeem",
                                         grpc::internal::RpcMethod::BIDI_STREAMING);
  const std::unique_ptr<grpc::ClientReaderWriter<v1::StreamRedeemRequest, v1::StreamRedeemResponse>>
      stream(grpc::internal::ClientReaderWriterFactory<
             v1::StreamRedeemRequest, v1::StreamRedeemResponse>::Create(client.channel().get(),
                                                                        method, &context));
  std::deque<Slice*> unanswered;
  v1::StreamRedeemResponse response;
  const auto take_answer = [&] {
    if (!stream->Read(&response)) return false;
    NoteOutcomes(world, unanswered.front(), response.outcomes());
    unanswered.pop_front();
    return true;
  };
  bool alive = true;
  for (Slice& slice : *slices) {
    if (!slice.outcomes.empty()) continue;
    v1::StreamRedeemRequest request;
    *request.mutable_redemptions() = slice.request.redemptions();
    alive = stream->Write(request);
    if (!alive) break;
    unanswered.push_back(&slice);
    if (unanswered.size() >= kStreamWindow) alive = take_answer();
    if (!alive) break;
  }
  if (alive) stream->WritesDone();
  while (alive && !unanswered.empty()) alive = take_answer();
  return stream->Finish();
}

absl::Status SendStream(World* world, ApiClient& client, std::vector<Slice>* slices) {
  client.As(slices->front().principal);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (true) {
    const grpc::Status status = StreamOnce(world, client, slices);
    if (status.ok()) return absl::OkStatus();
    if (!client.MayTryAgain(status, give_up)) {
      return absl::InternalError("StreamRedeem: " + testing::Describe(status));
    }
  }
}

absl::Status SendLoad(World* world, ApiClient& client, Load* load) {
  if (load->streamed) return SendStream(world, client, &load->slices);
  for (Slice& slice : load->slices) VOUCHER_RETURN_IF_ERROR(SendBatch(world, client, &slice));
  return absl::OkStatus();
}

// SIGKILL once `orders` are answered, then a new server over the same directory.
absl::Status KillAndRestart(World* world, int64_t orders, const std::atomic<bool>& load_ended) {
  while (world->progress.done() < orders && !load_ended) {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  world->Expect(!load_ended, "the load was over before the kill");
  world->findings.acknowledged_before_kill =
      static_cast<int64_t>(world->recorder.acknowledgements().size());
  const auto killed = std::chrono::steady_clock::now();
  world->server.Kill();
  ++world->findings.kills;
  world->clock.Pause();
  world->server.config().mutable_development()->mutable_manual_clock()->set_start(
      world->clock.RestartAt());
  VOUCHER_RETURN_IF_ERROR(world->server.Start());
  world->findings.restart_milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(
                                             std::chrono::steady_clock::now() - killed)
                                             .count();
  world->clock.Run();
  return absl::OkStatus();
}

// Every first use of an order number must have been accepted, every second refused.
void BookAnswers(World* world, const std::vector<Load>& loads) {
  int64_t wrong = 0;
  for (const Load& load : loads) {
    for (const Slice& slice : load.slices) {
      const int last = slice.request.redemptions_size() - 1;
      for (int i = 0; i <= last; ++i) {
        const v1::RedeemRequest& asked = slice.request.redemptions(i);
        const v1::RedeemOutcome& outcome = slice.outcomes[static_cast<size_t>(i)];
        const bool right =
            outcome.request_id() == asked.request_id() &&
            (i == last ? outcome.refusal().reason() == v1::REASON_ORDER_ALREADY_REDEEMED
                       : outcome.event().amount_fen() == asked.amount_fen());
        wrong += right ? 0 : 1;
        if (!outcome.has_event()) continue;
        const size_t account = slice.accounts[static_cast<size_t>(i)];
        world->accounts[account].credit_fen -= outcome.event().amount_fen();
        world->sums.redeemed += outcome.event().amount_fen();
        world->orders.push_back(
            {outcome.event().redemption_id(), account, outcome.event().amount_fen()});
      }
    }
  }
  world->ExpectEqual(wrong, 0, "orders with an answer other than the planned one");
}

// Asks for everything once more, what was acknowledged before the kill included: every answer must
// be the first one.
absl::Status ReplayOrders(World* world, const std::vector<Load>& loads) {
  std::vector<const Slice*> slices;
  for (const Load& load : loads) {
    for (const Slice& slice : load.slices) slices.push_back(&slice);
  }
  std::atomic<int64_t> lost{0};
  world->progress.Begin("replay acknowledged orders", 0, "orders");
  VOUCHER_RETURN_IF_ERROR(world->fleet.ForEach(slices.size(), [&](ApiClient& client, size_t i) {
    const Slice& slice = *slices[i];
    const auto reply =
        client.As(slice.principal).Call(kRpc<v1::BatchRedeemResponse>, slice.request);
    if (!reply.ok()) return absl::InternalError("replay: " + testing::Describe(reply.status));
    for (int k = 0; k < reply.response.outcomes_size(); ++k) {
      const v1::RedeemOutcome& again = reply.response.outcomes(k);
      const v1::RedeemOutcome& first = slice.outcomes[static_cast<size_t>(k)];
      if (again.SerializeAsString() != first.SerializeAsString()) ++lost;
    }
    world->progress.Add(reply.response.outcomes_size());
    return absl::OkStatus();
  }));
  world->findings.replayed += world->progress.done();
  world->findings.lost_acknowledgements += lost;
  world->progress.End(absl::StrCat(lost.load(), " answered otherwise than at first"));
  return absl::OkStatus();
}

}  // namespace

absl::Status RedeemThroughCrash(World* world) {
  world->clock.Pause();
  VOUCHER_RETURN_IF_ERROR(world->clock.MoveTo(kRedeemedOn));
  world->clock.Run();
  std::vector<Load> loads = PlanLoads(*world);
  int64_t orders = 0, streamed = 0;
  for (const Load& load : loads) {
    for (const Slice& slice : load.slices) {
      orders += slice.request.redemptions_size();
      streamed += load.streamed ? slice.request.redemptions_size() : 0;
    }
  }
  world->Expect(orders >= 100'000, "fewer than 100,000 orders to redeem");
  world->progress.Begin("redeem, with a SIGKILL", orders, "orders");
  absl::Status sent;
  std::atomic<bool> load_ended{false};
  std::thread senders([&] {
    sent = world->fleet.ForEach(loads.size(), [&](ApiClient& client, size_t i) {
      return SendLoad(world, client, &loads[i]);
    });
    load_ended = true;
  });
  const absl::Status restarted = KillAndRestart(world, orders * 2 / 5, load_ended);
  // Without a server the senders give up when their patience ends.
  senders.join();
  VOUCHER_RETURN_IF_ERROR(restarted);
  VOUCHER_RETURN_IF_ERROR(sent);
  BookAnswers(world, loads);
  world->progress.End(absl::StrCat(WithSeparators(streamed), " on streams; killed after ",
                                   WithSeparators(world->findings.acknowledged_before_kill),
                                   " acknowledged decisions, back in ",
                                   WithSeparators(world->findings.restart_milliseconds), " ms"));
  return ReplayOrders(world, loads);
}

absl::Status RedeemRest(World* world) {
  std::vector<size_t> chosen;
  const auto products = BillableProducts(world->input);
  for (size_t i = 0; i < world->accounts.size(); i += 10) {
    if (world->accounts[i].credit_fen > 0) chosen.push_back(i);
  }
  world->progress.Begin("last bills, at most", static_cast<int64_t>(chosen.size()), "orders");
  std::vector<int64_t> redeemed_fen(chosen.size());
  VOUCHER_RETURN_IF_ERROR(world->fleet.ForEach(chosen.size(), [&](ApiClient& client, size_t i) {
    const Account& account = world->accounts[chosen[i]];
    v1::RedeemRequest request;
    request.set_request_id(absl::StrCat("last-", account.account_id));
    request.set_program_id(world->input.rules.program_id());
    request.set_account_id(account.account_id);
    request.set_product_id(products.at(account.provider_id).front());
    request.set_order_number(absl::StrCat("CO", account.account_id, "-last"));
    *request.mutable_usage_ended_at() = ToTimestamp(ParseRfc3339(kUsageEndedAt).value());
    request.set_at_most_fen(account.credit_fen * 10);
    const auto reply =
        client.As("provider-" + account.provider_id).Call(kRpc<v1::RedeemResponse>, request);
    redeemed_fen[i] = reply.response.event().amount_fen();
    world->progress.Add();
    return world->recorder.NoteAccepted("Redeem", request.request_id(), reply);
  }));
  for (size_t i = 0; i < chosen.size(); ++i) {
    Account& account = world->accounts[chosen[i]];
    world->ExpectEqual(redeemed_fen[i], account.credit_fen, "an at_most order takes what is left");
    account.credit_fen -= redeemed_fen[i];
    world->sums.redeemed += redeemed_fen[i];
  }
  world->progress.End("each took what was left");
  return absl::OkStatus();
}

absl::Status ReverseSome(World* world) {
  std::vector<Order*> chosen;
  const size_t step = std::max<size_t>(world->orders.size() / 400, 1);
  for (size_t i = 0; i < world->orders.size(); i += step) chosen.push_back(&world->orders[i]);
  world->progress.Begin("reverse", static_cast<int64_t>(chosen.size()), "reversals");
  std::vector<int64_t> reversed_fen(chosen.size());
  VOUCHER_RETURN_IF_ERROR(world->fleet.ForEach(chosen.size(), [&](ApiClient& client, size_t i) {
    const Order& order = *chosen[i];
    v1::ReverseRedemptionRequest request;
    request.set_request_id(absl::StrCat("reverse-", order.redemption_id));
    request.set_redemption_id(order.redemption_id);
    // Every other one in part.
    request.set_amount_fen(i % 2 == 0 ? order.amount_fen : (order.amount_fen + 1) / 2);
    request.set_reason("客户退订 cancelled by the customer");
    const auto reply = client.As("provider-" + world->accounts[order.account].provider_id)
                           .Call(kRpc<v1::ReverseRedemptionResponse>, request);
    reversed_fen[i] = reply.response.event().reversed_fen();
    world->progress.Add();
    return world->recorder.NoteAccepted("ReverseRedemption", request.request_id(), reply);
  }));
  for (size_t i = 0; i < chosen.size(); ++i) {
    world->accounts[chosen[i]->account].credit_fen += reversed_fen[i];
    world->sums.reversed += reversed_fen[i];
  }
  world->progress.End("half of them in part");
  return absl::OkStatus();
}

}  // namespace voucher::demo
