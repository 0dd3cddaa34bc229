// The model's credit: transfers, redemptions, reversals, and what timers book.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "tests/simulation/model.h"
#include "tests/simulation/rule_reading.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {

Outcome Model::Order(const v1::OrderTransferRequest& request) {
  Voucher* voucher = At(&vouchers, request.voucher_id());
  const Account* account = At(&accounts, request.account_id());
  const std::string act = absl::StrCat("transfer ", request.voucher_id(), " ", request.account_id(),
                                       " ", request.amount_fen(), " ", request.reference());
  Wrongs wrongs;
  wrongs.If(voucher == nullptr, v1::REASON_VOUCHER_NOT_FOUND);
  wrongs.If(account == nullptr, v1::REASON_ACCOUNT_NOT_FOUND);
  if (voucher != nullptr) {
    const Application& application = applications[voucher->application - 1];
    const Program& program = programs[application.program - 1];
    const std::string& program_id = program.rules().program_id();
    wrongs.If(program.state == v1::PROGRAM_STATE_ARCHIVED, v1::REASON_PROGRAM_NOT_OPEN);
    wrongs.If(!who_->program_ids().empty() && !Has(who_->program_ids(), program_id),
              v1::REASON_PERMISSION_DENIED);
    wrongs.If(IsBlacklisted(application.enterprise, application.program), v1::REASON_BLACKLISTED);
    wrongs.If(now_ >= voucher->expires, v1::REASON_VOUCHER_EXPIRED);
    wrongs.If(request.amount_fen() > voucher->available_fen, v1::REASON_INSUFFICIENT_CREDIT);
    wrongs.If(account != nullptr && account->enterprise != application.enterprise,
              v1::REASON_ACCOUNT_NOT_OWNED);
    // A quota of the newest rules counts only who chose the provider; an award chose none.
    for (const v1::Pool& pool : program.rules().pools()) {
      wrongs.If(account != nullptr && pool.scope() == v1::POOL_SCOPE_PROVIDER &&
                    pool.key() == providers[account->provider - 1].id && !application.awarded &&
                    application.provider_ids.count(pool.key()) == 0,
                v1::REASON_PROVIDER_NOT_CHOSEN);
    }
  }
  wrongs.If(account != nullptr && providers[account->provider - 1].suspended,
            v1::REASON_PROVIDER_SUSPENDED);
  // The same order once more, unless it is meant: the newest that was not declined counts.
  const auto standing =
      std::find_if(transfers.rbegin(), transfers.rend(), [&](const Transfer& one) {
        return one.act == act && one.state != v1::TRANSFER_STATE_DECLINED;
      });
  wrongs.If(standing != transfers.rend() && standing->ordered != request.repeats(),
            v1::REASON_ALREADY_BOOKED);
  if (wrongs.any()) return wrongs.Refusal();
  const uint32_t program = applications[voucher->application - 1].program;
  voucher->available_fen -= request.amount_fen();
  voucher->transit_fen += request.amount_fen();
  Move(program, v1::ACCOUNT_KIND_VOUCHER, v1::ACCOUNT_KIND_TRANSIT, request.amount_fen());
  // As long as the rules say that judged the grant.
  const int64_t due =
      now_ +
      RulesOf(applications[voucher->application - 1]).voucher_terms().transfer_answer_hours() *
          kHour;
  transfers.push_back({request.voucher_id(), request.account_id(), request.amount_fen(),
                       v1::TRANSFER_STATE_ORDERED, due, sequence, act});
  Outcome outcome;
  outcome.id = transfers.size();
  timers.insert({due, v1::TIMER_KIND_TRANSFER_ANSWER, outcome.id});
  return outcome;
}

// Ends a transfer that waits for its answer. Returns what the voucher keeps of it.
int64_t Model::EndTransfer(uint64_t id, bool confirmed, Outcome* outcome) {
  Transfer& transfer = transfers[id - 1];
  timers.erase({transfer.answer_due, v1::TIMER_KIND_TRANSFER_ANSWER, id});
  transfer.state = confirmed ? v1::TRANSFER_STATE_CONFIRMED : v1::TRANSFER_STATE_DECLINED;
  Voucher& voucher = vouchers[transfer.voucher - 1];
  Application& application = applications[voucher.application - 1];
  const int64_t fen = transfer.amount_fen;
  const v1::AccountKind to = confirmed ? v1::ACCOUNT_KIND_CREDIT : v1::ACCOUNT_KIND_VOUCHER;
  Move(application.program, v1::ACCOUNT_KIND_TRANSIT, to, fen);
  voucher.transit_fen -= fen;
  if (confirmed) voucher.newest_credit[transfer.account] = now_;
  if (IsDead(voucher)) {
    GiveBack(&application, to, fen, outcome);
    if (confirmed) NoteLapse(transfer.voucher, transfer.account, fen);
    return 0;
  }
  if (confirmed) {
    AddCredit(transfer.voucher, transfer.account, fen);
  } else {
    voucher.available_fen += fen;
  }
  return fen;
}

