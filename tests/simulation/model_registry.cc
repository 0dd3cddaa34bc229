// The model's programs, enterprises, providers, products, cloud accounts and calendar.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "tests/simulation/model.h"
#include "tests/simulation/rule_reading.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {
namespace {

// What identifies an item of one revision in another one.
bool Keeps(const v1::ProgramRules& rules, const v1::Item& item, bool used) {
  bool there = false;
  for (const v1::Item& other : rules.items()) {
    if ((other.item_id() == item.item_id()) != (other.number() == item.number())) return false;
    there = there || other.number() == item.number();
  }
  return there || !used;
}

bool Competes(const v1::ProgramRules& rules) {
  return rules.allocation() == v1::ALLOCATION_COMPETITIVE;
}

}  // namespace

void Model::RefuseIfIdentityChanges(const Program& program, const v1::ProgramRules& rules,
                                    Wrongs* wrongs) const {
  const v1::ProgramRules& before = program.rules();
  bool kept = rules.sandbox() == before.sandbox() && rules.fiscal_year() == before.fiscal_year() &&
              Competes(rules) == Competes(before) && rules.time_zone() == before.time_zone();
  for (const v1::ProgramRules& earlier : program.revisions) {
    for (const v1::Item& item : earlier.items()) kept = kept && Keeps(rules, item, false);
  }
  for (const v1::Item& item : before.items()) {
    const bool used =
        std::any_of(program.applications.begin(), program.applications.end(),
                    [&](uint64_t id) { return applications[id - 1].item_id == item.item_id(); });
    kept = kept && Keeps(rules, item, used);
  }
  wrongs->If(!kept, v1::REASON_IDENTITY_FIXED);
}

