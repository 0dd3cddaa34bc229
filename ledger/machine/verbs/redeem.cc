#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"

#include "ledger/machine/application_states.h"
#include "ledger/machine/catalog.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/redemptions.h"
#include "ledger/machine/verbs.h"
#include "ledger/machine/vouchers.h"

namespace voucher {

namespace {

// Credit of one program in an account, first-expiring first, that may pay for usage of a product
// that ended at `usage_ended`.
struct Spendable {
  absl::InlinedVector<const rows::CreditRow*, 4> lots;
  int64_t total_fen = 0;
  // In lots that have expired for this usage.
  int64_t expired_fen = 0;
  // The item whose credit cannot pay for the product, if the account holds no other credit.
  const v1::Item* restricted = nullptr;
};

bool PaysFor(const v1::Item& item, const v1::Product& product) {
  return item.spendable_categories().empty() ||
         absl::c_linear_search(item.spendable_categories(), product.category());
}

Spendable SpendableCredit(const rows::AccountRow& account, const Context::Program& program,
                          const v1::Product& product, UnixNanos usage_ended,
                          UnixNanos received_at) {
  Spendable spendable;
  for (const rows::CreditRow& lot : account.credits()) {
    if (lot.program() != program.number) continue;
    const v1::Item* item = program.rules->FindItemByNumber(lot.item());
    if (item != nullptr && !PaysFor(*item, product)) {
      spendable.restricted = item;
    } else if (usage_ended < lot.expires_unix_ns() && received_at < lot.lapses_unix_ns()) {
      spendable.lots.push_back(&lot);
      spendable.total_fen += lot.amount_fen();
    } else {
      spendable.expired_fen += lot.amount_fen();
    }
  }
  if (spendable.total_fen + spendable.expired_fen > 0) spendable.restricted = nullptr;
  return spendable;
}

bool IsCore(const v1::BasketRule& basket, const v1::Product& product) {
  return absl::c_linear_search(basket.core_categories(), product.category());
}

// Whether the enterprise has bought a core product of the program that was not reversed.
bool HasCore(const View& view, uint32_t program, uint64_t enterprise) {
  const rows::BasketRow* basket = view.Find<tables::Baskets>({program, enterprise});
  return basket != nullptr && basket->core_fen() > 0;
}

// Posts the redeemed amount from lot after lot, and says which vouchers that exhausts.
void Draw(const Context& context, uint64_t account, uint64_t provider, const Spendable& spendable,
          v1::Event* event) {
  v1::Redeemed* const redeemed = event->mutable_redeemed();
  int64_t left_fen = redeemed->amount_fen();
  for (const rows::CreditRow* lot : spendable.lots) {
    const int64_t draw_fen = std::min(left_fen, lot->amount_fen());
    if (draw_fen == 0) break;
    const rows::VoucherRow* voucher = context.view.Find<tables::Vouchers>({lot->voucher()});
    // By the rules that judge the application, not by the newest.
    const uint64_t gated =
        GatedBy(context, voucher->application(),
                *context.view.Find<tables::Applications>({voucher->application()}));
    Post(Credit(account, lot->voucher()), PayableToProvider(provider, gated), draw_fen, event);
    if (voucher->available_fen() + voucher->in_transit_fen() + voucher->credit_fen() == draw_fen) {
      redeemed->add_exhausted_voucher_ids(lot->voucher());
    }
    left_fen -= draw_fen;
  }
}

// Whether the enterprise has the code, or had it before: that is still its own.
bool IsItsCode(const Context& context, uint64_t enterprise, const std::string& uscc) {
  const auto named = context.FindEnterprise(uscc);
  return named && named->number == enterprise;
}

// The one that has used the order number before, if any.
std::optional<v1::Refusal> RefuseIfOrderRedeemed(const View& view, uint64_t provider,
                                                 const std::string& order_number) {
  const rows::NumberRow* used = view.Find<tables::Orders>({provider, order_number});
  if (used == nullptr) return std::nullopt;
  return MakeRefusal(v1::REASON_ORDER_ALREADY_REDEEMED, {}, order_number,
                     {{"redemption_id", static_cast<int64_t>(used->number())}});
}

}  // namespace

Decision Decide(Context* context, const v1::RedeemRequest& request) {
  const auto* account = context->view.Find<tables::CloudAccounts>({request.account_id()});
  if (account != nullptr && !context->SpeaksForProvider(account->provider())) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, account->account_number());
  }
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  if (account == nullptr) {
    return MakeRefusal(v1::REASON_ACCOUNT_NOT_FOUND, {}, absl::StrCat(request.account_id()));
  }
  const rows::ProductRow* product = context->view.Find<tables::Products>(
      {program->number, account->provider(), request.product_id()});
  if (product == nullptr) {
    return MakeRefusal(v1::REASON_PRODUCT_NOT_FOUND, {}, request.product_id());
  }
  const auto* owner = context->view.Find<tables::Enterprises>({account->enterprise()});
  if (auto refusal = RefuseIfBlacklisted(*owner, request.program_id(), context->received_at)) {
    return *refusal;
  }
  const rows::ProviderRow* provider = context->view.Find<tables::Providers>({account->provider()});
  if (provider->state() == v1::PROVIDER_STATE_SUSPENDED) {
    return MakeRefusal(v1::REASON_PROVIDER_SUSPENDED, {}, provider->provider_id());
  }
  const v1::ProgramRules& rules = program->rules->rules();
  const UnixNanos usage_ended = *FromTimestamp(request.usage_ended_at());
  if (!IsInForce(product->product(), DayOf(usage_ended, program->rules->zone()))) {
    return MakeRefusal(v1::REASON_PRODUCT_NOT_APPROVED, {}, request.product_id());
  }
  const Spendable spendable =
      SpendableCredit(*account, *program, product->product(), usage_ended, context->received_at);
  if (spendable.restricted != nullptr) {
    return MakeRefusal(v1::REASON_PRODUCT_NOT_APPROVED, spendable.restricted->spendable_clause(),
                       request.product_id(), {{"item_number", spendable.restricted->number()}});
  }
  if (!request.uscc().empty() && request.uscc() != owner->facts().uscc() &&
      !IsItsCode(*context, account->enterprise(), request.uscc())) {
    return MakeRefusal(v1::REASON_NON_TRANSFERABLE, rules.non_transferable_clause(),
                       request.uscc());
  }
  const bool core = rules.has_basket() && IsCore(rules.basket(), product->product());
  const bool lacks_core = rules.has_basket() && !core;
  if (lacks_core && !HasCore(context->view, program->number, account->enterprise())) {
    return MakeRefusal(v1::REASON_BASKET_RULE, rules.basket().clause(), request.product_id());
  }
  const int64_t needed_fen = request.has_amount_fen() ? request.amount_fen() : 1;
  if (spendable.total_fen < needed_fen) {
    const bool expired = spendable.total_fen + spendable.expired_fen >= needed_fen;
    return MakeRefusal(expired ? v1::REASON_VOUCHER_EXPIRED : v1::REASON_INSUFFICIENT_CREDIT,
                       expired ? rules.voucher_terms().clause() : "", {},
                       {{"available_fen", spendable.total_fen}, {"amount_fen", needed_fen}});
  }
  if (auto refusal =
          RefuseIfOrderRedeemed(context->view, account->provider(), request.order_number())) {
    return *refusal;
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::Redeemed* redeemed = event.mutable_redeemed();
  redeemed->set_redemption_id(context->counters().sequence() + 1);
  redeemed->set_previous_redemption_id(account->last_redemption());
  redeemed->set_provider_number(account->provider());
  redeemed->set_core(core);
  redeemed->set_amount_fen(request.has_amount_fen()
                               ? request.amount_fen()
                               : std::min(request.at_most_fen(), spendable.total_fen));
  Draw(*context, request.account_id(), account->provider(), spendable, &event);
  return event;
}

void Evolve(const v1::Entry& entry, const v1::RedeemRequest& request, const v1::Redeemed& event,
            EditableRows* rows) {
  const uint64_t id = event.redemption_id();
  VOUCHER_CHECK(IsNumberedByEntry(entry))
      << "entry " << entry.sequence() << " " << kNumberedOtherwise;
  rows::AccountRow& account = rows->Edit<tables::CloudAccounts>({request.account_id()});
  account.set_last_redemption(id);
  rows->PutNumber<tables::Orders>({event.provider_number(), request.order_number()}, id);
  for (const uint64_t voucher_id : event.exhausted_voucher_ids()) {
    EndVoucher(voucher_id, v1::VOUCHER_STATE_EXHAUSTED, rows);
  }
  if (event.core()) {
    rows::BasketRow& basket = rows->Edit<tables::Baskets>({entry.program(), account.enterprise()});
    basket.set_core_fen(basket.core_fen() + event.amount_fen());
  }
}

}  // namespace voucher