Outcome Model::Answer(uint64_t id, bool confirmed) {
  Transfer* transfer = At(&transfers, id);
  Wrongs wrongs;
  wrongs.If(transfer == nullptr, v1::REASON_TRANSFER_NOT_FOUND);
  if (transfer == nullptr) return wrongs.Refusal();
  wrongs.If(!MayActFor(accounts[transfer->account - 1].provider), v1::REASON_PERMISSION_DENIED);
  wrongs.If(!IsOpen(*transfer), v1::REASON_ILLEGAL_STATE);
  const Application& application = applications[vouchers[transfer->voucher - 1].application - 1];
  wrongs.If(programs[application.program - 1].state == v1::PROGRAM_STATE_ARCHIVED,
            v1::REASON_PROGRAM_NOT_OPEN);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  outcome.amount_fen = EndTransfer(id, confirmed, &outcome);
  return outcome;
}

// One finding for each line, then the transfers of the period that no line names.
Outcome Model::Reconcile(const v1::ReconcileTransfersRequest& request) {
  const uint64_t provider = ProviderNumber(request.provider_id());
  const auto is_mine = [&](const Transfer& transfer) {
    return accounts[transfer.account - 1].provider == provider;
  };
  const auto program_of = [this](const Transfer& transfer) {
    return applications[vouchers[transfer.voucher - 1].application - 1].program;
  };
  const auto may_see = [&](const Transfer& transfer) {
    return who_->program_ids().empty() ||
           Has(who_->program_ids(), programs[program_of(transfer) - 1].rules().program_id());
  };
  Wrongs wrongs;
  wrongs.If(Has(who_->roles(), v1::ROLE_PROVIDER) && who_->provider_id() != request.provider_id(),
            v1::REASON_PERMISSION_DENIED);
  wrongs.If(provider == 0, v1::REASON_PROVIDER_NOT_FOUND);
  for (const v1::StatementLineOfTransfer& line : request.lines()) {
    const Transfer* transfer = At(&transfers, line.transfer_id());
    wrongs.If(transfer != nullptr && is_mine(*transfer) && !may_see(*transfer),
              v1::REASON_PERMISSION_DENIED);
  }
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  std::set<uint64_t> named;
  for (const v1::StatementLineOfTransfer& line : request.lines()) {
    const uint64_t id = line.transfer_id();
    const Transfer* transfer = At(&transfers, id);
    const bool known = transfer != nullptr && is_mine(*transfer);
    const int64_t released = outcome.released_fen;
    int finding = v1::RECONCILIATION_FINDING_EXTRA;
    int64_t credited = 0;
    if (known && transfer->state != v1::TRANSFER_STATE_DECLINED) {
      finding = !named.insert(id).second ? v1::RECONCILIATION_FINDING_DOUBLE
                : line.amount_fen() != transfer->amount_fen
                    ? v1::RECONCILIATION_FINDING_WRONG_AMOUNT
                : IsOpen(*transfer) ? v1::RECONCILIATION_FINDING_SILENT
                                    : v1::RECONCILIATION_FINDING_MATCHED;
      if (finding == v1::RECONCILIATION_FINDING_SILENT && request.confirm_silent()) {
        if (home_ == 0) home_ = program_of(*transfer);
        credited = EndTransfer(id, true, &outcome);
      }
    }
    outcome.amount_fen += credited;
    outcome.parts.push_back({known ? static_cast<int64_t>(id) : 0, finding,
                             credited - (outcome.released_fen - released)});
  }
  const uint64_t last = request.last_transfer_id() != 0 ? request.last_transfer_id() : UINT64_MAX;
  for (uint64_t id = std::max<uint64_t>(request.first_transfer_id(), 1);
       id <= std::min<uint64_t>(last, transfers.size()); ++id) {
    const Transfer& transfer = transfers[id - 1];
    if (is_mine(transfer) && transfer.state != v1::TRANSFER_STATE_DECLINED &&
        named.count(id) == 0 && may_see(transfer)) {
      outcome.parts.push_back({static_cast<int64_t>(id), 0, 0});
    }
  }
  return outcome;
}

