// The model's approved projects: acceptance, extension, termination, and what they open or end.
#include <algorithm>
#include <iterator>

#include "tests/simulation/model.h"
#include "tests/simulation/rule_reading.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {

uint64_t Model::GateOf(const Application& application) const {
  const bool opened = application.state == v1::APPLICATION_STATE_ACCEPTED ||
                      application.state == v1::APPLICATION_STATE_SETTLED ||
                      application.state == v1::APPLICATION_STATE_SUPERSEDED;
  return RulesOf(application).acceptance().gates_settlement() && !opened ? IdOf(application) : 0;
}

std::vector<PayableKey> Model::Gated(const Application& application) const {
  const uint64_t id = IdOf(application);
  std::vector<PayableKey> keys;
  if (application.voucher == 0) {
    keys.push_back(
        {application.program, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, application.enterprise, id});
  } else {
    for (const auto& claim : vouchers[application.voucher - 1].claims) {
      keys.push_back({application.program, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, claim.first, id});
    }
  }
  return keys;
}

// What waited for acceptance can be settled from now on.
int64_t Model::OpenGate(Application* application) {
  int64_t opened = 0;
  for (const PayableKey& key : Gated(*application)) {
    const int64_t fen = payable_fen[key];
    if (fen == 0) continue;
    PayableKey open = key;
    std::get<3>(open) = 0;
    Owe(key, IdOf(*application), -fen);
    Owe(open, IdOf(*application), fen);
    if (application->voucher != 0) {
      vouchers[application->voucher - 1].claims[std::get<2>(key)].month = MonthOf(now_);
    }
    opened += fen;
  }
  return opened;
}

// All that is left in a voucher and in the accounts goes back.
void Model::Empty(uint64_t number, Outcome* outcome) {
  Voucher& voucher = vouchers[number - 1];
  Application& application = applications[voucher.application - 1];
  GiveBack(&application, v1::ACCOUNT_KIND_VOUCHER, voucher.available_fen, outcome);
  voucher.available_fen = 0;
  for (auto& [account, fen] : voucher.credit_fen) {
    GiveBack(&application, v1::ACCOUNT_KIND_CREDIT, fen, outcome);
    NoteLapse(number, account, fen);
    if (fen > 0) AddCredit(number, account, -fen);
  }
}

void Model::EndProject(Application* application, int state) {
  MoveTo(application, state);
  if (application->voucher == 0) return;
  Voucher& voucher = vouchers[application->voucher - 1];
  if (voucher.state == v1::VOUCHER_STATE_EXPIRED) return;
  voucher.state = v1::VOUCHER_STATE_RECLAIMED;
  timers.erase({voucher.lapses, v1::TIMER_KIND_VOUCHER_LAPSE, application->voucher});
}

std::vector<uint64_t> Model::Replaced(const Application& application) const {
  std::vector<uint64_t> ids;
  if (!RulesOf(application).has_highest_only()) return ids;
  for (const uint64_t id : enterprises[application.enterprise - 1].applications) {
    const Application& other = applications[id - 1];
    if (other.state == v1::APPLICATION_STATE_SUPERSEDED && other.project == application.project &&
        IsSandbox(other.program) == IsSandbox(application.program)) {
      ids.insert(ids.begin(), id);
    }
  }
  return ids;
}

bool Model::AnyWaits(const std::vector<uint64_t>& ids) const {
  return std::any_of(ids.begin(), ids.end(), [&](uint64_t id) {
    const std::vector<PayableKey> keys = Gated(applications[id - 1]);
    return std::any_of(keys.begin(), keys.end(), [&](const PayableKey& key) {
      const auto owed = payable_fen.find(key);
      return owed != payable_fen.end() && owed->second != 0;
    });
  });
}

