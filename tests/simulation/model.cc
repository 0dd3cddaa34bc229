#include "tests/simulation/model.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "tests/simulation/wrongs.h"

namespace voucher::simulation {
namespace {

constexpr int64_t kDay = 24 * kHour;

// The kind of limit that a cap is.
int KindOf(v1::CapScope scope) {
  switch (scope) {
    case v1::CAP_SCOPE_ENTERPRISE_YEAR:
      return v1::LIMIT_KIND_ENTERPRISE_YEAR;
    case v1::CAP_SCOPE_PROJECT:
      return v1::LIMIT_KIND_PROJECT;
    default:
      return v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR;
  }
}

}  // namespace

int64_t DayNumber(const v1::CivilDate& date) {
  // Days before January 1 of the year, then of the months before.
  const int64_t y = date.year() - 1;
  const bool leap = date.year() % 4 == 0 && (date.year() % 100 != 0 || date.year() % 400 == 0);
  int64_t days = y * 365 + y / 4 - y / 100 + y / 400 - 719'162;
  const int lengths[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (int month = 1; month < date.month(); ++month) days += lengths[month - 1];
  return days + date.day() - 1;
}

int64_t DayNumber(int64_t instant) {
  return (instant + 8 * kHour) / kDay;
}

v1::CivilDate DateOf(int64_t day_number) {
  v1::CivilDate date;
  date.set_day(1);
  for (date.set_year(1970); DayNumber(date) <= day_number; date.set_year(date.year() + 1)) {
  }
  date.set_year(date.year() - 1);
  for (date.set_month(12); DayNumber(date) > day_number; date.set_month(date.month() - 1)) {
  }
  date.set_day(static_cast<int>(day_number - DayNumber(date)) + 1);
  return date;
}

int64_t EndOfDay(const v1::CivilDate& date) {
  return (DayNumber(date) + 1) * kDay - 8 * kHour;
}

int64_t LapseOf(const v1::ProgramRules& rules) {
  return EndOfDay(rules.voucher_terms().expires_on()) +
         rules.voucher_terms().redemption_grace_hours() * kHour;
}

uint32_t Model::ProgramNumber(const std::string& program_id) const {
  for (size_t i = 0; i < programs.size(); ++i) {
    if (programs[i].rules().program_id() == program_id) return static_cast<uint32_t>(i + 1);
  }
  return 0;
}

uint64_t Model::EnterpriseNumber(const std::string& uscc) const {
  for (size_t i = 0; i < enterprises.size(); ++i) {
    if (enterprises[i].facts.uscc() == uscc) return i + 1;
  }
  return 0;
}

uint64_t Model::ProviderNumber(const std::string& provider_id) const {
  for (size_t i = 0; i < providers.size(); ++i) {
    if (providers[i].id == provider_id) return i + 1;
  }
  return 0;
}

LimitKey Model::PoolKey(const v1::Pool& pool, uint32_t program) const {
  switch (pool.scope()) {
    case v1::POOL_SCOPE_DIVISION:
      return {program, v1::LIMIT_KIND_DIVISION, std::strtoull(pool.key().c_str(), nullptr, 10), 0};
    case v1::POOL_SCOPE_PROVIDER:
      return {program, v1::LIMIT_KIND_PROVIDER, ProviderNumber(pool.key()), 0};
    default:
      return {program, v1::LIMIT_KIND_ITEM,
              FindItem(programs[program - 1].rules(), pool.key())->number(), 0};
  }
}

void Model::Move(uint32_t program, v1::AccountKind from, v1::AccountKind to, int64_t fen) {
  programs[program - 1].total_fen[from] -= fen;
  programs[program - 1].total_fen[to] += fen;
}

void Model::AddCredit(uint64_t voucher, uint64_t account, int64_t fen) {
  const int64_t left = vouchers[voucher - 1].credit_fen[account] += fen;
  auto& lots = accounts[account - 1].lots;
  if (left > 0) lots.insert({vouchers[voucher - 1].expires, voucher});
  if (left == 0) lots.erase({vouchers[voucher - 1].expires, voucher});
}

bool Model::IsDead(const Voucher& voucher) const {
  return voucher.state == v1::VOUCHER_STATE_EXPIRED || now_ >= voucher.lapses;
}

bool Model::IsBlacklisted(const Enterprise& enterprise) const {
  return enterprise.blacklisted && DayNumber(now_) <= enterprise.blacklisted_until;
}

bool Model::MayActFor(uint64_t provider) const {
  return !Has(who_->roles(), v1::ROLE_PROVIDER) ||
         providers[provider - 1].id == who_->provider_id();
}

bool Model::MayReview(const Application& application, const std::string& stage) const {
  if (!Has(who_->roles(), v1::ROLE_REVIEWER)) return true;
  if (!who_->stages().empty() && !Has(who_->stages(), stage)) return false;
  const std::string& division = enterprises[application.enterprise - 1].facts.division();
  return who_->divisions().empty() ||
         std::any_of(who_->divisions().begin(), who_->divisions().end(),
                     [&](const std::string& area) { return Covers(area, division); });
}

// Unspent money: to the budget, and free under every limit, unless the program is closed.
void Model::GiveBack(Application* application, v1::AccountKind from, int64_t fen,
                     Outcome* outcome) {
  if (fen == 0) return;
  const bool closed = from != v1::ACCOUNT_KIND_HELD &&
                      programs[application->program - 1].state == v1::PROGRAM_STATE_CLOSED;
  Move(application->program, from, closed ? v1::ACCOUNT_KIND_RETURNED : v1::ACCOUNT_KIND_BUDGET,
       fen);
  outcome->released_fen += fen;
  if (from == v1::ACCOUNT_KIND_HELD) {
    application->held_fen -= fen;
  } else {
    vouchers[application->voucher - 1].released_fen += fen;
  }
  if (closed) return;
  for (const LimitKey& limit : application->limits) {
    used_fen[limit] -= fen;
    outcome->limit_deltas[limit] -= fen;
  }
}

void Model::EndHold(Application* application, int state, Outcome* outcome) {
  application->state = state;
  GiveBack(application, v1::ACCOUNT_KIND_HELD, application->held_fen, outcome);
  for (const std::string& invoice : application->invoices) invoices.erase(invoice);
}

Outcome Model::Apply(const v1::Command& command, const v1::Authority& who, int64_t received_at) {
  who_ = &who;
  now_ = received_at;
  switch (command.verb_case()) {
    case v1::Command::kPublishProgram:
      return Publish(command.publish_program().rules());
    case v1::Command::kSetProgramState:
      return SetState(command.set_program_state());
    case v1::Command::kAppropriate:
      return Appropriate(command.appropriate());
    case v1::Command::kPutEnterprise: {
      const v1::EnterpriseFacts& facts = command.put_enterprise().facts();
      Outcome outcome;
      outcome.id = EnterpriseNumber(facts.uscc());
      if (outcome.id == 0) {
        enterprises.emplace_back();
        outcome.id = enterprises.size();
      }
      enterprises[outcome.id - 1].facts = facts;
      return outcome;
    }
    case v1::Command::kSetBlacklist:
      return Blacklist(command.set_blacklist());
    case v1::Command::kPutProvider: {
      Outcome outcome;
      outcome.id = ProviderNumber(command.put_provider().provider_id());
      if (outcome.id == 0) {
        providers.push_back({command.put_provider().provider_id()});
        outcome.id = providers.size();
      }
      return outcome;
    }
    case v1::Command::kSetProviderState:
      return SetProvider(command.set_provider_state());
    case v1::Command::kPutProduct:
      return PutProduct(command.put_product().product());
    case v1::Command::kWithdrawProduct:
      return WithdrawProduct(command.withdraw_product());
    case v1::Command::kBindCloudAccount:
      return Bind(command.bind_cloud_account());
    case v1::Command::kSubmitApplication:
      return Submit(command.submit_application());
    case v1::Command::kWithdrawApplication:
      return Withdraw(command.withdraw_application().application_id());
    case v1::Command::kReviewApplication:
      return Review(command.review_application());
    case v1::Command::kApproveApplication:
      return Approve(command.approve_application());
    case v1::Command::kOrderTransfer:
      return Order(command.order_transfer());
    case v1::Command::kConfirmTransfer:
      return Answer(command.confirm_transfer().transfer_id(), true);
    case v1::Command::kDeclineTransfer:
      return Answer(command.decline_transfer().transfer_id(), false);
    case v1::Command::kRedeem:
      return Redeem(command.redeem());
    case v1::Command::kReverseRedemption:
      return Reverse(command.reverse_redemption());
    case v1::Command::kTimerDue:
      return Fire(command.timer_due());
    default:
      return {};
  }
}

// Programs and registry.

Outcome Model::Publish(const v1::ProgramRules& rules) {
  Outcome outcome;
  outcome.id = ProgramNumber(rules.program_id());
  if (outcome.id == 0) {
    programs.emplace_back();
    programs.back().state = v1::PROGRAM_STATE_DRAFT;
    outcome.id = programs.size();
  }
  const auto number = static_cast<uint32_t>(outcome.id);
  Program& program = programs[number - 1];
  Wrongs wrongs;
  for (const auto& [limit, used] : used_fen) {
    const int kind = std::get<1>(limit);
    const uint64_t sub = std::get<3>(limit);
    if (std::get<0>(limit) != number) continue;
    for (const v1::Cap& cap : rules.caps()) {
      wrongs.If(KindOf(cap.scope()) == kind && used > cap.amount_fen(), v1::REASON_ILLEGAL_STATE);
    }
    for (const v1::Item& item : rules.items()) {
      wrongs.If(kind == v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR && sub == item.number() &&
                    item.cap_fen() > 0 && used > item.cap_fen(),
                v1::REASON_ILLEGAL_STATE);
    }
    for (const v1::Pool& pool : rules.pools()) {
      wrongs.If(PoolKey(pool, number) == limit && used > pool.amount_fen(),
                v1::REASON_ILLEGAL_STATE);
    }
  }
  if (wrongs.any()) return wrongs.Refusal();
  if (!program.revisions.empty()) {
    timers.erase(
        {EndOfDay(program.rules().window().last_day()), v1::TIMER_KIND_PROGRAM_CUTOFF, number});
  }
  program.revisions.push_back(rules);
  if (program.state != v1::PROGRAM_STATE_CLOSED) {
    timers.insert({EndOfDay(rules.window().last_day()), v1::TIMER_KIND_PROGRAM_CUTOFF, number});
  }
  return outcome;
}

Outcome Model::SetState(const v1::SetProgramStateRequest& request) {
  const uint32_t number = ProgramNumber(request.program_id());
  Wrongs wrongs;
  wrongs.If(number == 0, v1::REASON_PROGRAM_NOT_FOUND);
  if (number == 0) return wrongs.Refusal();
  Program& program = programs[number - 1];
  const int64_t cutoff = EndOfDay(program.rules().window().last_day());
  const std::set<std::pair<int, int>> steps = {
      {v1::PROGRAM_STATE_DRAFT, v1::PROGRAM_STATE_OPEN},
      {v1::PROGRAM_STATE_OPEN, v1::PROGRAM_STATE_SUSPENDED},
      {v1::PROGRAM_STATE_SUSPENDED, v1::PROGRAM_STATE_OPEN},
      {v1::PROGRAM_STATE_OPEN, v1::PROGRAM_STATE_CLOSED},
      {v1::PROGRAM_STATE_SUSPENDED, v1::PROGRAM_STATE_CLOSED}};
  wrongs.If(request.state() == v1::PROGRAM_STATE_OPEN && now_ >= cutoff, v1::REASON_WINDOW_CLOSED);
  wrongs.If(steps.count({program.state, request.state()}) == 0, v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  outcome.state = program.state;
  program.state = request.state();
  if (program.state == v1::PROGRAM_STATE_CLOSED) {
    timers.erase({cutoff, v1::TIMER_KIND_PROGRAM_CUTOFF, number});
  }
  return outcome;
}

Outcome Model::Appropriate(const v1::AppropriateRequest& request) {
  const uint32_t number = ProgramNumber(request.program_id());
  Wrongs wrongs;
  wrongs.If(number == 0, v1::REASON_PROGRAM_NOT_FOUND);
  wrongs.If(number != 0 &&
                programs[number - 1].total_fen[v1::ACCOUNT_KIND_BUDGET] + request.amount_fen() < 0,
            v1::REASON_POOL_EXHAUSTED);
  if (wrongs.any()) return wrongs.Refusal();
  Move(number, v1::ACCOUNT_KIND_TREASURY, v1::ACCOUNT_KIND_BUDGET, request.amount_fen());
  Outcome outcome;
  outcome.amount_fen = programs[number - 1].total_fen[v1::ACCOUNT_KIND_BUDGET];
  return outcome;
}

Outcome Model::Blacklist(const v1::SetBlacklistRequest& request) {
  Outcome outcome;
  outcome.id = EnterpriseNumber(request.uscc());
  Wrongs wrongs;
  wrongs.If(outcome.id == 0, v1::REASON_ENTERPRISE_NOT_FOUND);
  if (wrongs.any()) return wrongs.Refusal();
  Enterprise& enterprise = enterprises[outcome.id - 1];
  enterprise.blacklisted = request.has_blacklisting();
  enterprise.blacklisted_until = request.blacklisting().has_until()
                                     ? DayNumber(request.blacklisting().until())
                                     : std::numeric_limits<int64_t>::max();
  return outcome;
}

Outcome Model::SetProvider(const v1::SetProviderStateRequest& request) {
  Outcome outcome;
  outcome.id = ProviderNumber(request.provider_id());
  Wrongs wrongs;
  wrongs.If(outcome.id == 0, v1::REASON_PROVIDER_NOT_FOUND);
  if (wrongs.any()) return wrongs.Refusal();
  providers[outcome.id - 1].suspended = request.state() == v1::PROVIDER_STATE_SUSPENDED;
  return outcome;
}

Outcome Model::PutProduct(const v1::Product& product) {
  const uint32_t program = ProgramNumber(product.program_id());
  Outcome outcome;
  outcome.id = ProviderNumber(product.provider_id());
  Wrongs wrongs;
  wrongs.If(program == 0, v1::REASON_PROGRAM_NOT_FOUND);
  wrongs.If(outcome.id == 0, v1::REASON_PROVIDER_NOT_FOUND);
  for (const std::string& item_id : product.item_ids()) {
    wrongs.If(program != 0 && FindItem(programs[program - 1].rules(), item_id) == nullptr,
              v1::REASON_ITEM_NOT_FOUND);
  }
  if (wrongs.any()) return wrongs.Refusal();
  products[{program, outcome.id, product.product_id()}] = product;
  return outcome;
}

Outcome Model::WithdrawProduct(const v1::WithdrawProductRequest& request) {
  const uint32_t program = ProgramNumber(request.program_id());
  Outcome outcome;
  outcome.id = ProviderNumber(request.provider_id());
  const auto product = products.find({program, outcome.id, request.product_id()});
  Wrongs wrongs;
  wrongs.If(program == 0, v1::REASON_PROGRAM_NOT_FOUND);
  wrongs.If(outcome.id == 0, v1::REASON_PROVIDER_NOT_FOUND);
  wrongs.If(product == products.end(), v1::REASON_PRODUCT_NOT_FOUND);
  wrongs.If(product != products.end() && product->second.has_effective_until() &&
                DayNumber(product->second.effective_until()) <= DayNumber(request.last_day()),
            v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  *product->second.mutable_effective_until() = request.last_day();
  return outcome;
}

Outcome Model::Bind(const v1::BindCloudAccountRequest& request) {
  const uint64_t enterprise = EnterpriseNumber(request.uscc());
  const uint64_t provider = ProviderNumber(request.provider_id());
  Wrongs wrongs;
  wrongs.If(Has(who_->roles(), v1::ROLE_PROVIDER) && who_->provider_id() != request.provider_id(),
            v1::REASON_PERMISSION_DENIED);
  wrongs.If(enterprise == 0, v1::REASON_ENTERPRISE_NOT_FOUND);
  wrongs.If(provider == 0, v1::REASON_PROVIDER_NOT_FOUND);
  for (const Account& account : accounts) {
    if (account.provider != provider || account.number != request.account_number()) continue;
    wrongs.If(account.enterprise == enterprise, v1::REASON_ALREADY_REGISTERED);
    wrongs.If(account.enterprise != enterprise, v1::REASON_NON_TRANSFERABLE);
  }
  if (wrongs.any()) return wrongs.Refusal();
  accounts.push_back({provider, request.account_number(), enterprise, {}});
  Outcome outcome;
  outcome.id = accounts.size();
  return outcome;
}

}  // namespace voucher::simulation