// Money that goes back after its voucher lapsed is remembered in the account.
void Model::NoteLapse(uint64_t voucher, uint64_t account, int64_t fen) {
  const int64_t at = timer_due_ != 0 ? timer_due_ : now_;
  if (fen > 0 && at >= vouchers[voucher - 1].lapses) {
    accounts[account - 1].lapsed_fen[voucher] += fen;
  }
}

// Whether the enterprise has a product that these rules call core and that was not reversed.
bool Model::HasBought(uint32_t program, uint64_t enterprise, const v1::ProgramRules& rules) const {
  return std::any_of(rules.basket().core_categories().begin(),
                     rules.basket().core_categories().end(), [&](const std::string& category) {
                       const auto bought = basket_fen.find({program, enterprise, category});
                       return bought != basket_fen.end() && bought->second > 0;
                     });
}

// An account's credit of a program, by what an order could do with it.
struct Model::Purse {
  // Voucher and amount that pays, first-expiring first.
  std::vector<Draw> pays;
  int64_t payable = 0;
  int64_t too_new = 0;
  int64_t expired = 0;
  bool restricted = false;  // some is for other products
  bool no_core = false;     // some waits for a core product
  bool core = false;        // the rules of some name the product as core

  bool LooksFurther() const { return payable + too_new + expired > 0; }
};

Model::Purse Model::LookIntoPurse(uint32_t program, uint64_t account_number,
                                  const v1::Product& product, int64_t usage) const {
  const Account& account = accounts[account_number - 1];
  Purse purse;
  const auto look = [&](uint64_t number, int64_t credited, int64_t fen) {
    const Voucher& voucher = vouchers[number - 1];
    const Application& application = applications[voucher.application - 1];
    if (application.program != program) return;
    const v1::ProgramRules& rules = RulesOf(application);
    const v1::Item& item = ItemOf(application);
    const bool core = Has(rules.basket().core_categories(), product.category());
    purse.core |= core;
    if ((!item.spendable_categories().empty() &&
         !Has(item.spendable_categories(), product.category())) ||
        (item.has_own_products_only() && !Has(product.item_ids(), item.item_id()))) {
      purse.restricted = true;
    } else if (rules.has_basket() && !core && !HasBought(program, account.enterprise, rules)) {
      purse.no_core = true;
    } else if (usage > voucher.expires || now_ >= voucher.lapses) {
      purse.expired += fen;
    } else if (usage <= credited && !rules.voucher_terms().has_earlier_usage()) {
      purse.too_new += fen;
    } else {
      if (purse.pays.empty() || purse.pays.back().voucher != number) {
        purse.pays.push_back({number, 0, 0});
      }
      purse.pays.back().amount_fen += fen;
      purse.payable += fen;
    }
  };
  for (const auto& [expires, number] : account.lots) {
    for (const auto& [credited, fen] : vouchers[number - 1].confirmed_fen.at(account_number)) {
      look(number, credited, fen);
    }
  }
  for (const auto& [number, fen] : account.lapsed_fen) look(number, 0, fen);
  return purse;
}