// Without the acceptance nothing that waited is settled; but of what a reclaim takes back the
// providers get what they delivered.
std::vector<std::array<int64_t, 3>> Model::EndWait(const Application& application, bool reclaimed) {
  std::vector<std::array<int64_t, 3>> parts;
  if (application.state != v1::APPLICATION_STATE_APPROVED) return parts;
  home_ = application.program;
  for (const uint64_t id : Replaced(application)) {
    if (!AnyWaits({id})) continue;
    Application& other = applications[id - 1];
    int64_t opened = 0;
    Outcome lost;
    if (reclaimed && other.voucher != 0) {
      opened = OpenGate(&other);
    } else {
      for (const PayableKey& key : Gated(other)) {
        const int64_t fen = payable_fen[key];
        Owe(key, id, -fen);
        if (other.voucher != 0) vouchers[other.voucher - 1].claims[std::get<2>(key)].fen -= fen;
        GiveBack(&other, static_cast<v1::AccountKind>(std::get<1>(key)), fen, &lost);
      }
      if (other.voucher == 0) other.approved_fen -= lost.amount_fen;
    }
    parts.push_back({static_cast<int64_t>(id), opened, lost.amount_fen});
    parts.push_back({static_cast<int64_t>(id), 0, 0});
  }
  return parts;
}

std::vector<std::array<int64_t, 3>> Model::AcceptReplaced(const Application& application,
                                                          int64_t excess) {
  std::vector<std::array<int64_t, 3>> parts;
  for (const uint64_t id : Replaced(application)) {
    Application& other = applications[id - 1];
    // The rule of the program counts it.
    const bool counts = other.program == application.program || RulesOf(other).has_highest_only();
    int64_t left = counts ? excess : 0;
    Outcome back;
    if (other.voucher == 0) TakeBackAbove(left, &other, &back);
    left -= back.released_fen;
    const int64_t opened = OpenGate(&other);
    // Nothing is left then that was not spent.
    const int64_t owed = left > 0 ? std::min(left, UsedOf(other)) : 0;
    if (owed > 0) {
      OweBack(other.enterprise, other.program, owed);
      other.receivable_fen += owed;
    }
    excess -= back.released_fen + owed;
    if (opened + back.released_fen + owed == 0) continue;
    parts.push_back({static_cast<int64_t>(id), opened, back.released_fen});
    parts.push_back({static_cast<int64_t>(id), owed, 0});
  }
  return parts;
}

// Unspent money goes back, and with it what was not accepted.
void Model::Release(Application* application, Outcome* outcome) {
  if (application->voucher != 0) Empty(application->voucher, outcome);
  for (const PayableKey& key : Gated(*application)) {
    const auto& [program, kind, party, id] = key;
    const int64_t fen = payable_fen[key];
    Owe(key, id, -fen);
    if (application->voucher != 0) vouchers[application->voucher - 1].claims[party].fen -= fen;
    GiveBack(application, static_cast<v1::AccountKind>(kind), fen, outcome);
  }
  // What a reimbursement has on no statement yet was never spent either.
  const uint64_t number = IdOf(*application);
  const auto open = unpaid.find({application->program, application->enterprise, number});
  if (application->voucher == 0 && open != unpaid.end()) {
    const int64_t fen = open->second.fen;
    Owe({application->program, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, application->enterprise, 0},
        number, -fen);
    GiveBack(application, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, fen, outcome);
  }
  outcome->parts = EndWait(*application, false);
  EndProject(application, v1::APPLICATION_STATE_TERMINATED);
}

// What statements say of it, set-off included.
int64_t Model::StatedOf(const Application& application) const {
  int64_t stated = 0;
  for (const Statement& statement : statements) {
    if (std::get<0>(statement.party) != application.program) continue;
    for (const auto& [line, due, set_off] : statement.lines) {
      if (static_cast<uint64_t>(line) == IdOf(application)) stated += due + set_off;
    }
  }
  return stated;
}

