#include "tests/simulation/model.h"

#include <algorithm>
#include <cstdlib>

#include "ledger/base/proto_enum.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {
namespace {

constexpr int64_t kDay = 24 * kHour;

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

int MonthOf(int64_t instant) {
  const v1::CivilDate date = DateOf(DayNumber(instant));
  return date.year() * 100 + date.month();
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
  const auto known = usccs.find(uscc);
  return known != usccs.end() ? known->second : 0;
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
    case v1::POOL_SCOPE_ITEM:
    case v1::POOL_SCOPE_UNSPECIFIED:
      VOUCHER_PROTO_SENTINELS(v1::PoolScope)
      break;
  }
  return {program, v1::LIMIT_KIND_ITEM,
          FindItem(programs[program - 1].rules(), pool.key())->number(), 0};
}

void Model::Move(uint32_t program, v1::AccountKind from, v1::AccountKind to, int64_t fen) {
  programs[program - 1].total_fen[from] -= fen;
  programs[program - 1].total_fen[to] += fen;
  if (to == v1::ACCOUNT_KIND_BUDGET && fen > 0) freed_.insert(program);
}

void Model::AddCredit(uint64_t voucher, uint64_t account, int64_t fen) {
  const int64_t left = vouchers[voucher - 1].credit_fen[account] += fen;
  // Added to the newest credit there, taken from the oldest.
  auto& parts = vouchers[voucher - 1].confirmed_fen[account];
  if (fen > 0) parts[vouchers[voucher - 1].newest_credit[account]] += fen;
  for (int64_t taken = -fen; taken > 0;) {
    const auto oldest = parts.begin();
    const int64_t part = std::min(taken, oldest->second);
    taken -= part;
    oldest->second -= part;
    if (oldest->second == 0) parts.erase(oldest);
  }
  auto& lots = accounts[account - 1].lots;
  if (left > 0) lots.insert({vouchers[voucher - 1].expires, voucher});
  if (left == 0) lots.erase({vouchers[voucher - 1].expires, voucher});
}

bool Model::IsDead(const Voucher& voucher) const {
  return voucher.state == v1::VOUCHER_STATE_EXPIRED ||
         voucher.state == v1::VOUCHER_STATE_RECLAIMED || now_ >= voucher.lapses;
}