Outcome Model::Redeem(const v1::RedeemRequest& request) {
  const uint32_t program = ProgramNumber(request.program_id());
  Account* account = At(&accounts, request.account_id());
  Wrongs wrongs;
  wrongs.If(program == 0, v1::REASON_PROGRAM_NOT_FOUND);
  wrongs.If(account == nullptr, v1::REASON_ACCOUNT_NOT_FOUND);
  wrongs.If(account != nullptr && !MayActFor(account->provider), v1::REASON_PERMISSION_DENIED);
  if (program == 0 || account == nullptr) return wrongs.Refusal();
  const int64_t usage =
      request.usage_ended_at().seconds() * 1'000'000'000 + request.usage_ended_at().nanos();
  const auto known = products.find({program, account->provider, request.product_id()});
  wrongs.If(known == products.end(), v1::REASON_PRODUCT_NOT_FOUND);
  if (known == products.end()) return wrongs.Refusal();
  // As it was approved on the last day of the usage.
  const v1::Product product = ApprovedOn(known->second, DayNumber(usage - 1));
  wrongs.If(product.category().empty(), v1::REASON_PRODUCT_NOT_APPROVED);
  wrongs.If(programs[program - 1].state == v1::PROGRAM_STATE_ARCHIVED, v1::REASON_PROGRAM_NOT_OPEN);
  wrongs.If(IsBlacklisted(account->enterprise, program), v1::REASON_BLACKLISTED);
  wrongs.If(providers[account->provider - 1].suspended, v1::REASON_PROVIDER_SUSPENDED);
  wrongs.If(!request.uscc().empty() && EnterpriseNumber(request.uscc()) != account->enterprise,
            v1::REASON_NON_TRANSFERABLE);
  wrongs.If(orders.count({account->provider, request.order_number()}) != 0,
            v1::REASON_ORDER_ALREADY_REDEEMED);
  const std::string claim =
      OrderClaim(providers[account->provider - 1].id, request.order_number(), IsSandbox(program));
  wrongs.If(ClaimerOf(claim) != 0, v1::REASON_ORDER_ALREADY_CLAIMED);
  const Purse purse = LookIntoPurse(program, request.account_id(), product, usage);
  wrongs.If(purse.restricted && !purse.no_core && !purse.LooksFurther(),
            v1::REASON_PRODUCT_NOT_APPROVED);
  wrongs.If(purse.no_core && !purse.LooksFurther(), v1::REASON_BASKET_RULE);
  const int64_t needed = request.has_amount_fen() ? request.amount_fen() : 1;
  if (purse.payable < needed) {
    wrongs.If(purse.payable + purse.too_new >= needed, v1::REASON_USAGE_BEFORE_CREDIT);
    wrongs.If(purse.payable + purse.too_new + purse.expired >= needed, v1::REASON_VOUCHER_EXPIRED);
    wrongs.If(true, v1::REASON_INSUFFICIENT_CREDIT);
  }
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  outcome.amount_fen = request.has_amount_fen() ? request.amount_fen()
                                                : std::min(request.at_most_fen(), purse.payable);
  const v1::ProgramRules& newest = programs[program - 1].rules();
  const bool core = purse.core || Has(newest.basket().core_categories(), product.category());
  Redemption redemption{.id = sequence,
                        .program = program,
                        .account = request.account_id(),
                        .order_number = request.order_number(),
                        .state = v1::REDEMPTION_STATE_BOOKED,
                        .core_category = core ? product.category() : ""};
  int64_t left = outcome.amount_fen;
  for (const Draw& lot : purse.pays) {
    const int64_t fen = std::min(left, lot.amount_fen);
    if (fen == 0) break;
    left -= fen;
    redemption.draws.push_back({lot.voucher, fen, 0});
    Spend(lot.voucher, request.account_id(), fen, &outcome);
  }
  Move(program, v1::ACCOUNT_KIND_CREDIT, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, outcome.amount_fen);
  if (core) basket_fen[{program, account->enterprise, product.category()}] += outcome.amount_fen;
  redemptions.push_back(std::move(redemption));
  outcome.id = sequence;
  orders[{account->provider, request.order_number()}] = outcome.id;
  claims.erase(claim);
  return outcome;
}

// Takes credit of a voucher from an account for its provider.
void Model::Spend(uint64_t number, uint64_t account, int64_t fen, Outcome* outcome) {
  Voucher& voucher = vouchers[number - 1];
  const uint64_t provider = accounts[account - 1].provider;
  const Application& application = applications[voucher.application - 1];
  AddCredit(number, account, -fen);
  voucher.redeemed_fen += fen;
  Claim& claim = voucher.claims[provider];
  claim = {claim.fen + fen, MonthOf(now_)};
  Owe({application.program, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, provider, GateOf(application)},
      voucher.application, fen);
  const bool used_up = voucher.available_fen + voucher.transit_fen == 0 &&
                       std::all_of(voucher.credit_fen.begin(), voucher.credit_fen.end(),
                                   [](const auto& credit) { return credit.second == 0; });
  if (!used_up) return;
  voucher.state = v1::VOUCHER_STATE_EXHAUSTED;
  outcome->exhausted_vouchers.push_back(number);
  timers.erase({voucher.lapses, v1::TIMER_KIND_VOUCHER_LAPSE, number});
}

