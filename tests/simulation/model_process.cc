// The model's corrections, public notices, objections and approvals.
#include <algorithm>

#include "tests/simulation/model.h"
#include "tests/simulation/rule_reading.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {
namespace {

// Last day of a notice that starts on a day, or 0 if the calendar does not say.
int64_t LastDayOf(const v1::NoticeRule& notice, int64_t start, const Calendar& calendar) {
  if (notice.unit() == v1::DAY_UNIT_CALENDAR) return start + notice.days();
  int64_t day = start;
  for (int counted = 0; counted < notice.days();) {
    const int year = DateOf(++day).year();
    if (year < calendar.first_year || year > calendar.last_year) return 0;
    const auto special = calendar.working.find(day);
    // 1970-01-01 was a Thursday.
    const bool weekend = (day + 4) % 7 == 6 || (day + 4) % 7 == 0;
    if (special != calendar.working.end() ? special->second : !weekend) ++counted;
  }
  return day;
}

}  // namespace

Outcome Model::Return(uint64_t id) {
  Application* application = At(&applications, id);
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  if (application == nullptr) return wrongs.Refusal();
  const v1::ProgramRules& rules = RulesOf(*application);
  const int stage = application->stages_passed;
  wrongs.If(
      !MayReview(*application,
                 stage < rules.review_stages_size() ? rules.review_stages(stage).stage_id() : ""),
      v1::REASON_PERMISSION_DENIED);
  wrongs.If(IsArchived(*application), v1::REASON_PROGRAM_NOT_OPEN);
  wrongs.If(application->state != v1::APPLICATION_STATE_HELD || !rules.has_correction(),
            v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  outcome.instant = EndOfDay(DateOf(DayNumber(now_) + rules.correction().days()));
  MoveTo(application, v1::APPLICATION_STATE_RETURNED);
  application->correction_due = outcome.instant;
  timers.insert({outcome.instant, v1::TIMER_KIND_CORRECTION, id});
  return outcome;
}

Outcome Model::Correct(const v1::CorrectApplicationRequest& request) {
  Application* application = At(&applications, request.application_id());
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  JudgeEvidence(application != nullptr ? application->program : 1, request.evidence(),
                request.application_id(), &wrongs);
  if (application == nullptr) return wrongs.Refusal();
  const v1::Item& item = ItemOf(*application);
  const int64_t base = BaseFen(item, request.spend_fen());
  wrongs.If(IsArchived(*application), v1::REASON_PROGRAM_NOT_OPEN);
  wrongs.If(application->state != v1::APPLICATION_STATE_RETURNED, v1::REASON_ILLEGAL_STATE);
  wrongs.If(IsBlacklisted(application->enterprise, application->program), v1::REASON_BLACKLISTED);
  wrongs.If(!EvidenceIsComplete(
                RulesOf(*application), item, request.evidence(), request.spend_fen(),
                [&](const auto& order) { return CreditPaid(application->program, order); }),
            v1::REASON_EVIDENCE_MISSING);
  wrongs.If(base == 0, v1::REASON_AMOUNT_TOO_SMALL);
  wrongs.If(IsSuperseded(RulesOf(*application), application->enterprise, application->project,
                         std::min(application->held_fen, base)),
            v1::REASON_SUPERSEDED_BY_HIGHER);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  for (const std::string& claim : application->claims) {
    if (claims.at(claim) == request.application_id()) claims.erase(claim);
  }
  application->claims = ClaimsOf(request.evidence(), IsSandbox(application->program));
  application->spend_fen = request.spend_fen();
  outcome.state = v1::APPLICATION_STATE_HELD;
  MoveTo(application, outcome.state);
  outcome.amount_fen = application->granted_fen = std::min(application->held_fen, base);
  GiveBack(application, v1::ACCOUNT_KIND_HELD, application->held_fen - outcome.amount_fen,
           &outcome);
  return outcome;
}

Outcome Model::Announce(const v1::PublishNoticeRequest& request) {
  const uint32_t program = ProgramNumber(request.program_id());
  Wrongs wrongs;
  wrongs.If(program == 0, v1::REASON_PROGRAM_NOT_FOUND);
  for (const uint64_t id : request.application_ids()) {
    wrongs.If(At(&applications, id) == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  }
  if (wrongs.any()) return wrongs.Refusal();
  wrongs.If(programs[program - 1].state == v1::PROGRAM_STATE_ARCHIVED, v1::REASON_PROGRAM_NOT_OPEN);
  const v1::NoticeRule& notice = RulesOf(applications[request.application_ids(0) - 1]).notice();
  for (const uint64_t id : request.application_ids()) {
    const Application& application = applications[id - 1];
    const v1::NoticeRule& own = RulesOf(application).notice();
    wrongs.If(application.program != program || own.days() == 0 ||
                  application.state != v1::APPLICATION_STATE_LISTED ||
                  own.days() != notice.days() || own.unit() != notice.unit(),
              v1::REASON_ILLEGAL_STATE);
    wrongs.If(IsBlacklisted(application.enterprise, program), v1::REASON_BLACKLISTED);
  }
  const int64_t last_day = LastDayOf(notice, DayNumber(now_), calendar);
  wrongs.If(last_day == 0, v1::REASON_CALENDAR_MISSING);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  outcome.instant = EndOfDay(DateOf(last_day));
  const auto& ids = request.application_ids();
  notices.push_back({notice, DayNumber(now_), outcome.instant, {ids.begin(), ids.end()}});
  outcome.id = notices.size();
  for (const uint64_t id : request.application_ids()) {
    applications[id - 1].state = v1::APPLICATION_STATE_ON_NOTICE;
    applications[id - 1].notice = outcome.id;
    applications[id - 1].notice_ends = outcome.instant;
  }
  return outcome;
}

// Notices that run end where the new calendar ends them, if that is later.
void Model::ExtendNotices(Outcome* outcome) {
  for (uint64_t number = 1; number <= notices.size(); ++number) {
    Notice& notice = notices[number - 1];
    if (notice.rule.unit() == v1::DAY_UNIT_CALENDAR || now_ >= notice.ends) continue;
    const int64_t last_day = LastDayOf(notice.rule, notice.starts, calendar);
    if (last_day == 0 || EndOfDay(DateOf(last_day)) <= notice.ends) continue;
    notice.ends = EndOfDay(DateOf(last_day));
    const v1::CivilDate day = DateOf(last_day);
    outcome->parts.push_back({static_cast<int64_t>(number),
                              day.year() * 10'000 + day.month() * 100 + day.day(), notice.ends});
    for (const uint64_t id : notice.applications) {
      if (applications[id - 1].notice == number) applications[id - 1].notice_ends = notice.ends;
    }
  }
}

Outcome Model::Object(uint64_t id) {
  Application* application = At(&applications, id);
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  wrongs.If(application != nullptr && IsArchived(*application), v1::REASON_PROGRAM_NOT_OPEN);
  wrongs.If(application != nullptr && (application->state != v1::APPLICATION_STATE_ON_NOTICE ||
                                       now_ >= application->notice_ends),
            v1::REASON_ILLEGAL_STATE);
  Outcome outcome = wrongs.Refusal();
  if (wrongs.any()) return outcome;
  application->state = v1::APPLICATION_STATE_OBJECTED;
  outcome.id = application->notice;
  return outcome;
}

Outcome Model::Resolve(const v1::ResolveObjectionRequest& request) {
  Application* application = At(&applications, request.application_id());
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  wrongs.If(application != nullptr && IsArchived(*application), v1::REASON_PROGRAM_NOT_OPEN);
  wrongs.If(application != nullptr && application->state != v1::APPLICATION_STATE_OBJECTED,
            v1::REASON_ILLEGAL_STATE);
  Outcome outcome = wrongs.Refusal();
  if (wrongs.any()) return outcome;
  if (request.upheld()) {
    EndHold(application, v1::APPLICATION_STATE_REJECTED, &outcome);
  } else {
    application->state = v1::APPLICATION_STATE_ON_NOTICE;
  }
  outcome.state = application->state;
  return outcome;
}

std::vector<uint64_t> Model::LowerGrants(const Application& application, int64_t* fen,
                                         Wrongs* wrongs) const {
  if (!RulesOf(application).has_highest_only()) return {};
  const Project granted = Granted(application.program, application.enterprise, application.project);
  for (const auto* ids : {&granted.standing, &granted.ended}) {
    for (const uint64_t id : *ids) {
      const Application& other = applications[id - 1];
      wrongs->If(other.voucher != 0 && vouchers[other.voucher - 1].transit_fen > 0,
                 v1::REASON_ILLEGAL_STATE);
      *fen -= UsedOf(other);
    }
  }
  return granted.standing;
}

uint64_t Model::Issue(uint64_t id, int64_t fen) {
  const v1::ProgramRules& rules = RulesOf(applications[id - 1]);
  Voucher voucher;
  voucher.application = id;
  voucher.approved_fen = voucher.available_fen = fen;
  voucher.state = v1::VOUCHER_STATE_ACTIVE;
  voucher.expires = EndOfDay(rules.voucher_terms().expires_on());
  voucher.lapses = LapseOf(rules);
  vouchers.push_back(voucher);
  timers.insert({voucher.lapses, v1::TIMER_KIND_VOUCHER_LAPSE, vouchers.size()});
  return vouchers.size();
}

void Model::HandOver(uint64_t id, int64_t kept_fen, const std::vector<uint64_t>& replaced,
                     Outcome* outcome) {
  Application* application = &applications[id - 1];
  const uint32_t program = application->program;
  const int64_t fen = application->approved_fen - kept_fen;
  if (application->by_credit && fen == 0) {
    const bool gates = RulesOf(*application).acceptance().gates_settlement();
    outcome->settles_application = !(gates && AnyWaits(replaced));
    if (outcome->settles_application) MoveTo(application, v1::APPLICATION_STATE_SETTLED);
  } else if (application->by_credit) {
    Move(program, v1::ACCOUNT_KIND_HELD, v1::ACCOUNT_KIND_VOUCHER, fen);
    outcome->id = application->voucher = Issue(id, fen);
  } else {
    Move(program, v1::ACCOUNT_KIND_HELD, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, fen);
    Owe({program, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, application->enterprise,
         GateOf(*application)},
        id, fen);
  }
}

void Model::Supersede(uint64_t id, Outcome* outcome) {
  Application& application = applications[id - 1];
  const int64_t used = UsedOf(application);
  const int64_t before = outcome->released_fen;
  if (application.voucher != 0) Empty(application.voucher, outcome);
  EndProject(&application, v1::APPLICATION_STATE_SUPERSEDED);
  outcome->parts.push_back({static_cast<int64_t>(id), used, outcome->released_fen - before});
}

Outcome Model::Approve(const v1::ApproveApplicationRequest& request) {
  Application* application = At(&applications, request.application_id());
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  if (application == nullptr) return wrongs.Refusal();
  const uint32_t program = application->program;
  const v1::ProgramRules& rules = RulesOf(*application);
  const int64_t wanted =
      request.approved_fen() != 0 ? request.approved_fen() : application->held_fen;
  wrongs.If(!MayReview(*application, "APPROVE"), v1::REASON_PERMISSION_DENIED);
  wrongs.If(IsArchived(*application), v1::REASON_PROGRAM_NOT_OPEN);
  // Credit lapses when its vouchers are over, and is told so.
  const int state = application->state;
  if (state == v1::APPLICATION_STATE_LAPSED && application->by_credit &&
      now_ >= EndOfDay(rules.voucher_terms().expires_on())) {
    wrongs.If(true, v1::REASON_VOUCHER_EXPIRED);
    return wrongs.Refusal();
  }
  wrongs.If(state != (rules.has_notice() ? v1::APPLICATION_STATE_ON_NOTICE
                                         : v1::APPLICATION_STATE_LISTED) ||
                wanted > application->held_fen,
            v1::REASON_ILLEGAL_STATE);
  wrongs.If(rules.has_notice() && now_ < application->notice_ends, v1::REASON_NOTICE_RUNNING);
  wrongs.If(IsBlacklisted(application->enterprise, program), v1::REASON_BLACKLISTED);
  int64_t approved = wanted;
  std::vector<uint64_t> lower;
  if (IsSuperseded(rules, application->enterprise, application->project, wanted)) {
    wrongs.If(true, v1::REASON_SUPERSEDED_BY_HIGHER);
  } else {
    lower = LowerGrants(*application, &approved, &wrongs);
  }
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  const std::vector<uint64_t> overtaken = Overtaken(*application, lower, approved);
  // The lower grants may be of other programs.
  home_ = program;
  outcome.amount_fen = application->approved_fen = approved;
  application->approved_at = now_;
  LookAgain(application->enterprise, [&](const Application& other) {
    return other.project == application->project && IsSandbox(other.program) == IsSandbox(program);
  });
  application->held_fen -= approved;
  if (rules.has_project()) {
    outcome.instant = EndOfDay(AddMonths(DateOf(DayNumber(now_)), rules.project().months()));
  }
  application->project_due = outcome.instant;
  MoveTo(application, v1::APPLICATION_STATE_APPROVED);
  // What the enterprise owes is kept back of credit now, of a reimbursement by its statement.
  const int64_t kept = application->by_credit && rules.has_set_off()
                           ? SetOff(application->enterprise, program, approved)
                           : 0;
  Move(program, v1::ACCOUNT_KIND_HELD, v1::ACCOUNT_KIND_RETURNED, kept);
  // What waits of those that it replaces, or that were replaced before, waits for it now.
  std::vector<uint64_t> replaced = Replaced(*application);
  replaced.insert(replaced.end(), lower.begin(), lower.end());
  HandOver(request.application_id(), kept, replaced, &outcome);
  GiveBack(application, v1::ACCOUNT_KIND_HELD, application->held_fen, &outcome);
  for (const uint64_t id : lower) Supersede(id, &outcome);
  for (const uint64_t id : replaced) {
    if (!rules.acceptance().gates_settlement()) OpenGate(&applications[id - 1]);
  }
  for (const uint64_t id : overtaken) {
    Application& other = applications[id - 1];
    outcome.parts.push_back({static_cast<int64_t>(id), 0, other.held_fen});
    EndHold(&other, v1::APPLICATION_STATE_SUPERSEDED, &outcome);
  }
  if (kept > 0) outcome.parts.push_back({kept, 0, 0});
  return outcome;
}

}  // namespace voucher::simulation
