// The model's settlement: what is owed by month, statements, payments, and the end of the year.
#include <algorithm>

#include "absl/strings/str_cat.h"

#include "tests/simulation/model.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {
namespace {

constexpr auto kProviders = v1::ACCOUNT_KIND_PAYABLE_PROVIDER;
constexpr auto kEnterprises = v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE;

// The first instant after a month.
int64_t EndOfMonth(const v1::CivilMonth& month) {
  v1::CivilDate next;
  next.set_year(month.year() + month.month() / 12);
  next.set_month(month.month() % 12 + 1);
  next.set_day(1);
  return EndOfDay(DateOf(DayNumber(next) - 1));
}

}  // namespace

// Changes what is owed for an application. What waits for no acceptance counts in this month.
void Model::Owe(const PayableKey& account, uint64_t application, int64_t fen) {
  payable_fen[account] += fen;
  const auto& [program, kind, party, gate] = account;
  if (gate != 0 || fen == 0) return;
  if (kind == kProviders) {
    Month& month = months[{program, party, MonthOf(now_)}];
    (fen > 0 ? month.booked_fen : month.reversed_fen) += fen > 0 ? fen : -fen;
    return;
  }
  const auto owed = unpaid.try_emplace({program, party, application}, Unpaid{0, MonthOf(now_)});
  owed.first->second.fen += fen;
  if (owed.first->second.fen == 0) unpaid.erase(owed.first);
}

// Changes what an enterprise owes.
void Model::OweBack(uint64_t enterprise, uint32_t program, int64_t fen) {
  Move(program, v1::ACCOUNT_KIND_RECOVERY, v1::ACCOUNT_KIND_RECEIVABLE, fen);
  if ((receivable_fen[{enterprise, program}] += fen) == 0) {
    receivable_fen.erase({enterprise, program});
  }
}

int64_t Model::LowerDebts(uint64_t enterprise, int64_t fen,
                          const std::function<bool(const Application&)>& wanted) {
  int64_t lowered = 0;
  for (const uint64_t id : enterprises[enterprise - 1].applications) {
    Application& application = applications[id - 1];
    const int64_t part = std::min(fen - lowered, application.receivable_fen);
    if (part == 0 || !wanted(application)) continue;
    OweBack(enterprise, application.program, -part);
    application.receivable_fen -= part;
    application.recovered_fen += part;
    lowered += part;
  }
  return lowered;
}

int64_t Model::SetOff(uint64_t enterprise, uint32_t program, int64_t fen) {
  return LowerDebts(enterprise, fen, [&](const Application& application) {
    return IsSandbox(application.program) == IsSandbox(program);
  });
}

int64_t Model::OwedBack(uint64_t enterprise, uint32_t program) const {
  const auto owed = receivable_fen.find({enterprise, program});
  return owed != receivable_fen.end() ? owed->second : 0;
}

// What waits for acceptance in the accounts of a party.
int64_t Model::WaitingFen(uint32_t program, int kind, uint64_t party) const {
  int64_t waiting = 0;
  for (auto account = payable_fen.lower_bound({program, kind, party, 1});
       account != payable_fen.end() && account->first < PayableKey{program, kind, party + 1, 0};
       ++account) {
    waiting += account->second;
  }
  return waiting;
}

// Whether a provider's bookings up to a month are not all on statements that are paid.
bool Model::IsUnpaid(uint32_t program, uint64_t provider, int month) const {
  const auto open = months.lower_bound({program, provider, 0});
  if (open != months.end() && open->first <= std::make_tuple(program, provider, month)) return true;
  return std::any_of(statements.begin(), statements.end(), [&](const Statement& statement) {
    return statement.party == PartyKey{program, provider, ""} &&
           statement.state == v1::STATEMENT_STATE_CLOSED && statement.after_month < month;
  });
}

bool Model::OwesProviders(const Voucher& voucher) const {
  const uint32_t program = applications[voucher.application - 1].program;
  return std::any_of(voucher.claims.begin(), voucher.claims.end(), [&](const auto& claim) {
    return claim.second.fen > 0 && IsUnpaid(program, claim.first, claim.second.month);
  });
}

// Whether the application of a voucher that is over gets nothing more.
bool Model::IsSettled(const Voucher& voucher) const {
  const Application& application = applications[voucher.application - 1];
  return (application.state == v1::APPLICATION_STATE_APPROVED ||
          application.state == v1::APPLICATION_STATE_ACCEPTED) &&
         GateOf(application) == 0 && !OwesProviders(voucher);
}