Outcome Model::Reverse(const v1::ReverseRedemptionRequest& request) {
  const auto redemption =
      std::find_if(redemptions.begin(), redemptions.end(),
                   [&](const Redemption& one) { return one.id == request.redemption_id(); });
  Wrongs wrongs;
  wrongs.If(redemption == redemptions.end(), v1::REASON_REDEMPTION_NOT_FOUND);
  if (redemption == redemptions.end()) return wrongs.Refusal();
  const uint64_t provider = accounts[redemption->account - 1].provider;
  const uint32_t program = redemption->program;
  // What ended without acceptance is not owed any more, and cannot be taken back.
  const auto reversible_of = [&](const Draw& draw) {
    Voucher& voucher = vouchers[draw.voucher - 1];
    return std::min(draw.amount_fen - draw.reversed_fen, voucher.claims[provider].fen);
  };
  int64_t reversible = 0;
  int64_t booked = 0;
  for (const Draw& draw : redemption->draws) {
    booked += draw.amount_fen - draw.reversed_fen;
    reversible += reversible_of(draw);
  }
  const std::string act = absl::StrCat("reversal ", request.redemption_id(), " ",
                                       request.amount_fen(), " ", request.reason());
  const auto before = acts.find(act);
  wrongs.If(before != acts.end() && before->second != request.repeats(), v1::REASON_ALREADY_BOOKED);
  wrongs.If(!MayActFor(provider), v1::REASON_PERMISSION_DENIED);
  wrongs.If(request.amount_fen() > reversible, v1::REASON_NOT_REVERSIBLE);
  if (wrongs.any()) return wrongs.Refusal();
  acts[act] = sequence;
  Outcome outcome;
  outcome.id = request.redemption_id();
  outcome.amount_fen = request.amount_fen();
  outcome.state = redemption->state = request.amount_fen() == booked
                                          ? v1::REDEMPTION_STATE_REVERSED
                                          : v1::REDEMPTION_STATE_PARTLY_REVERSED;
  if (!redemption->core_category.empty()) {
    basket_fen[{program, accounts[redemption->account - 1].enterprise,
                redemption->core_category}] -= request.amount_fen();
  }
  Move(program, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, v1::ACCOUNT_KIND_CREDIT, request.amount_fen());
  outcome.parts = {{0, 0, 0}};
  int64_t left = request.amount_fen();
  for (auto draw = redemption->draws.rbegin(); draw != redemption->draws.rend(); ++draw) {
    const int64_t fen = std::min(left, reversible_of(*draw));
    if (fen == 0) continue;
    left -= fen;
    draw->reversed_fen += fen;
    Unspend(draw->voucher, redemption->account, fen, &outcome);
  }
  return outcome;
}

// Money of a voucher that a provider gives back.
void Model::Unspend(uint64_t number, uint64_t account, int64_t fen, Outcome* outcome) {
  Voucher& voucher = vouchers[number - 1];
  Application& application = applications[voucher.application - 1];
  const uint64_t provider = accounts[account - 1].provider;
  voucher.redeemed_fen -= fen;
  Claim& claim = voucher.claims[provider];
  claim.fen -= fen;
  // If its voucher stays over.
  const bool settles = voucher.state != v1::VOUCHER_STATE_ACTIVE && IsSettled(voucher);
  claim.month = MonthOf(now_);
  // First from what waits for acceptance.
  const PayableKey open = {application.program, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, provider, 0};
  PayableKey gated = open;
  std::get<3>(gated) = voucher.application;
  const int64_t from_gated = std::min(fen, payable_fen[gated]);
  Owe(gated, voucher.application, -from_gated);
  Owe(open, voucher.application, from_gated - fen);
  // What is spent no more is owed back no more; what was paid back of it is the enterprise's again.
  const int64_t owed = std::min(fen, application.receivable_fen);
  if (owed > 0) {
    OweBack(application.enterprise, application.program, -owed);
    application.receivable_fen -= owed;
  }
  const int64_t refund = std::min(fen - owed, application.recovered_fen);
  if (refund > 0) {
    Move(application.program, v1::ACCOUNT_KIND_CREDIT, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, refund);
    Owe({application.program, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, application.enterprise, 0},
        voucher.application, refund);
    application.recovered_fen -= refund;
    voucher.released_fen += refund;
    outcome->released_fen += refund;
    outcome->parts[0][0] += refund;
  }
  const bool over =
      IsDead(voucher) || programs[application.program - 1].state == v1::PROGRAM_STATE_ARCHIVED;
  const int64_t back = over ? fen - refund : owed;
  GiveBack(&application, v1::ACCOUNT_KIND_CREDIT, back, outcome);
  NoteLapse(number, account, back);
  if (fen == back + refund) {
    if (!settles) return;
    MoveTo(&application, v1::APPLICATION_STATE_SETTLED);
    return outcome->settled_applications.push_back(voucher.application);
  }
  AddCredit(number, account, fen - back - refund);
  voucher.state = v1::VOUCHER_STATE_ACTIVE;
  timers.insert({voucher.lapses, v1::TIMER_KIND_VOUCHER_LAPSE, number});
}

