// The model's programs, enterprises, providers, products, cloud accounts and calendar.
#include "ledger/base/proto_enum.h"
#include "tests/simulation/model.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {
namespace {

// The kind of limit that a cap is.
int KindOf(v1::CapScope scope) {
  switch (scope) {
    case v1::CAP_SCOPE_ENTERPRISE_YEAR:
      return v1::LIMIT_KIND_ENTERPRISE_YEAR;
    case v1::CAP_SCOPE_PROJECT:
      return v1::LIMIT_KIND_PROJECT;
    case v1::CAP_SCOPE_ENTERPRISE_ITEM_YEAR:
    case v1::CAP_SCOPE_UNSPECIFIED:
      VOUCHER_PROTO_SENTINELS(v1::CapScope)
      break;
  }
  return v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR;
}

}  // namespace

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
  wrongs.If(program.state == v1::PROGRAM_STATE_ARCHIVED, v1::REASON_ILLEGAL_STATE);
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
  home_ = number;
  turn_ = true;
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
    home_ = number;
    turn_ = true;
  }
  return outcome;
}

Outcome Model::Appropriate(const v1::AppropriateRequest& request) {
  const uint32_t number = ProgramNumber(request.program_id());
  Wrongs wrongs;
  wrongs.If(number == 0, v1::REASON_PROGRAM_NOT_FOUND);
  if (number == 0) return wrongs.Refusal();
  Program& program = programs[number - 1];
  wrongs.If(program.state == v1::PROGRAM_STATE_ARCHIVED, v1::REASON_ILLEGAL_STATE);
  wrongs.If(program.total_fen[v1::ACCOUNT_KIND_BUDGET] + request.amount_fen() < 0,
            v1::REASON_BUDGET_EXHAUSTED);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  const int64_t opens =
      request.has_opens_on() ? EndOfDay(DateOf(DayNumber(request.opens_on()) - 1)) : 0;
  if (opens > now_) {
    tranches.push_back({number, request.amount_fen()});
    program.unopened_fen += request.amount_fen();
    outcome.id = tranches.size();
    outcome.instant = opens;
    timers.insert({opens, v1::TIMER_KIND_TRANCHE, outcome.id});
  } else {
    Move(number, v1::ACCOUNT_KIND_TREASURY, v1::ACCOUNT_KIND_BUDGET, request.amount_fen());
  }
  outcome.amount_fen = program.total_fen[v1::ACCOUNT_KIND_BUDGET];
  return outcome;
}

Outcome Model::Put(const v1::EnterpriseFacts& facts) {
  Outcome outcome;
  outcome.id = EnterpriseNumber(facts.uscc());
  if (outcome.id == 0) {
    enterprises.emplace_back();
    outcome.id = enterprises.size();
    usccs[facts.uscc()] = outcome.id;
  }
  Enterprise& enterprise = enterprises[outcome.id - 1];
  Wrongs wrongs;
  wrongs.If(Has(enterprise.former_usccs, facts.uscc()), v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  enterprise.facts = facts;
  return outcome;
}

Outcome Model::Succeed(const v1::SucceedEnterpriseRequest& request) {
  Outcome outcome;
  outcome.id = EnterpriseNumber(request.uscc());
  Wrongs wrongs;
  wrongs.If(outcome.id == 0, v1::REASON_ENTERPRISE_NOT_FOUND);
  if (wrongs.any()) return wrongs.Refusal();
  Enterprise& enterprise = enterprises[outcome.id - 1];
  const bool renamed = request.new_uscc() == request.uscc();
  wrongs.If(!renamed && EnterpriseNumber(request.new_uscc()) != 0, v1::REASON_ALREADY_REGISTERED);
  wrongs.If(enterprise.facts.uscc() != request.uscc(), v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  if (!renamed) enterprise.former_usccs.push_back(request.uscc());
  usccs[request.new_uscc()] = outcome.id;
  enterprise.facts.set_uscc(request.new_uscc());
  if (!request.new_name().empty()) enterprise.facts.set_name(request.new_name());
  return outcome;
}

Outcome Model::Put(const std::string& provider_id) {
  Outcome outcome;
  outcome.id = ProviderNumber(provider_id);
  if (outcome.id == 0) {
    providers.push_back({provider_id});
    outcome.id = providers.size();
  }
  return outcome;
}

Outcome Model::Blacklist(const v1::SetBlacklistRequest& request) {
  Outcome outcome;
  outcome.id = EnterpriseNumber(request.uscc());
  Wrongs wrongs;
  wrongs.If(outcome.id == 0, v1::REASON_ENTERPRISE_NOT_FOUND);
  if (wrongs.any()) return wrongs.Refusal();
  auto& blacklisting = enterprises[outcome.id - 1].blacklisting;
  blacklisting.reset();
  if (request.has_blacklisting()) blacklisting = request.blacklisting();
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

Outcome Model::Publish(const v1::PublishCalendarRequest& request) {
  calendar.first_year = request.first_year();
  calendar.last_year = request.last_year();
  calendar.working.clear();
  for (const v1::CalendarDay& day : request.days()) {
    calendar.working[DayNumber(day.date())] = day.working();
  }
  Outcome outcome;
  outcome.id = ++calendar.revision;
  return outcome;
}

Outcome Model::Record(const v1::RecordIncidentRequest& request) {
  Outcome outcome;
  outcome.id = EnterpriseNumber(request.uscc());
  Wrongs wrongs;
  wrongs.If(outcome.id == 0, v1::REASON_ENTERPRISE_NOT_FOUND);
  if (wrongs.any()) return wrongs.Refusal();
  enterprises[outcome.id - 1].incidents.push_back(request.incident());
  return outcome;
}

Outcome Model::SetListing(const v1::SetListingRequest& request) {
  Outcome outcome;
  outcome.id = EnterpriseNumber(request.uscc());
  Wrongs wrongs;
  wrongs.If(outcome.id == 0, v1::REASON_ENTERPRISE_NOT_FOUND);
  if (wrongs.any()) return wrongs.Refusal();
  enterprises[outcome.id - 1].listings.erase(request.kind());
  if (request.listed()) enterprises[outcome.id - 1].listings.insert(request.kind());
  return outcome;
}

}  // namespace voucher::simulation