// Not kept from falling below 0, so that a use below 0 is a difference. Functions of highest-only
// follow the words of docs/adr/0025 as the ledger's do; the oracle reads the same by another way,
// from what was posted (tests/oracle/books.py).
int64_t Model::UsedOf(const Application& application) const {
  const uint64_t id = IdOf(application);
  const bool ended = application.state == v1::APPLICATION_STATE_TERMINATED;
  int64_t used = -application.receivable_fen - application.recovered_fen;
  const auto owed = [&](const PayableKey& key) {
    const auto found = payable_fen.find(key);
    return found != payable_fen.end() ? found->second : 0;
  };
  if (application.by_credit) {
    // What was kept back at its approval is spent too.
    used += application.approved_fen;
    if (application.voucher == 0) return used;
    const Voucher& voucher = vouchers[application.voucher - 1];
    used -= voucher.approved_fen;
    for (const auto& [provider, claim] : voucher.claims) {
      used += claim.fen;
      // Lost with the project.
      if (ended) {
        used -= owed({application.program, v1::ACCOUNT_KIND_PAYABLE_PROVIDER, provider, id});
      }
    }
    return used;
  }
  used += StatedOf(application);
  if (!ended) {
    used += owed(
        {application.program, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, application.enterprise, id});
    const auto open = unpaid.find({application.program, application.enterprise, id});
    if (open != unpaid.end()) used += open->second.fen;
  }
  return used;
}

int64_t Model::StandsOf(const Application& application) const {
  int64_t fen = UsedOf(application);
  if (application.voucher == 0) return fen;
  const Voucher& voucher = vouchers[application.voucher - 1];
  fen += voucher.transit_fen;
  if (IsDead(voucher) || application.state == v1::APPLICATION_STATE_TERMINATED) return fen;
  fen += voucher.available_fen;
  for (const auto& [account, credit] : voucher.credit_fen) fen += credit;
  return fen;
}

// The rule of a program counts the program's own grants, and those that such a rule judged.
Model::Project Model::Granted(uint32_t program, uint64_t enterprise, uint64_t project) const {
  Project granted;
  for (const uint64_t id : enterprises[enterprise - 1].applications) {
    const Application& other = applications[id - 1];
    if (other.project != project || IsSandbox(other.program) != IsSandbox(program)) continue;
    if (other.program != program && !RulesOf(other).has_highest_only()) continue;
    if (other.state == v1::APPLICATION_STATE_SUPERSEDED ||
        other.state == v1::APPLICATION_STATE_TERMINATED) {
      granted.ended.push_back(id);
    } else if (other.state == v1::APPLICATION_STATE_APPROVED ||
               other.state == v1::APPLICATION_STATE_ACCEPTED ||
               other.state == v1::APPLICATION_STATE_SETTLED) {
      granted.standing.push_back(id);
    } else {
      continue;
    }
    granted.fen += StandsOf(other);
  }
  return granted;
}

bool Model::IsSuperseded(const v1::ProgramRules& rules, uint64_t enterprise, uint64_t project,
                         int64_t would_fen) const {
  if (!rules.has_highest_only()) return false;
  const Project granted = Granted(ProgramNumber(rules.program_id()), enterprise, project);
  return granted.fen > 0 && would_fen <= granted.fen;
}

std::vector<uint64_t> Model::Overtaken(const Application& approved,
                                       const std::vector<uint64_t>& lower,
                                       int64_t approved_fen) const {
  std::vector<uint64_t> ids;
  for (const uint64_t id : enterprises[approved.enterprise - 1].applications) {
    const Application& other = applications[id - 1];
    if (&other == &approved || other.project != approved.project || other.held_fen == 0 ||
        IsSandbox(other.program) != IsSandbox(approved.program) ||
        !RulesOf(other).has_highest_only() ||
        (other.program != approved.program && !RulesOf(approved).has_highest_only())) {
      continue;
    }
    const Project before = Granted(other.program, other.enterprise, other.project);
    int64_t total = before.fen + approved_fen;
    for (const uint64_t replaced : lower) {
      if (!Has(before.standing, replaced)) continue;
      total -= StandsOf(applications[replaced - 1]) - UsedOf(applications[replaced - 1]);
    }
    if (other.held_fen <= total) ids.push_back(id);
  }
  return ids;
}