// Each cap of `rules` that is lower than before must hold what stands under it: the program's of
// all grants, an item's own of the grants of that item; and each pool what stands in it.
void Model::RefuseIfBelowUse(uint32_t number, const v1::ProgramRules& rules, Wrongs* wrongs) const {
  const Program& program = programs[number - 1];
  // By enterprise, kind of cap, and item or project; of all grants, and of one item alone.
  std::map<std::tuple<uint64_t, int, std::string>, int64_t> of_all, of_item;
  for (const uint64_t id : program.applications) {
    const Application& application = applications[id - 1];
    const std::string project = std::to_string(application.project);
    const auto count = [&](auto* sums, int kind, const std::string& part) {
      (*sums)[{application.enterprise, kind, part}] += application.standing_fen;
    };
    count(&of_all, v1::LIMIT_KIND_ENTERPRISE_YEAR, "");
    count(&of_all, v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR, application.item_id);
    count(&of_all, v1::LIMIT_KIND_PROJECT, project);
    count(&of_item, v1::LIMIT_KIND_ENTERPRISE_YEAR, application.item_id);
    count(&of_item, v1::LIMIT_KIND_ENTERPRISE_ITEM_YEAR, application.item_id);
    count(&of_item, v1::LIMIT_KIND_PROJECT, application.item_id + " " + project);
  }
  const auto lowered = [](const std::map<int, int64_t>& before, int kind, int64_t fen) {
    return before.count(kind) == 0 || before.at(kind) > fen;
  };
  const std::map<int, int64_t> then = CapsOf(program.rules(), {}, {});
  for (const auto& [kind, fen] : CapsOf(rules, {}, {})) {
    for (const auto& [key, stands] : of_all) {
      wrongs->If(std::get<1>(key) == kind && lowered(then, kind, fen) && stands > fen,
                 v1::REASON_LIMIT_BELOW_USE);
    }
  }
  for (const v1::Item& item : rules.items()) {
    const v1::Item* was = FindItem(program.rules(), item.item_id());
    for (const auto& [key, stands] : of_item) {
      const auto& [enterprise, kind, part] = key;
      if (part != item.item_id() && part.rfind(item.item_id() + " ", 0) != 0) continue;
      const v1::EnterpriseFacts& facts = enterprises[enterprise - 1].facts;
      const std::map<int, int64_t> own = CapsOf({}, item, facts);
      const std::map<int, int64_t> before =
          was != nullptr ? CapsOf({}, *was, facts) : std::map<int, int64_t>();
      wrongs->If(
          own.count(kind) != 0 && lowered(before, kind, own.at(kind)) && stands > own.at(kind),
          v1::REASON_LIMIT_BELOW_USE);
    }
  }
  for (const v1::Pool& pool : rules.pools()) {
    wrongs->If(StandingInPool(number, pool) > pool.amount_fen(), v1::REASON_LIMIT_BELOW_USE);
  }
}

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
  if (!program.revisions.empty()) {
    RefuseIfIdentityChanges(program, rules, &wrongs);
    RefuseIfBelowUse(number, rules, &wrongs);
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
  uint64_t& act = acts["appropriation " + std::to_string(number) + " " +
                       std::to_string(request.amount_fen()) + " " + request.fiscal_reference()];
  wrongs.If(act != 0 && act != request.repeats(), v1::REASON_ALREADY_BOOKED);
  wrongs.If(program.state == v1::PROGRAM_STATE_ARCHIVED, v1::REASON_ILLEGAL_STATE);
  wrongs.If(program.total_fen[v1::ACCOUNT_KIND_BUDGET] + request.amount_fen() < 0,
            v1::REASON_BUDGET_EXHAUSTED);
  if (wrongs.any()) return wrongs.Refusal();
  act = sequence;
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
  const bool created = outcome.id == 0;
  if (created) {
    enterprises.emplace_back();
    outcome.id = enterprises.size();
    usccs[facts.uscc()] = outcome.id;
  }
  Enterprise& enterprise = enterprises[outcome.id - 1];
  Wrongs wrongs;
  wrongs.If(Has(enterprise.former_usccs, facts.uscc()), v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  const bool unchanged = enterprise.facts.SerializeAsString() == facts.SerializeAsString();
  outcome.parts.push_back({created, !created && unchanged, 0});
  enterprise.facts = facts;
  // Its caps may be others now.
  if (!unchanged) LookAgain(outcome.id, [](const Application&) { return true; });
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
  const bool current = enterprise.facts.uscc() == request.uscc();
  // Back to a code that it had.
  auto& former = enterprise.former_usccs;
  const auto own = std::find(former.begin(), former.end(), request.new_uscc());
  const bool reverts = current && own != former.end();
  wrongs.If(!renamed && !reverts && EnterpriseNumber(request.new_uscc()) != 0,
            v1::REASON_ALREADY_REGISTERED);
  wrongs.If(!current, v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  if (reverts) former.erase(own);
  if (!renamed) former.push_back(request.uscc());
  usccs[request.new_uscc()] = outcome.id;
  enterprise.facts.set_uscc(request.new_uscc());
  if (!request.new_name().empty()) enterprise.facts.set_name(request.new_name());
  return outcome;
}

Outcome Model::Put(const v1::PutProviderRequest& request) {
  Outcome outcome;
  outcome.id = ProviderNumber(request.provider_id());
  const bool created = outcome.id == 0;
  if (created) {
    providers.push_back({request.provider_id()});
    outcome.id = providers.size();
  }
  Provider& provider = providers[outcome.id - 1];
  outcome.parts.push_back({created, !created && provider.name == request.name(), 0});
  provider.name = request.name();
  return outcome;
}

namespace {

v1::Approval ApprovalOf(const v1::Product& product) {
  v1::Approval approval;
  *approval.mutable_item_ids() = product.item_ids();
  approval.set_category(product.category());
  *approval.mutable_effective_from() = product.effective_from();
  if (product.has_effective_until()) {
    *approval.mutable_effective_until() = product.effective_until();
  }
  return approval;
}

OnRecord RecordOf(const v1::Incident& incident) {
  OnRecord record;
  record.incident = incident;
  record.reference = incident.reference();
  record.first = DayNumber(incident.date());
  return record;
}

OnRecord RecordOf(const v1::SetListingRequest& request, int64_t today) {
  OnRecord record;
  record.listing = request.kind();
  record.reference = request.reference();
  record.first = request.has_from() ? DayNumber(request.from()) : today;
  if (request.has_until()) record.until = DayNumber(request.until());
  return record;
}

std::multiset<std::string> ProgramsOf(const v1::Blacklisting& blacklisting) {
  return {blacklisting.program_ids().begin(), blacklisting.program_ids().end()};
}

// Whether the two tell of the same thing. With a document it is the same until an entry ended it;
// without one, while it is not over; an incident is the same for ever.
bool AreTheSame(const OnRecord& known, const OnRecord& told, int64_t today) {
  if (known.withdrawn || known.sandbox != told.sandbox) return false;
  if (told.incident) {
    return known.incident && known.incident->kind() == told.incident->kind() &&
           known.first == told.first && known.reference == told.reference;
  }
  if (told.blacklisting) {
    if (!known.blacklisting || ProgramsOf(*known.blacklisting) != ProgramsOf(*told.blacklisting)) {
      return false;
    }
    if (told.reference.empty() &&
        (known.blacklisting->reason() != told.blacklisting->reason() || known.until != told.until ||
         (told.blacklisting->has_from() && known.first != told.first))) {
      return false;
    }
  } else if (known.listing != told.listing) {
    return false;
  }
  // Without a document it must have begun when the other one begins, and go on.
  return told.reference.empty()
             ? known.first <= told.first && known.last() >= std::max(told.first, today)
             : known.reference == told.reference && known.ended >= today;
}

}  // namespace

OnRecord Model::RecordOf(const v1::Blacklisting& blacklisting) const {
  OnRecord record;
  record.blacklisting = blacklisting;
  record.reference = blacklisting.reference();
  record.first = blacklisting.has_from() ? DayNumber(blacklisting.from()) : DayNumber(now_);
  if (blacklisting.has_until()) record.until = DayNumber(blacklisting.until());
  return record;
}

void Model::PutOnRecord(uint64_t enterprise, OnRecord record) {
  record.sequence = sequence;
  enterprises[enterprise - 1].records.push_back(std::move(record));
}

Outcome Model::Tell(const std::string& uscc, OnRecord record, bool sandbox, uint64_t repeats) {
  record.sandbox = sandbox;
  Outcome outcome;
  outcome.id = EnterpriseNumber(uscc);
  Wrongs wrongs;
  wrongs.If(outcome.id == 0, v1::REASON_ENTERPRISE_NOT_FOUND);
  uint64_t booked = 0;
  if (outcome.id != 0) {
    for (const OnRecord& known : enterprises[outcome.id - 1].records) {
      if (AreTheSame(known, record, DayNumber(now_))) booked = known.sequence;
    }
  }
  wrongs.If(booked != 0 && booked != repeats, v1::REASON_ALREADY_BOOKED);
  if (wrongs.any()) return wrongs.Refusal();
  PutOnRecord(outcome.id, std::move(record));
  return outcome;
}

Outcome Model::Lift(const std::string& uscc, bool sandbox, int listing) {
  Outcome outcome;
  outcome.id = EnterpriseNumber(uscc);
  Wrongs wrongs;
  wrongs.If(outcome.id == 0, v1::REASON_ENTERPRISE_NOT_FOUND);
  if (wrongs.any()) return wrongs.Refusal();
  for (OnRecord& record : enterprises[outcome.id - 1].records) {
    const bool meant = listing != 0 ? record.listing == listing : record.blacklisting.has_value();
    if (!meant || record.sandbox != sandbox || record.withdrawn) continue;
    if (record.last() >= DayNumber(now_)) record.ended = DayNumber(now_) - 1;
  }
  return outcome;
}

Outcome Model::Blacklist(const v1::SetBlacklistRequest& request) {
  if (!request.has_blacklisting()) return Lift(request.uscc(), request.sandbox(), 0);
  Outcome outcome =
      Tell(request.uscc(), RecordOf(request.blacklisting()), request.sandbox(), request.repeats());
  if (outcome.reason != 0) return outcome;
  LookAgain(outcome.id, [&](const Application& application) {
    return IsSandbox(application.program) == request.sandbox();
  });
  return outcome;
}

Outcome Model::Record(const v1::RecordIncidentRequest& request) {
  return Tell(request.uscc(), simulation::RecordOf(request.incident()), request.sandbox(),
              request.repeats());
}

Outcome Model::SetListing(const v1::SetListingRequest& request) {
  if (!request.listed()) return Lift(request.uscc(), request.sandbox(), request.kind());
  return Tell(request.uscc(), simulation::RecordOf(request, DayNumber(now_)), request.sandbox(),
              request.repeats());
}

Outcome Model::EndRecord(const v1::EndRecordRequest& request) {
  Outcome outcome;
  outcome.id = EnterpriseNumber(request.uscc());
  OnRecord* record = nullptr;
  if (outcome.id != 0) {
    for (OnRecord& known : enterprises[outcome.id - 1].records) {
      if (known.sequence == request.sequence()) record = &known;
    }
  }
  Wrongs wrongs;
  wrongs.If(outcome.id == 0, v1::REASON_ENTERPRISE_NOT_FOUND);
  wrongs.If(record == nullptr, v1::REASON_RECORD_NOT_FOUND);
  if (record != nullptr) {
    wrongs.If(record->blacklisting && !Has(who_->roles(), v1::ROLE_PLATFORM) &&
                  !Has(who_->roles(), v1::ROLE_ADMIN),
              v1::REASON_PERMISSION_DENIED);
    wrongs.If(record->withdrawn, v1::REASON_ILLEGAL_STATE);
    if (request.has_last_day()) {
      const int64_t last_day = DayNumber(request.last_day());
      wrongs.If(record->last() <= last_day || last_day < record->first, v1::REASON_ILLEGAL_STATE);
    }
  }
  if (wrongs.any()) return wrongs.Refusal();
  if (request.has_last_day()) {
    record->ended = DayNumber(request.last_day());
  } else {
    record->withdrawn = true;
  }
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
  const auto known = products.find({program, outcome.id, product.product_id()});
  const bool created = known == products.end();
  v1::Product put = product;
  bool corrects = created;
  bool unchanged = false;
  if (!created) {
    // The approvals in the order put, the newest last; one from the same day is replaced.
    std::vector<v1::Approval> approvals(known->second.earlier().begin(),
                                        known->second.earlier().end());
    approvals.push_back(ApprovalOf(known->second));
    for (v1::Approval& approval : approvals) {
      if (DayNumber(approval.effective_from()) != DayNumber(product.effective_from())) continue;
      corrects = true;
      unchanged = known->second.name() == product.name() &&
                  approval.SerializeAsString() == ApprovalOf(product).SerializeAsString();
      approval = ApprovalOf(product);
    }
    wrongs.If(!corrects && approvals.size() >= 32, v1::REASON_ILLEGAL_STATE);
    if (!corrects) approvals.push_back(ApprovalOf(product));
    *put.mutable_item_ids() = approvals.back().item_ids();
    put.set_category(approvals.back().category());
    *put.mutable_effective_from() = approvals.back().effective_from();
    put.clear_effective_until();
    if (approvals.back().has_effective_until()) {
      *put.mutable_effective_until() = approvals.back().effective_until();
    }
    approvals.pop_back();
    put.clear_earlier();
    for (v1::Approval& approval : approvals) *put.add_earlier() = std::move(approval);
  }
  if (wrongs.any()) return wrongs.Refusal();
  outcome.parts.push_back({created, unchanged, 0});
  products[{program, outcome.id, product.product_id()}] = std::move(put);
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
  bool shortens = false;
  const auto shorten = [&](auto* approval) {
    if (approval->has_effective_until() &&
        DayNumber(approval->effective_until()) <= DayNumber(request.last_day())) {
      return;
    }
    *approval->mutable_effective_until() = request.last_day();
    shortens = true;
  };
  if (product != products.end()) {
    shorten(&product->second);
    for (v1::Approval& approval : *product->second.mutable_earlier()) shorten(&approval);
    wrongs.If(!shortens, v1::REASON_ILLEGAL_STATE);
  }
  return wrongs.any() ? wrongs.Refusal() : outcome;
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
  ExtendNotices(&outcome);
  return outcome;
}

}  // namespace voucher::simulation
