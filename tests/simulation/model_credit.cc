// The model's credit: transfers, redemptions, reversals, and what timers book.
#include <algorithm>

#include "tests/simulation/model.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {
namespace {

// Waits for its answer.
bool IsOpen(const Transfer& transfer) {
  return transfer.state == v1::TRANSFER_STATE_ORDERED ||
         transfer.state == v1::TRANSFER_STATE_OVERDUE;
}

}  // namespace

Outcome Model::Order(const v1::OrderTransferRequest& request) {
  Voucher* voucher = At(&vouchers, request.voucher_id());
  const Account* account = At(&accounts, request.account_id());
  Wrongs wrongs;
  wrongs.If(voucher == nullptr, v1::REASON_VOUCHER_NOT_FOUND);
  wrongs.If(account == nullptr, v1::REASON_ACCOUNT_NOT_FOUND);
  if (voucher != nullptr) {
    const Application& application = applications[voucher->application - 1];
    const std::string& program_id = programs[application.program - 1].rules().program_id();
    wrongs.If(!who_->program_ids().empty() && !Has(who_->program_ids(), program_id),
              v1::REASON_PERMISSION_DENIED);
    wrongs.If(IsBlacklisted(application.enterprise, application.program), v1::REASON_BLACKLISTED);
    wrongs.If(now_ >= voucher->expires, v1::REASON_VOUCHER_EXPIRED);
    wrongs.If(request.amount_fen() > voucher->available_fen, v1::REASON_INSUFFICIENT_CREDIT);
    wrongs.If(account != nullptr && account->enterprise != application.enterprise,
              v1::REASON_ACCOUNT_NOT_OWNED);
  }
  wrongs.If(account != nullptr && providers[account->provider - 1].suspended,
            v1::REASON_PROVIDER_SUSPENDED);
  if (wrongs.any()) return wrongs.Refusal();
  const uint32_t program = applications[voucher->application - 1].program;
  voucher->available_fen -= request.amount_fen();
  voucher->transit_fen += request.amount_fen();
  Move(program, v1::ACCOUNT_KIND_VOUCHER, v1::ACCOUNT_KIND_TRANSIT, request.amount_fen());
  const int64_t due =
      now_ + programs[program - 1].rules().voucher_terms().transfer_answer_hours() * kHour;
  transfers.push_back({request.voucher_id(), request.account_id(), request.amount_fen(),
                       v1::TRANSFER_STATE_ORDERED, due});
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
  if (IsDead(voucher)) {
    GiveBack(&application, to, fen, outcome);
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
  const auto product = products.find({program, account->provider, request.product_id()});
  wrongs.If(product == products.end(), v1::REASON_PRODUCT_NOT_FOUND);
  wrongs.If(product != products.end() && !InForce(product->second, DayNumber(usage)),
            v1::REASON_PRODUCT_NOT_APPROVED);
  wrongs.If(IsBlacklisted(account->enterprise, program), v1::REASON_BLACKLISTED);
  wrongs.If(providers[account->provider - 1].suspended, v1::REASON_PROVIDER_SUSPENDED);
  wrongs.If(!request.uscc().empty() && EnterpriseNumber(request.uscc()) != account->enterprise,
            v1::REASON_NON_TRANSFERABLE);
  wrongs.If(orders.count({account->provider, request.order_number()}) != 0,
            v1::REASON_ORDER_ALREADY_REDEEMED);
  // First-expiring first.
  const v1::ProgramRules& rules = programs[program - 1].rules();
  const std::string category =
      product != products.end() ? product->second.category() : std::string();
  std::vector<Draw> lots;
  int64_t usable = 0;
  int64_t expired = 0;
  bool restricted = false;
  for (const auto& [expires, number] : account->lots) {
    const Voucher& voucher = vouchers[number - 1];
    const Application& application = applications[voucher.application - 1];
    if (application.program != program) continue;
    const auto& categories = FindItem(rules, application.item_id)->spendable_categories();
    const int64_t fen = voucher.credit_fen.at(request.account_id());
    if (!categories.empty() && !Has(categories, category)) {
      restricted = true;
    } else if (usage < expires && now_ < voucher.lapses) {
      lots.push_back({number, fen, 0});
      usable += fen;
    } else {
      expired += fen;
    }
  }
  wrongs.If(restricted && usable + expired == 0, v1::REASON_PRODUCT_NOT_APPROVED);
  const bool core = Has(rules.basket().core_categories(), category);
  wrongs.If(rules.has_basket() && !core && basket_fen[{program, account->enterprise}] == 0,
            v1::REASON_BASKET_RULE);
  const int64_t needed = request.has_amount_fen() ? request.amount_fen() : 1;
  wrongs.If(usable < needed && usable + expired >= needed, v1::REASON_VOUCHER_EXPIRED);
  wrongs.If(usable < needed, v1::REASON_INSUFFICIENT_CREDIT);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  outcome.amount_fen =
      request.has_amount_fen() ? request.amount_fen() : std::min(request.at_most_fen(), usable);
  int64_t left = outcome.amount_fen;
  Redemption redemption{.id = sequence,
                        .program = program,
                        .account = request.account_id(),
                        .order_number = request.order_number(),
                        .state = v1::REDEMPTION_STATE_BOOKED,
                        .core = core};
  for (const Draw& lot : lots) {
    const int64_t fen = std::min(left, lot.amount_fen);
    if (fen == 0) break;
    left -= fen;
    redemption.draws.push_back({lot.voucher, fen, 0});
    Voucher& voucher = vouchers[lot.voucher - 1];
    AddCredit(lot.voucher, request.account_id(), -fen);
    voucher.redeemed_fen += fen;
    Claim& claim = voucher.claims[account->provider];
    claim = {claim.fen + fen, MonthOf(now_)};
    Owe({program, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, account->provider,
         GateOf(applications[voucher.application - 1])},
        voucher.application, fen);
    if (voucher.redeemed_fen == voucher.approved_fen) {
      voucher.state = v1::VOUCHER_STATE_EXHAUSTED;
      outcome.exhausted_vouchers.push_back(lot.voucher);
      timers.erase({voucher.lapses, v1::TIMER_KIND_VOUCHER_LAPSE, lot.voucher});
    }
  }
  Move(program, v1::ACCOUNT_KIND_CREDIT, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, outcome.amount_fen);
  if (core) basket_fen[{program, account->enterprise}] += outcome.amount_fen;
  redemptions.push_back(std::move(redemption));
  outcome.id = sequence;
  orders[{account->provider, request.order_number()}] = outcome.id;
  return outcome;
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
    return std::min(draw.amount_fen - draw.reversed_fen,
                    vouchers[draw.voucher - 1].claims[provider].fen);
  };
  int64_t reversible = 0;
  int64_t booked = 0;
  for (const Draw& draw : redemption->draws) {
    booked += draw.amount_fen - draw.reversed_fen;
    reversible += reversible_of(draw);
  }
  wrongs.If(!MayActFor(provider), v1::REASON_PERMISSION_DENIED);
  wrongs.If(request.amount_fen() > reversible, v1::REASON_NOT_REVERSIBLE);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  outcome.id = request.redemption_id();
  outcome.amount_fen = request.amount_fen();
  outcome.state = redemption->state = request.amount_fen() == booked
                                          ? v1::REDEMPTION_STATE_REVERSED
                                          : v1::REDEMPTION_STATE_PARTLY_REVERSED;
  if (redemption->core) {
    basket_fen[{program, accounts[redemption->account - 1].enterprise}] -= request.amount_fen();
  }
  Move(program, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, v1::ACCOUNT_KIND_CREDIT, request.amount_fen());
  int64_t left = request.amount_fen();
  for (auto draw = redemption->draws.rbegin(); draw != redemption->draws.rend(); ++draw) {
    const int64_t fen = std::min(left, reversible_of(*draw));
    if (fen == 0) continue;
    left -= fen;
    draw->reversed_fen += fen;
    Voucher& voucher = vouchers[draw->voucher - 1];
    Application& application = applications[voucher.application - 1];
    voucher.redeemed_fen -= fen;
    Claim& claim = voucher.claims[provider];
    claim.fen -= fen;
    if (voucher.state == v1::VOUCHER_STATE_EXPIRED && IsSettled(voucher)) {
      MoveTo(&application, v1::APPLICATION_STATE_SETTLED);
      outcome.settled_applications.push_back(voucher.application);
    }
    claim.month = MonthOf(now_);
    // First from what waits for acceptance.
    const PayableKey open = {program, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, provider, 0};
    PayableKey gated = open;
    std::get<3>(gated) = voucher.application;
    const int64_t from_gated = std::min(fen, payable_fen[gated]);
    Owe(gated, voucher.application, -from_gated);
    Owe(open, voucher.application, from_gated - fen);
    // What is spent no more is owed back no more.
    if (voucher.receivable) {
      const int64_t owed = std::min(fen, OwedBack(application.enterprise, program));
      if (owed > 0) OweBack(application.enterprise, program, -owed);
    }
    if (IsDead(voucher)) {
      GiveBack(&application, v1::ACCOUNT_KIND_CREDIT, fen, &outcome);
      continue;
    }
    AddCredit(draw->voucher, redemption->account, fen);
    voucher.state = v1::VOUCHER_STATE_ACTIVE;
    timers.insert({voucher.lapses, v1::TIMER_KIND_VOUCHER_LAPSE, draw->voucher});
  }
  return outcome;
}

Outcome Model::Fire(const v1::TimerDue& timer) {
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
  return outcome;
}

}  // namespace voucher::simulation