int64_t Model::GrantedBeside(const Application& application) const {
  int64_t fen = 0;
  for (const uint64_t id : enterprises[application.enterprise - 1].applications) {
    const Application& other = applications[id - 1];
    if (&other == &application || other.project != application.project ||
        IsSandbox(other.program) != IsSandbox(application.program)) {
      continue;
    }
    const bool same = other.program == application.program && other.item_id == application.item_id;
    const bool counts = RulesOf(application).has_highest_only() &&
                        (other.program == application.program || RulesOf(other).has_highest_only());
    if (other.state == v1::APPLICATION_STATE_SUPERSEDED ||
        other.state == v1::APPLICATION_STATE_TERMINATED) {
      if (same || counts) fen += UsedOf(other);
    } else if (same && (other.state == v1::APPLICATION_STATE_ACCEPTED ||
                        other.state == v1::APPLICATION_STATE_SETTLED)) {
      fen += StandsOf(other);
    }
  }
  return fen;
}

// Takes back what is above the share of the actual cost: what is not spent, then what is owed and
// on no statement; the rest the enterprise owes.
void Model::TakeBackAbove(int64_t excess, Application* application, Outcome* outcome) {
  const uint64_t id = IdOf(*application);
  int64_t left = excess;
  if (application->voucher != 0) {
    Voucher& voucher = vouchers[application->voucher - 1];
    if (IsDead(voucher)) return;
    const int64_t available = std::min(left, voucher.available_fen);
    GiveBack(application, v1::ACCOUNT_KIND_VOUCHER, available, outcome);
    voucher.available_fen -= available;
    left -= available;
    for (auto& [account, credit] : voucher.credit_fen) {
      const int64_t part = std::min(left, credit);
      if (part == 0) continue;
      GiveBack(application, v1::ACCOUNT_KIND_CREDIT, part, outcome);
      // The newest credit first.
      auto& parts = voucher.confirmed_fen[account];
      for (int64_t taken = part; taken > 0;) {
        const auto newest = std::prev(parts.end());
        const int64_t fen = std::min(taken, newest->second);
        taken -= fen;
        newest->second -= fen;
        if (newest->second == 0) parts.erase(newest);
      }
      credit -= part;
      if (credit == 0) accounts[account - 1].lots.erase({voucher.expires, application->voucher});
      left -= part;
    }
    return;
  }
  const auto open = unpaid.find({application->program, application->enterprise, id});
  for (const uint64_t gate : {id, uint64_t{0}}) {
    const PayableKey key = {application->program, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE,
                            application->enterprise, gate};
    const int64_t fen = gate != 0 ? payable_fen[key] : open != unpaid.end() ? open->second.fen : 0;
    const int64_t part = std::min(left, fen);
    if (part == 0) continue;
    Owe(key, id, -part);
    Outcome lost;
    GiveBack(application, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, part, &lost);
    outcome->released_fen += part;
    application->approved_fen -= part;
    left -= part;
  }
}