bool Model::IsBlacklisted(uint64_t enterprise, uint32_t program) const {
  const v1::ProgramRules& rules = programs[program - 1].rules();
  const auto& records = enterprises[enterprise - 1].records;
  return std::any_of(records.begin(), records.end(), [&](const OnRecord& record) {
    return record.blacklisting && record.sandbox == rules.sandbox() &&
           record.HoldsOn(DayNumber(now_)) &&
           (record.blacklisting->program_ids().empty() ||
            Has(record.blacklisting->program_ids(), rules.program_id()));
  });
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

// Unspent money: to the budget, and free under every limit, unless the program is over.
void Model::GiveBack(Application* application, v1::AccountKind from, int64_t fen,
                     Outcome* outcome) {
  if (fen == 0) return;
  const Program& program = programs[application->program - 1];
  const bool closed =
      from != v1::ACCOUNT_KIND_HELD &&
      (program.state == v1::PROGRAM_STATE_CLOSED || program.state == v1::PROGRAM_STATE_ARCHIVED ||
       now_ >= EndOfDay(program.rules().window().last_day()));
  Move(application->program, from, closed ? v1::ACCOUNT_KIND_RETURNED : v1::ACCOUNT_KIND_BUDGET,
       fen);
  if (from == v1::ACCOUNT_KIND_PAYABLE_PROVIDER || from == v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE) {
    outcome->amount_fen += fen;
  } else {
    outcome->released_fen += fen;
    if (from == v1::ACCOUNT_KIND_HELD) {
      application->held_fen -= fen;
    } else {
      vouchers[application->voucher - 1].released_fen += fen;
    }
  }
  if (closed) return;
  application->standing_fen -= fen;
}

void Model::EndHold(Application* application, int state, Outcome* outcome) {
  GiveBack(application, v1::ACCOUNT_KIND_HELD, application->held_fen, outcome);
  MoveTo(application, state);
}

uint64_t Model::IdOf(const Application& application) const {
  return static_cast<uint64_t>(&application - applications.data()) + 1;
}

// Invoices and deadlines go with the state.
void Model::MoveTo(Application* application, int state) {
  const uint64_t id = IdOf(*application);
  if (application->state == v1::APPLICATION_STATE_RETURNED) {
    timers.erase({application->correction_due, v1::TIMER_KIND_CORRECTION, id});
    application->correction_due = 0;
  }
  if (application->state == v1::APPLICATION_STATE_APPROVED) {
    timers.erase({application->project_due, v1::TIMER_KIND_PROJECT, id});
  }
  if (application->state == v1::APPLICATION_STATE_WAITLISTED) {
    programs[application->program - 1].waiting.erase(id);
  }
  const bool was_pending = IsPendingCredit(*application);
  application->state = state;
  if (was_pending != IsPendingCredit(*application)) {
    CountPendingCredit(*application, was_pending ? -1 : 1);
  }
  // What was overtaken before its approval got nothing.
  const bool overtaken = state == v1::APPLICATION_STATE_SUPERSEDED && application->approved_at == 0;
  for (const std::string& claim : application->claims) {
    if (!FreesInvoices(state) && !overtaken) {
      claims[claim] = id;
    } else if (claims.count(claim) != 0 && claims.at(claim) == id) {
      claims.erase(claim);
    }
  }
}

Outcome Model::Apply(const v1::Command& command, const v1::Authority& who, int64_t received_at) {
  ++sequence;
  who_ = &who;
  now_ = received_at;
  home_ = 0;
  turn_ = false;
  freed_.clear();
  // A deadline acts as of its instant; waiters are judged as of the one that brought the money.
  if (command.has_timer_due()) {
    now_ = command.timer_due().kind() == v1::TIMER_KIND_WAITLIST
               ? programs[command.timer_due().id() - 1].waitlist_due
               : command.timer_due().due_unix_ns();
  }
  Outcome outcome = Decide(command);
  if (outcome.reason == 0) TakeTurns(&outcome);
  return outcome;
}

Outcome Model::Decide(const v1::Command& command) {
  switch (command.verb_case()) {
    case v1::Command::kPublishProgram:
      return Publish(command.publish_program().rules());
    case v1::Command::kSetProgramState:
      return SetState(command.set_program_state());
    case v1::Command::kAppropriate:
      return Appropriate(command.appropriate());
    case v1::Command::kPutEnterprise:
      return Put(command.put_enterprise().facts());
    case v1::Command::kSetBlacklist:
      return Blacklist(command.set_blacklist());
    case v1::Command::kSucceedEnterprise:
      return Succeed(command.succeed_enterprise());
    case v1::Command::kPutProvider:
      return Put(command.put_provider());
    case v1::Command::kSetProviderState:
      return SetProvider(command.set_provider_state());
    case v1::Command::kPutProduct:
      return PutProduct(command.put_product().product());
    case v1::Command::kWithdrawProduct:
      return WithdrawProduct(command.withdraw_product());
    case v1::Command::kBindCloudAccount:
      return Bind(command.bind_cloud_account());
    case v1::Command::kPublishCalendar:
      return Publish(command.publish_calendar());
    case v1::Command::kRecordIncident:
      return Record(command.record_incident());
    case v1::Command::kSetListing:
      return SetListing(command.set_listing());
    case v1::Command::kEndRecord:
      return EndRecord(command.end_record());
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
      return ApplyLifecycle(command);
  }
}

Outcome Model::ApplyLifecycle(const v1::Command& command) {
  switch (command.verb_case()) {
    case v1::Command::kSubmitApplication:
      return Submit(command.submit_application());
    case v1::Command::kAwardGrant:
      return Award(command.award_grant());
    case v1::Command::kWithdrawApplication:
      return Withdraw(command.withdraw_application().application_id());
    case v1::Command::kReviewApplication:
      return Review(command.review_application());
    case v1::Command::kReturnApplication:
      return Return(command.return_application().application_id());
    case v1::Command::kCorrectApplication:
      return Correct(command.correct_application());
    case v1::Command::kRankApplications:
      return Rank(command.rank_applications());
    case v1::Command::kPublishNotice:
      return Announce(command.publish_notice());
    case v1::Command::kFileObjection:
      return Object(command.file_objection().application_id());
    case v1::Command::kResolveObjection:
      return Resolve(command.resolve_objection());
    case v1::Command::kApproveApplication:
      return Approve(command.approve_application());
    case v1::Command::kPutCluster:
      return Put(command.put_cluster().cluster());
    case v1::Command::kReviewCluster:
      return Review(command.review_cluster());
    case v1::Command::kRankClusters:
      return Rank(command.rank_clusters());
    case v1::Command::kAcceptProject:
      return Accept(command.accept_project());
    case v1::Command::kExtendProject:
      return Extend(command.extend_project());
    case v1::Command::kTerminateProject:
      return Terminate(command.terminate_project().application_id());
    default:
      return ApplySettlement(command);
  }
}

}  // namespace voucher::simulation
