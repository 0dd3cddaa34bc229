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
#include "ledger/machine/worlds.h"

namespace voucher {

namespace {

// What is paid for, and who pays.
struct Purchase {
  Context::Program program;
  uint64_t enterprise = 0;
  ApprovedAs product;
  // The first instant after the usage.
  UnixNanos usage_ended = 0;
};

// Why a lot does not pay, in order of precedence: of several the first counts.
enum class Obstacle : uint8_t {
  kNone,
  // Its item buys other products only.
  kProduct,
  // Its rules want a core product to be bought first.
  kBasket,
  kExpired,
  // Nothing but that the usage ended before it was credited.
  kEarlierUsage,
};
constexpr size_t kObstacles = 5;

// Lots that meet the same obstacle.
struct Lots {
  int64_t fen = 0;
  const rows::CreditRow* first = nullptr;
  // The clause that keeps the first back: of the revision that judged its grant.
  absl::string_view clause;
};

// Credit of one program in an account, by what it meets.
struct Spendable {
  // That pay, first-expiring first.
  absl::InlinedVector<const rows::CreditRow*, 4> lots;
  Lots by_obstacle[kObstacles];
  // Whether the rules of one of the lots name the product as a core product.
  bool core = false;

  const Lots& of(Obstacle obstacle) const { return by_obstacle[static_cast<size_t>(obstacle)]; }
};

// The rules of the revision that judged the grant behind a lot.
const CompiledRules& RulesOf(const View& view, const Context::Program& program, uint32_t revision) {
  if (revision == program.row->revision()) return *program.rules;
  return *view.Find<tables::Revisions>({program.number, revision});
}

bool IsCore(const v1::ProgramRules& rules, const std::string& category) {
  return absl::c_linear_search(rules.basket().core_categories(), category);
}

// Whether the enterprise has bought a core product, as these rules name them, that was not
// reversed.
bool HasCore(const View& view, const Purchase& purchase, const v1::ProgramRules& rules) {
  const rows::BasketRow* basket =
      view.Find<tables::Baskets>({purchase.program.number, purchase.enterprise});
  return basket != nullptr &&
         absl::c_any_of(basket->categories(), [&](const rows::BasketRow::Category& bought) {
           return bought.fen() > 0 && IsCore(rules, bought.category());
         });
}

// What keeps a lot from paying, with its clause. All of it is read from the rules that judged the
// grant.
std::pair<Obstacle, absl::string_view> ObstacleOf(const Context& context, const Purchase& purchase,
                                                  const CompiledRules& compiled,
                                                  const rows::CreditRow& lot) {
  const v1::ProgramRules& rules = compiled.rules();
  if (const v1::Item* item = compiled.FindItemByNumber(lot.item()); item != nullptr) {
    if (!item->spendable_categories().empty() &&
        !absl::c_linear_search(item->spendable_categories(), purchase.product.category)) {
      return {Obstacle::kProduct, item->spendable_clause()};
    }
    if (item->has_own_products_only() &&
        !absl::c_linear_search(purchase.product.item_ids, item->item_id())) {
      return {Obstacle::kProduct, item->own_products_only().clause()};
    }
  }
  if (rules.has_basket() && !IsCore(rules, purchase.product.category) &&
      !HasCore(context.view, purchase, rules)) {
    return {Obstacle::kBasket, rules.basket().clause()};
  }
  const v1::VoucherTerms& terms = rules.voucher_terms();
  if (purchase.usage_ended > lot.expires_unix_ns() || context.received_at >= lot.lapses_unix_ns()) {
    return {Obstacle::kExpired, terms.clause()};
  }
  if (purchase.usage_ended <= lot.credited_unix_ns() && !terms.has_earlier_usage()) {
    return {Obstacle::kEarlierUsage, terms.clause()};
  }
  return {Obstacle::kNone, {}};
}

// The account's credit of the program, and what lapsed there of it.
Spendable SpendableCredit(const Context& context, const rows::AccountRow& account,
                          const Purchase& purchase) {
  Spendable spendable;
  const auto add = [&](const rows::CreditRow& lot) {
    if (lot.program() != purchase.program.number) return;
    const CompiledRules& rules = RulesOf(context.view, purchase.program, lot.revision());
    spendable.core |= IsCore(rules.rules(), purchase.product.category);
    const auto [obstacle, clause] = ObstacleOf(context, purchase, rules, lot);
    Lots& lots = spendable.by_obstacle[static_cast<size_t>(obstacle)];
    if (lots.first == nullptr) lots = {0, &lot, clause};
    lots.fen += lot.amount_fen();
    if (obstacle == Obstacle::kNone) spendable.lots.push_back(&lot);
  };
  for (const rows::CreditRow& lot : account.credits()) add(lot);
  for (const rows::CreditRow& lot : account.lapsed()) add(lot);
  return spendable;
}

// Whether the enterprise has the code, or had it before: that is still its own.
bool IsItsCode(const Context& context, uint64_t enterprise, const std::string& uscc) {
  const auto named = context.FindEnterprise(uscc);
  return named && named->number == enterprise;
}

// NON_TRANSFERABLE if the order was for another than the owner of the account. The clause is that
// of the account's credit, or of what lapsed there; of the newest rules where it has none.
std::optional<v1::Refusal> RefuseIfForAnother(const Context& context,
                                              const v1::RedeemRequest& request,
                                              const rows::AccountRow& account,
                                              const rows::EnterpriseRow& owner,
                                              const Context::Program& program) {
  if (request.uscc().empty() || request.uscc() == owner.facts().uscc() ||
      IsItsCode(context, account.enterprise(), request.uscc())) {
    return std::nullopt;
  }
  uint32_t revision = program.row->revision();
  for (const auto* lots : {&account.credits(), &account.lapsed()}) {
    const auto lot = absl::c_find_if(
        *lots, [&](const rows::CreditRow& one) { return one.program() == program.number; });
    if (lot == lots->end()) continue;
    revision = lot->revision();
    break;
  }
  return MakeRefusal(v1::REASON_NON_TRANSFERABLE,
                     RulesOf(context.view, program, revision).rules().non_transferable_clause(),
                     request.uscc());
}

// The one that has used the order number before: ORDER_ALREADY_REDEEMED, or ORDER_ALREADY_CLAIMED
// as own spend.
std::optional<v1::Refusal> RefuseIfOrderUsed(const Context& context, World world, uint64_t provider,
                                             const std::string& order_number) {
  const rows::OrderRow* used =
      context.view.Find<tables::Orders>({Key(world), provider, order_number});
  if (used == nullptr) return std::nullopt;
  if (used->redemption() != 0) {
    return MakeRefusal(v1::REASON_ORDER_ALREADY_REDEEMED, {}, order_number,
                       {{"redemption_id", static_cast<int64_t>(used->redemption())}});
  }
  if (used->application() == 0) return std::nullopt;
  return MakeRefusal(v1::REASON_ORDER_ALREADY_CLAIMED, {}, order_number,
                     {{"application_id", static_cast<int64_t>(used->application())}});
}

// PRODUCT_NOT_APPROVED if all of the credit buys other products only.
std::optional<v1::Refusal> RefuseIfRestricted(const Spendable& spendable,
                                              const std::string& product_id) {
  const Lots& restricted = spendable.of(Obstacle::kProduct);
  if (restricted.first == nullptr) return std::nullopt;
  for (const Obstacle other :
       {Obstacle::kNone, Obstacle::kBasket, Obstacle::kExpired, Obstacle::kEarlierUsage}) {
    if (spendable.of(other).first != nullptr) return std::nullopt;
  }
  return MakeRefusal(v1::REASON_PRODUCT_NOT_APPROVED, restricted.clause, product_id,
                     {{"item_number", restricted.first->item()}});
}

// BASKET_RULE if it keeps back all that could buy the product; otherwise USAGE_BEFORE_CREDIT,
// VOUCHER_EXPIRED or INSUFFICIENT_CREDIT if what pays does not cover the order.
std::optional<v1::Refusal> RefuseIfNotCovered(const Spendable& spendable, const Purchase& purchase,
                                              const v1::RedeemRequest& request) {
  const int64_t needed_fen = request.has_amount_fen() ? request.amount_fen() : 1;
  const Lots& payable = spendable.of(Obstacle::kNone);
  const Lots& basket = spendable.of(Obstacle::kBasket);
  const Lots& early = spendable.of(Obstacle::kEarlierUsage);
  const Lots& expired = spendable.of(Obstacle::kExpired);
  if (basket.first != nullptr && payable.first == nullptr && early.first == nullptr &&
      expired.first == nullptr) {
    return MakeRefusal(v1::REASON_BASKET_RULE, basket.clause, request.product_id());
  }
  if (payable.fen >= needed_fen) return std::nullopt;
  if (payable.fen + early.fen >= needed_fen) {
    return MakeRefusal(v1::REASON_USAGE_BEFORE_CREDIT, early.clause, {},
                       {{"usage_ended_unix_ns", purchase.usage_ended},
                        {"credited_unix_ns", early.first->credited_unix_ns()}});
  }
  const bool lapsed = payable.fen + early.fen + expired.fen >= needed_fen;
  return MakeRefusal(lapsed ? v1::REASON_VOUCHER_EXPIRED : v1::REASON_INSUFFICIENT_CREDIT,
                     lapsed ? expired.clause : "", {},
                     {{"available_fen", payable.fen}, {"amount_fen", needed_fen}});
}

// Posts the redeemed amount from voucher after voucher, and says which vouchers that exhausts. The
// lots of one voucher stand together, and of them the first-confirmed pay first.
void Draw(const Context& context, uint64_t account, uint64_t provider, const Spendable& spendable,
          v1::Event* event) {
  v1::Redeemed* const redeemed = event->mutable_redeemed();
  int64_t left_fen = redeemed->amount_fen();
  for (size_t i = 0; i < spendable.lots.size() && left_fen > 0;) {
    const uint64_t voucher_id = spendable.lots[i]->voucher();
    int64_t draw_fen = 0;
    for (; i < spendable.lots.size() && spendable.lots[i]->voucher() == voucher_id; ++i) {
      draw_fen += std::min(left_fen - draw_fen, spendable.lots[i]->amount_fen());
    }
    const rows::VoucherRow* voucher = context.view.Find<tables::Vouchers>({voucher_id});
    // By the rules that judge the application, not by the newest.
    const uint64_t gated =
        GatedBy(context.view, voucher->application(),
                *context.view.Find<tables::Applications>({voucher->application()}));
    Post(Credit(account, voucher_id), PayableToProvider(provider, gated), draw_fen, event);
    if (voucher->available_fen() + voucher->in_transit_fen() + voucher->credit_fen() == draw_fen) {
      redeemed->add_exhausted_voucher_ids(voucher_id);
    }
    left_fen -= draw_fen;
  }
}

}  // namespace

Decision Decide(Context* context, const v1::RedeemRequest& request) {
  const View& view = context->view;
  const auto* account = view.Find<tables::CloudAccounts>({request.account_id()});
  if (account != nullptr && !context->SpeaksForProvider(account->provider())) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, account->account_number());
  }
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  const World world = WorldOf(*program);
  if (account == nullptr || WorldOf(*account) != world) {
    return MakeRefusal(v1::REASON_ACCOUNT_NOT_FOUND, {}, absl::StrCat(request.account_id()));
  }
  const rows::ProductRow* product =
      view.Find<tables::Products>({program->number, account->provider(), request.product_id()});
  if (product == nullptr) {
    return MakeRefusal(v1::REASON_PRODUCT_NOT_FOUND, {}, request.product_id());
  }
  if (auto refusal =
          RefuseIfOrderUsed(*context, world, account->provider(), request.order_number())) {
    return *refusal;
  }
  if (auto refusal = RefuseIfArchived(*program->row)) return *refusal;
  const auto* owner = view.Find<tables::Enterprises>({account->enterprise()});
  if (auto refusal = RefuseIfBlacklisted(*owner, *program->row, context->received_at)) {
    return *refusal;
  }
  const rows::ProviderRow* provider = view.Find<tables::Providers>({account->provider()});
  if (provider->state() == v1::PROVIDER_STATE_SUSPENDED) {
    return MakeRefusal(v1::REASON_PROVIDER_SUSPENDED, {}, provider->provider_id());
  }
  const UnixNanos usage_ended = *FromTimestamp(request.usage_ended_at());
  const auto approved =
      ApprovedOn(product->product(), LastDayOfUsage(usage_ended, program->rules->zone()));
  if (!approved) return MakeRefusal(v1::REASON_PRODUCT_NOT_APPROVED, {}, request.product_id());
  const Purchase purchase{*program, account->enterprise(), *approved, usage_ended};
  const Spendable spendable = SpendableCredit(*context, *account, purchase);
  if (auto refusal = RefuseIfRestricted(spendable, request.product_id())) return *refusal;
  if (auto refusal = RefuseIfForAnother(*context, request, *account, *owner, *program)) {
    return *refusal;
  }
  if (auto refusal = RefuseIfNotCovered(spendable, purchase, request)) return *refusal;

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::Redeemed* redeemed = event.mutable_redeemed();
  redeemed->set_redemption_id(context->counters().sequence() + 1);
  redeemed->set_previous_redemption_id(account->last_redemption());
  redeemed->set_provider_number(account->provider());
  if (spendable.core || IsCore(program->rules->rules(), approved->category)) {
    redeemed->set_core_category(approved->category);
  }
  const int64_t payable_fen = spendable.of(Obstacle::kNone).fen;
  redeemed->set_amount_fen(request.has_amount_fen() ? request.amount_fen()
                                                    : std::min(request.at_most_fen(), payable_fen));
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
  rows::OrderRow order;
  order.set_redemption(id);
  order.set_redeemed_fen(event.amount_fen());
  rows->Put<tables::Orders>(
      {Key(WorldOf(account)), event.provider_number(), request.order_number()}, std::move(order));
  for (const uint64_t voucher_id : event.exhausted_voucher_ids()) {
    EndVoucher(voucher_id, v1::VOUCHER_STATE_EXHAUSTED, rows);
  }
  if (!event.core_category().empty()) {
    CountCore(entry.program(), account.enterprise(), event.core_category(), event.amount_fen(),
              rows);
  }
}

}  // namespace voucher
