// The model's credit: transfers, redemptions, reversals, and what timers book.
#include <algorithm>

#include "tests/simulation/model.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {

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
    wrongs.If(IsBlacklisted(enterprises[application.enterprise - 1]), v1::REASON_BLACKLISTED);
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

Outcome Model::Answer(uint64_t id, bool confirmed) {
  Transfer* transfer = At(&transfers, id);
  Wrongs wrongs;
  wrongs.If(transfer == nullptr, v1::REASON_TRANSFER_NOT_FOUND);
  if (transfer == nullptr) return wrongs.Refusal();
  wrongs.If(!MayActFor(accounts[transfer->account - 1].provider), v1::REASON_PERMISSION_DENIED);
  wrongs.If(transfer->state != v1::TRANSFER_STATE_ORDERED &&
                transfer->state != v1::TRANSFER_STATE_OVERDUE,
            v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  timers.erase({transfer->answer_due, v1::TIMER_KIND_TRANSFER_ANSWER, id});
  transfer->state = confirmed ? v1::TRANSFER_STATE_CONFIRMED : v1::TRANSFER_STATE_DECLINED;
  Voucher& voucher = vouchers[transfer->voucher - 1];
  Application& application = applications[voucher.application - 1];
  const int64_t fen = transfer->amount_fen;
  const v1::AccountKind to = confirmed ? v1::ACCOUNT_KIND_CREDIT : v1::ACCOUNT_KIND_VOUCHER;
  Move(application.program, v1::ACCOUNT_KIND_TRANSIT, to, fen);
  voucher.transit_fen -= fen;
  Outcome outcome;
  if (IsDead(voucher)) {
    GiveBack(&application, to, fen, &outcome);
    return outcome;
  }
  outcome.amount_fen = fen;
  if (confirmed) {
    AddCredit(transfer->voucher, transfer->account, fen);
  } else {
    voucher.available_fen += fen;
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
  const Enterprise& owner = enterprises[account->enterprise - 1];
  const int64_t usage =
      request.usage_ended_at().seconds() * 1'000'000'000 + request.usage_ended_at().nanos();
  const auto product = products.find({program, account->provider, request.product_id()});
  wrongs.If(product == products.end(), v1::REASON_PRODUCT_NOT_FOUND);
  wrongs.If(product != products.end() && !InForce(product->second, DayNumber(usage)),
            v1::REASON_PRODUCT_NOT_APPROVED);
  wrongs.If(IsBlacklisted(owner), v1::REASON_BLACKLISTED);
  wrongs.If(providers[account->provider - 1].suspended, v1::REASON_PROVIDER_SUSPENDED);
  wrongs.If(!request.uscc().empty() && request.uscc() != owner.facts.uscc(),
            v1::REASON_NON_TRANSFERABLE);
  wrongs.If(orders.count({account->provider, request.order_number()}) != 0,
            v1::REASON_ORDER_ALREADY_REDEEMED);
  // First-expiring first.
  std::vector<Draw> lots;
  int64_t usable = 0;
  int64_t expired = 0;
  for (const auto& [expires, number] : account->lots) {
    const Voucher& voucher = vouchers[number - 1];
    if (applications[voucher.application - 1].program != program) continue;
    const int64_t fen = voucher.credit_fen.at(request.account_id());
    if (usage < expires && now_ < voucher.lapses) {
      lots.push_back({number, fen, 0});
      usable += fen;
    } else {
      expired += fen;
    }
  }
  const int64_t needed = request.has_amount_fen() ? request.amount_fen() : 1;
  wrongs.If(usable < needed && usable + expired >= needed, v1::REASON_VOUCHER_EXPIRED);
  wrongs.If(usable < needed, v1::REASON_INSUFFICIENT_CREDIT);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  outcome.amount_fen =
      request.has_amount_fen() ? request.amount_fen() : std::min(request.at_most_fen(), usable);
  int64_t left = outcome.amount_fen;
  Redemption redemption{
      program, request.account_id(), request.order_number(), {}, v1::REDEMPTION_STATE_BOOKED};
  for (const Draw& lot : lots) {
    const int64_t fen = std::min(left, lot.amount_fen);
    if (fen == 0) break;
    left -= fen;
    redemption.draws.push_back({lot.voucher, fen, 0});
    Voucher& voucher = vouchers[lot.voucher - 1];
    AddCredit(lot.voucher, request.account_id(), -fen);
    voucher.redeemed_fen += fen;
    if (voucher.redeemed_fen == voucher.approved_fen) {
      voucher.state = v1::VOUCHER_STATE_EXHAUSTED;
      outcome.exhausted_vouchers.push_back(lot.voucher);
      timers.erase({voucher.lapses, v1::TIMER_KIND_VOUCHER_LAPSE, lot.voucher});
    }
  }
  Move(program, v1::ACCOUNT_KIND_CREDIT, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, outcome.amount_fen);
  providers[account->provider - 1].payable_fen += outcome.amount_fen;
  redemptions.push_back(std::move(redemption));
  outcome.id = redemptions.size();
  orders[{account->provider, request.order_number()}] = outcome.id;
  return outcome;
}

Outcome Model::Reverse(const v1::ReverseRedemptionRequest& request) {
  Redemption* redemption = At(&redemptions, request.redemption_id());
  Wrongs wrongs;
  wrongs.If(redemption == nullptr, v1::REASON_REDEMPTION_NOT_FOUND);
  if (redemption == nullptr) return wrongs.Refusal();
  const uint64_t provider = accounts[redemption->account - 1].provider;
  int64_t reversible = 0;
  for (const Draw& draw : redemption->draws) reversible += draw.amount_fen - draw.reversed_fen;
  wrongs.If(!MayActFor(provider), v1::REASON_PERMISSION_DENIED);
  wrongs.If(request.amount_fen() > reversible, v1::REASON_NOT_REVERSIBLE);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  outcome.id = request.redemption_id();
  outcome.amount_fen = request.amount_fen();
  outcome.state = redemption->state = request.amount_fen() == reversible
                                          ? v1::REDEMPTION_STATE_REVERSED
                                          : v1::REDEMPTION_STATE_PARTLY_REVERSED;
  providers[provider - 1].payable_fen -= request.amount_fen();
  Move(redemption->program, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, v1::ACCOUNT_KIND_CREDIT,
       request.amount_fen());
  int64_t left = request.amount_fen();
  for (auto draw = redemption->draws.rbegin(); draw != redemption->draws.rend(); ++draw) {
    const int64_t fen = std::min(left, draw->amount_fen - draw->reversed_fen);
    if (fen == 0) continue;
    left -= fen;
    draw->reversed_fen += fen;
    Voucher& voucher = vouchers[draw->voucher - 1];
    voucher.redeemed_fen -= fen;
    if (IsDead(voucher)) {
      GiveBack(&applications[voucher.application - 1], v1::ACCOUNT_KIND_CREDIT, fen, &outcome);
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
  } else if (timer.kind() == v1::TIMER_KIND_TRANSFER_ANSWER) {
    transfers[timer.id() - 1].state = v1::TRANSFER_STATE_OVERDUE;
  } else {
    Voucher& voucher = vouchers[timer.id() - 1];
    voucher.state = v1::VOUCHER_STATE_EXPIRED;
    Application& application = applications[voucher.application - 1];
    GiveBack(&application, v1::ACCOUNT_KIND_VOUCHER, voucher.available_fen, &outcome);
    voucher.available_fen = 0;
    for (auto& [account, fen] : voucher.credit_fen) {
      GiveBack(&application, v1::ACCOUNT_KIND_CREDIT, fen, &outcome);
      if (fen > 0) AddCredit(timer.id(), account, -fen);
    }
  }
  return outcome;
}

}  // namespace voucher::simulation