Outcome Model::Accept(const v1::AcceptProjectRequest& request) {
  Application* application = At(&applications, request.application_id());
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  if (application == nullptr) return wrongs.Refusal();
  const v1::ProgramRules& rules = RulesOf(*application);
  const v1::Item& item = ItemOf(*application);
  wrongs.If(IsArchived(*application) && !(application->state == v1::APPLICATION_STATE_APPROVED &&
                                          AnyWaits(Replaced(*application))),
            v1::REASON_PROGRAM_NOT_OPEN);
  wrongs.If(application->state != v1::APPLICATION_STATE_APPROVED || !rules.has_acceptance() ||
                (application->project_due != 0 && now_ >= application->project_due),
            v1::REASON_ILLEGAL_STATE);
  wrongs.If(!HasKinds(rules.acceptance().evidence(), request.documents()) ||
                (application->cluster != 0 && request.actual_cost_fen() == 0),
            v1::REASON_EVIDENCE_MISSING);
  if (wrongs.any() && application->state != v1::APPLICATION_STATE_APPROVED) {
    return wrongs.Refusal();
  }
  int64_t excess = 0;
  int64_t of_replaced = 0;
  if (request.actual_cost_fen() != 0 && item.fixed_fen() == 0) {
    const int64_t stands = StandsOf(*application);
    const int64_t above =
        stands + GrantedBeside(*application) - BaseFen(item, request.actual_cost_fen());
    excess = std::clamp<int64_t>(above, 0, stands);
    of_replaced = std::max<int64_t>(above - excess, 0);
  }
  Voucher* voucher = application->voucher != 0 ? &vouchers[application->voucher - 1] : nullptr;
  if (voucher != nullptr) {
    int64_t unspent = voucher->available_fen;
    for (const auto& [account, credit] : voucher->credit_fen) unspent += credit;
    if (IsDead(*voucher)) unspent = 0;
    wrongs.If(excess > unspent && voucher->transit_fen > 0, v1::REASON_ILLEGAL_STATE);
  }
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  home_ = application->program;
  TakeBackAbove(excess, application, &outcome);
  const int64_t owed = excess - outcome.released_fen;
  outcome.parts.push_back({outcome.released_fen, owed, 0});
  outcome.amount_fen = OpenGate(application);
  if (owed > 0) {
    OweBack(application->enterprise, application->program, owed);
    application->receivable_fen += owed;
  }
  for (const auto& part : AcceptReplaced(*application, of_replaced)) outcome.parts.push_back(part);
  MoveTo(application, v1::APPLICATION_STATE_ACCEPTED);
  bool done = false;
  if (voucher == nullptr) {
    // Nothing of it is left to pay.
    const auto open =
        unpaid.find({application->program, application->enterprise, request.application_id()});
    done = outcome.amount_fen == 0 && (open == unpaid.end() || open->second.fen == 0) &&
           (application->by_credit || StatedOf(*application) == 0);
  } else {
    int64_t unspent = voucher->available_fen + voucher->transit_fen;
    for (const auto& [account, credit] : voucher->credit_fen) unspent += credit;
    if (outcome.released_fen > 0 && unspent == 0) {
      voucher->state = v1::VOUCHER_STATE_EXHAUSTED;
      timers.erase({voucher->lapses, v1::TIMER_KIND_VOUCHER_LAPSE, application->voucher});
    }
    // Nothing is left to wait for if its voucher is over and nothing was opened or is owed.
    done = voucher->state != v1::VOUCHER_STATE_ACTIVE && outcome.amount_fen == 0 &&
           IsSettled(*voucher);
  }
  outcome.settles_application = done;
  if (done) MoveTo(application, v1::APPLICATION_STATE_SETTLED);
  return outcome;
}

Outcome Model::Extend(const v1::ExtendProjectRequest& request) {
  Application* application = At(&applications, request.application_id());
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  if (application == nullptr) return wrongs.Refusal();
  const int most = RulesOf(*application).project().extension_months();
  wrongs.If(IsArchived(*application), v1::REASON_PROGRAM_NOT_OPEN);
  wrongs.If(application->state != v1::APPLICATION_STATE_APPROVED || application->extended ||
                request.months() > most,
            v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  // The day after the last one begins when the project is due.
  const v1::CivilDate last_day = DateOf(DayNumber(application->project_due) - 1);
  outcome.instant = EndOfDay(AddMonths(last_day, request.months()));
  wrongs.If(now_ >= outcome.instant, v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  application->project_due = outcome.instant;
  application->extended = true;
  timers.insert({outcome.instant, v1::TIMER_KIND_PROJECT, request.application_id()});
  return outcome;
}

Outcome Model::Terminate(uint64_t id) {
  Application* application = At(&applications, id);
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  wrongs.If(application != nullptr && IsArchived(*application) &&
                !(application->state == v1::APPLICATION_STATE_APPROVED &&
                  AnyWaits(Replaced(*application))),
            v1::REASON_PROGRAM_NOT_OPEN);
  wrongs.If(application != nullptr && application->state != v1::APPLICATION_STATE_APPROVED,
            v1::REASON_ILLEGAL_STATE);
  Outcome outcome = wrongs.Refusal();
  if (!wrongs.any()) Release(application, &outcome);
  return outcome;
}

}  // namespace voucher::simulation