// What is pending for the vouchers of a revision when they are over: at most 256 lapse, of 8,192
// that are looked at, in the order of the queue.
void Model::LapsePending(const v1::TimerDue& timer, Outcome* outcome) {
  home_ = static_cast<uint32_t>(timer.id() >> 32);
  turn_ = true;
  const uint64_t revision = timer.id() & 0xffff'ffff;
  uint64_t& through = looked_through[{home_, revision}];
  int looked = 0;
  for (const uint64_t id : programs[home_ - 1].applications) {
    Application& application = applications[id - 1];
    if (application.queue_number <= through) continue;
    if (looked == 8'192 || outcome->parts.size() == 256) {
      outcome->id = application.queue_number - 1;
      break;
    }
    ++looked;
    if (application.revision + 1 != revision || !IsPendingCredit(application)) continue;
    if (application.state == v1::APPLICATION_STATE_WAITLISTED) {
      application.lapse_reason = v1::REASON_VOUCHER_EXPIRED;
    }
    outcome->parts.push_back({static_cast<int64_t>(id), 0, 0});
    Outcome ignored;
    EndHold(&application, v1::APPLICATION_STATE_LAPSED, &ignored);
  }
  through = pending_credit[{home_, revision}] > 0 ? outcome->id : 0;
}

Outcome Model::Fire(const v1::TimerDue& timer) {
  timer_due_ = timer.due_unix_ns();
  timers.erase({timer.due_unix_ns(), timer.kind(), timer.id()});
  Outcome outcome;
  if (timer.kind() == v1::TIMER_KIND_PROGRAM_CUTOFF) {
    Program& program = programs[timer.id() - 1];
    outcome.state = program.state;
    if (program.state != v1::PROGRAM_STATE_DRAFT) program.state = v1::PROGRAM_STATE_CLOSED;
    home_ = static_cast<uint32_t>(timer.id());
    turn_ = true;
  } else if (timer.kind() == v1::TIMER_KIND_WAITLIST) {
    home_ = static_cast<uint32_t>(timer.id());
    turn_ = true;
    programs[home_ - 1].waitlist_due = 0;
  } else if (timer.kind() == v1::TIMER_KIND_TRANSFER_ANSWER) {
    transfers[timer.id() - 1].state = v1::TRANSFER_STATE_OVERDUE;
  } else if (timer.kind() == v1::TIMER_KIND_TRANCHE) {
    const Tranche& tranche = tranches[timer.id() - 1];
    Move(tranche.program, v1::ACCOUNT_KIND_TREASURY, v1::ACCOUNT_KIND_BUDGET, tranche.amount_fen);
    programs[tranche.program - 1].unopened_fen -= tranche.amount_fen;
    outcome.amount_fen = programs[tranche.program - 1].total_fen[v1::ACCOUNT_KIND_BUDGET];
  } else if (timer.kind() == v1::TIMER_KIND_CORRECTION) {
    EndHold(&applications[timer.id() - 1], v1::APPLICATION_STATE_LAPSED, &outcome);
    applications[timer.id() - 1].correction_due = timer.due_unix_ns();
  } else if (timer.kind() == v1::TIMER_KIND_PENDING_LAPSE) {
    LapsePending(timer, &outcome);
  } else if (timer.kind() == v1::TIMER_KIND_PROJECT) {
    Release(&applications[timer.id() - 1], &outcome);
  } else {
    Voucher& voucher = vouchers[timer.id() - 1];
    voucher.state = v1::VOUCHER_STATE_EXPIRED;
    Empty(timer.id(), &outcome);
    outcome.settles_application = IsSettled(voucher);
    if (outcome.settles_application) {
      MoveTo(&applications[voucher.application - 1], v1::APPLICATION_STATE_SETTLED);
    }
  }
  timer_due_ = 0;
  return outcome;
}

}  // namespace voucher::simulation