Outcome Model::ApplySettlement(const v1::Command& command) {
  switch (command.verb_case()) {
    case v1::Command::kCloseStatement:
      return Close(command.close_statement());
    case v1::Command::kRecordDisbursement:
      return Disburse(command.record_disbursement());
    case v1::Command::kRecordRecovery:
      return Recover(command.record_recovery());
    case v1::Command::kArchiveProgram:
      return Archive(command.archive_program());
    case v1::Command::kReclaim:
      return Reclaim(command.reclaim());
    case v1::Command::kRemindEnterprise:
      return Remind(command.remind_enterprise());
    case v1::Command::kReconcileTransfers:
      return Reconcile(command.reconcile_transfers());
    default:
      return {};
  }
}

Outcome Model::Close(const v1::CloseStatementRequest& request) {
  const uint32_t program = ProgramNumber(request.program_id());
  const uint64_t provider = ProviderNumber(request.provider_id());
  Wrongs wrongs;
  wrongs.If(program == 0, v1::REASON_PROGRAM_NOT_FOUND);
  wrongs.If(request.has_provider_id() && provider == 0, v1::REASON_PROVIDER_NOT_FOUND);
  if (wrongs.any()) return wrongs.Refusal();
  // Only refunds are still stated in an archived program.
  const bool any =
      provider == 0 && std::any_of(unpaid.begin(), unpaid.end(), [&](const auto& owed) {
        const auto& [of, enterprise, application] = owed.first;
        return of == program && provider == 0 &&
               owed.second.month <= request.period().year() * 100 + request.period().month() &&
               Covers(request.division(), enterprises[enterprise - 1].facts.division());
      });
  wrongs.If(programs[program - 1].state == v1::PROGRAM_STATE_ARCHIVED && (provider != 0 || !any),
            v1::REASON_PROGRAM_NOT_OPEN);
  Statement statement;
  statement.party = {program, provider, request.division()};
  statement.month = request.period().year() * 100 + request.period().month();
  const auto party = parties.find(statement.party);
  if (party != parties.end()) {
    statement.after_month = party->second.closed_month;
    statement.brought_forward_fen = party->second.carried_fen;
  }
  wrongs.If(now_ < EndOfMonth(request.period()) || statement.month <= statement.after_month,
            v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome = provider != 0 ? CloseForProvider(&statement) : CloseForDistrict(&statement);
  if (outcome.reason != 0) return outcome;
  statement.state = statement.due_fen > 0 ? v1::STATEMENT_STATE_CLOSED : v1::STATEMENT_STATE_PAID;
  outcome.amount_fen = statement.due_fen;
  outcome.parts = {
      {statement.booked_fen, statement.reversed_fen, statement.brought_forward_fen},
      {statement.set_off_fen, statement.carried_forward_fen, static_cast<int64_t>(provider)}};
  outcome.parts.insert(outcome.parts.end(), statement.lines.begin(), statement.lines.end());
  parties[statement.party] = {statement.month, statement.carried_forward_fen};
  statements.push_back(std::move(statement));
  outcome.id = statements.size();
  // Nothing is to be disbursed: what waited for it is settled.
  if (statements.back().due_fen > 0) return outcome;
  if (provider == 0) {
    SettleLines(statements.back(), &outcome);
  } else {
    SettleVouchers(program, provider, &outcome);
  }
  return outcome;
}

// All months up to its own, less what the provider owes from before.
Outcome Model::CloseForProvider(Statement* statement) {
  const auto& [program, provider, division] = statement->party;
  const auto first = months.lower_bound({program, provider, 0});
  const auto end = months.upper_bound({program, provider, statement->month});
  Wrongs wrongs;
  if (first == end) {
    wrongs.If(true, WaitingFen(program, kProviders, provider) > 0 ? v1::REASON_ACCEPTANCE_MISSING
                                                                  : v1::REASON_ILLEGAL_STATE);
    return wrongs.Refusal();
  }
  for (auto month = first; month != end; ++month) {
    statement->booked_fen += month->second.booked_fen;
    statement->reversed_fen += month->second.reversed_fen;
  }
  months.erase(first, end);
  const int64_t net =
      statement->booked_fen - statement->reversed_fen + statement->brought_forward_fen;
  statement->due_fen = std::max<int64_t>(net, 0);
  statement->carried_forward_fen = std::min<int64_t>(net, 0);
  payable_fen[{program, kProviders, provider, 0}] -= statement->due_fen;
  Move(program, kProviders, v1::ACCOUNT_KIND_DUE, statement->due_fen);
  return {};
}

// A line for each application that is owed something since a month up to its own. From each is
// kept back what its enterprise owes anywhere, where the rules that judge it say so.
Outcome Model::CloseForDistrict(Statement* statement) {
  const auto& [program, provider, division] = statement->party;
  const auto covers = [&, &area = division](uint64_t enterprise) {
    return Covers(area, enterprises[enterprise - 1].facts.division());
  };
  for (auto owed = unpaid.begin(); owed != unpaid.end();) {
    const auto [of, enterprise, application] = owed->first;
    if (of != program || owed->second.month > statement->month || !covers(enterprise)) {
      ++owed;
      continue;
    }
    const int64_t fen = owed->second.fen;
    owed = unpaid.erase(owed);
    const bool sets_off = RulesOf(applications[application - 1]).has_set_off();
    const int64_t kept = sets_off ? SetOff(enterprise, program, fen) : 0;
    payable_fen[{program, kEnterprises, enterprise, 0}] -= fen;
    Move(program, kEnterprises, v1::ACCOUNT_KIND_DUE, fen - kept);
    Move(program, kEnterprises, v1::ACCOUNT_KIND_RETURNED, kept);
    statement->booked_fen += fen;
    statement->due_fen += fen - kept;
    statement->set_off_fen += kept;
    statement->lines.push_back({static_cast<int64_t>(application), fen - kept, kept});
  }
  if (!statement->lines.empty()) {
    std::sort(statement->lines.begin(), statement->lines.end());
    return {};
  }
  int64_t waiting = 0;
  for (uint64_t enterprise = 1; enterprise <= enterprises.size(); ++enterprise) {
    if (covers(enterprise)) waiting += WaitingFen(program, kEnterprises, enterprise);
  }
  Wrongs wrongs;
  wrongs.If(true, waiting > 0 ? v1::REASON_ACCEPTANCE_MISSING : v1::REASON_ILLEGAL_STATE);
  return wrongs.Refusal();
}

// The reimbursements of a district's statement get nothing more; a refund says nothing about what
// the providers of a voucher get.
void Model::SettleLines(const Statement& statement, Outcome* outcome) {
  for (const auto& line : statement.lines) {
    Application& application = applications[static_cast<size_t>(line[0]) - 1];
    if (application.voucher != 0) continue;
    const int state = application.state;
    if (state != v1::APPLICATION_STATE_APPROVED && state != v1::APPLICATION_STATE_ACCEPTED) {
      continue;
    }
    MoveTo(&application, v1::APPLICATION_STATE_SETTLED);
    outcome->settled_applications.push_back(IdOf(application));
  }
}

// The applications of vouchers that are over and wait for nothing any more, if this provider was
// the last they waited for.
void Model::SettleVouchers(uint32_t program, uint64_t provider, Outcome* outcome) {
  for (const Voucher& voucher : vouchers) {
    Application& application = applications[voucher.application - 1];
    const auto claim = voucher.claims.find(provider);
    if (application.program != program || claim == voucher.claims.end() || claim->second.fen == 0 ||
        voucher.state == v1::VOUCHER_STATE_ACTIVE ||
        application.state == v1::APPLICATION_STATE_TERMINATED || !IsSettled(voucher)) {
      continue;
    }
    MoveTo(&application, v1::APPLICATION_STATE_SETTLED);
    outcome->settled_applications.push_back(voucher.application);
  }
}

Outcome Model::Disburse(const v1::RecordDisbursementRequest& request) {
  Statement* statement = At(&statements, request.statement_id());
  const int64_t fen = request.disbursement().amount_fen();
  Wrongs wrongs;
  wrongs.If(statement == nullptr, v1::REASON_STATEMENT_NOT_FOUND);
  const std::string act = absl::StrCat("disbursement ", request.statement_id(), " ", fen, " ",
                                       request.disbursement().fiscal_reference());
  const auto before = acts.find(act);
  wrongs.If(before != acts.end() && before->second != request.repeats(), v1::REASON_ALREADY_BOOKED);
  wrongs.If(statement != nullptr && statement->state == v1::STATEMENT_STATE_PAID &&
                programs[std::get<0>(statement->party) - 1].state == v1::PROGRAM_STATE_ARCHIVED,
            v1::REASON_PROGRAM_NOT_OPEN);
  wrongs.If(statement != nullptr && fen > statement->due_fen - statement->paid_fen,
            v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  acts[act] = sequence;
  const auto& [program, provider, division] = statement->party;
  Move(program, v1::ACCOUNT_KIND_DUE, v1::ACCOUNT_KIND_PAID, fen);
  statement->paid_fen += fen;
  Outcome outcome;
  outcome.amount_fen = statement->due_fen - statement->paid_fen;
  if (outcome.amount_fen == 0) statement->state = v1::STATEMENT_STATE_PAID;
  outcome.state = statement->state;
  if (outcome.amount_fen > 0) return outcome;
  if (provider == 0) SettleLines(*statement, &outcome);
  SettleVouchers(program, provider, &outcome);
  return outcome;
}

Outcome Model::Recover(const v1::RecordRecoveryRequest& request) {
  const uint32_t program = ProgramNumber(request.program_id());
  const bool enterprise = request.has_uscc();
  const int64_t fen = request.amount_fen();
  Outcome outcome;
  outcome.id =
      enterprise ? EnterpriseNumber(request.uscc()) : ProviderNumber(request.provider_id());
  Wrongs wrongs;
  wrongs.If(program == 0, v1::REASON_PROGRAM_NOT_FOUND);
  wrongs.If(outcome.id == 0,
            enterprise ? v1::REASON_ENTERPRISE_NOT_FOUND : v1::REASON_PROVIDER_NOT_FOUND);
  if (wrongs.any()) return wrongs.Refusal();
  const uint64_t id = request.application_id();
  const Application* application = At(&applications, id);
  wrongs.If(enterprise && id != 0 &&
                (application == nullptr || application->program != program ||
                 application->enterprise != outcome.id),
            v1::REASON_APPLICATION_NOT_FOUND);
  if (wrongs.any()) return wrongs.Refusal();
  const std::string act = absl::StrCat("recovery ", program, enterprise ? " of " : " from ",
                                       outcome.id, " ", fen, " ", request.fiscal_reference());
  const auto before = acts.find(act);
  wrongs.If(before != acts.end() && before->second != request.repeats(), v1::REASON_ALREADY_BOOKED);
  const PayableKey payable = {program, kProviders, outcome.id, 0};
  // A provider owes what it is owed less than nothing.
  const int64_t owed =
      enterprise ? OwedBack(outcome.id, program) : std::max<int64_t>(-payable_fen[payable], 0);
  wrongs.If(fen > (id != 0 ? application->receivable_fen : owed), v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  acts[act] = sequence;
  if (enterprise) {
    LowerDebts(outcome.id, fen, [&](const Application& debt) {
      return debt.program == program && (id == 0 || &debt == application);
    });
    Move(program, v1::ACCOUNT_KIND_PAID, v1::ACCOUNT_KIND_RETURNED, fen);
  } else {
    Owe(payable, 0, fen);
    Move(program, v1::ACCOUNT_KIND_PAID, kProviders, fen);
  }
  outcome.amount_fen = owed - fen;
  return outcome;
}

Outcome Model::Archive(const v1::ArchiveProgramRequest& request) {
  const uint32_t number = ProgramNumber(request.program_id());
  Wrongs wrongs;
  wrongs.If(number == 0, v1::REASON_PROGRAM_NOT_FOUND);
  if (number == 0) return wrongs.Refusal();
  Program& program = programs[number - 1];
  bool open = program.unopened_fen != 0;
  for (const int kind : {v1::ACCOUNT_KIND_HELD, v1::ACCOUNT_KIND_VOUCHER, v1::ACCOUNT_KIND_TRANSIT,
                         v1::ACCOUNT_KIND_CREDIT, v1::ACCOUNT_KIND_DUE}) {
    open = open || program.total_fen[static_cast<size_t>(kind)] != 0;
  }
  // What one provider owes does not pay another.
  for (const auto& [account, fen] : payable_fen) {
    open = open || (std::get<0>(account) == number && fen != 0);
  }
  const std::set<int> decided = {v1::APPLICATION_STATE_APPROVED,  v1::APPLICATION_STATE_REJECTED,
                                 v1::APPLICATION_STATE_WITHDRAWN, v1::APPLICATION_STATE_PASSED_OVER,
                                 v1::APPLICATION_STATE_ACCEPTED,  v1::APPLICATION_STATE_SETTLED,
                                 v1::APPLICATION_STATE_LAPSED,    v1::APPLICATION_STATE_SUPERSEDED,
                                 v1::APPLICATION_STATE_TERMINATED};
  // Who waits lapses with it.
  for (const uint64_t id : program.applications) {
    const int state = applications[id - 1].state;
    open = open || (decided.count(state) == 0 && state != v1::APPLICATION_STATE_WAITLISTED);
  }
  wrongs.If(program.state != v1::PROGRAM_STATE_CLOSED || open, v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  outcome.released_fen = program.total_fen[v1::ACCOUNT_KIND_BUDGET];
  Move(number, v1::ACCOUNT_KIND_BUDGET, v1::ACCOUNT_KIND_RETURNED, outcome.released_fen);
  program.state = v1::PROGRAM_STATE_ARCHIVED;
  timers.erase(
      {EndOfDay(program.rules().window().last_day()), v1::TIMER_KIND_PROGRAM_CUTOFF, number});
  home_ = number;
  turn_ = true;
  return outcome;
}

}  // namespace voucher::simulation
