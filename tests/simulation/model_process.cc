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
  if (application == nullptr) return wrongs.Refusal();
  const v1::Item& item = ItemOf(*application);
  const int64_t base = BaseFen(item, request.spend_fen());
  wrongs.If(
      application->state != v1::APPLICATION_STATE_RETURNED || now_ >= application->correction_due,
      v1::REASON_ILLEGAL_STATE);
  wrongs.If(IsBlacklisted(application->enterprise, application->program), v1::REASON_BLACKLISTED);
  wrongs.If(
      !EvidenceIsComplete(RulesOf(*application), item, request.evidence(), request.spend_fen()),
      v1::REASON_EVIDENCE_MISSING);
  for (const v1::Invoice& invoice : request.evidence().invoices()) {
    const auto claim = invoices.find(KeyOf(invoice));
    wrongs.If(claim != invoices.end() && claim->second != request.application_id(),
              v1::REASON_INVOICE_ALREADY_CLAIMED);
  }
  wrongs.If(base == 0, v1::REASON_AMOUNT_TOO_SMALL);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  for (const std::string& invoice : application->invoices) invoices.erase(invoice);
  application->invoices.clear();
  for (const v1::Invoice& invoice : request.evidence().invoices()) {
    application->invoices.push_back(KeyOf(invoice));
  }
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
  outcome.id = ++notices;
  outcome.instant = EndOfDay(DateOf(last_day));
  for (const uint64_t id : request.application_ids()) {
    applications[id - 1].state = v1::APPLICATION_STATE_ON_NOTICE;
    applications[id - 1].notice = outcome.id;
    applications[id - 1].notice_ends = outcome.instant;
  }
  return outcome;
}

Outcome Model::Object(uint64_t id) {
  Application* application = At(&applications, id);
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
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

int64_t Model::UsedOf(const Application& application) const {
  return application.voucher != 0 ? vouchers[application.voucher - 1].redeemed_fen
                                  : application.approved_fen;
}

std::vector<uint64_t> Model::Standing(uint64_t enterprise, uint64_t project) const {
  std::vector<uint64_t> standing;
  for (const uint64_t id : enterprises[enterprise - 1].applications) {
    const Application& application = applications[id - 1];
    if (application.project == project && RulesOf(application).has_highest_only() &&
        (application.state == v1::APPLICATION_STATE_APPROVED ||
         application.state == v1::APPLICATION_STATE_ACCEPTED ||
         application.state == v1::APPLICATION_STATE_SETTLED)) {
      standing.push_back(id);
    }
  }
  return standing;
}

int64_t Model::Superseded(uint64_t enterprise, uint64_t project) const {
  int64_t fen = 0;
  for (const uint64_t id : enterprises[enterprise - 1].applications) {
    const Application& application = applications[id - 1];
    if (application.project == project && application.state == v1::APPLICATION_STATE_SUPERSEDED) {
      fen += UsedOf(application);
    }
  }
  return fen;
}

bool Model::IsSuperseded(const v1::ProgramRules& rules, uint64_t enterprise, uint64_t project,
                         int64_t most_fen) const {
  if (!rules.has_highest_only()) return false;
  const std::vector<uint64_t> standing = Standing(enterprise, project);
  const int64_t used = Superseded(enterprise, project);
  return std::any_of(standing.begin(), standing.end(), [&](uint64_t id) {
    return applications[id - 1].approved_fen + used >= most_fen;
  });
}

Outcome Model::Approve(const v1::ApproveApplicationRequest& request) {
  Application* application = At(&applications, request.application_id());
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  if (application == nullptr) return wrongs.Refusal();
  const uint32_t program = application->program;
  const v1::ProgramRules& rules = RulesOf(*application);
  const int64_t expires = EndOfDay(rules.voucher_terms().expires_on());
  const int64_t wanted =
      request.approved_fen() != 0 ? request.approved_fen() : application->held_fen;
  wrongs.If(!MayReview(*application, "APPROVE"), v1::REASON_PERMISSION_DENIED);
  wrongs.If(application->state != (rules.has_notice() ? v1::APPLICATION_STATE_ON_NOTICE
                                                      : v1::APPLICATION_STATE_LISTED) ||
                wanted > application->held_fen,
            v1::REASON_ILLEGAL_STATE);
  wrongs.If(rules.has_notice() && now_ < application->notice_ends, v1::REASON_NOTICE_RUNNING);
  wrongs.If(IsBlacklisted(application->enterprise, program), v1::REASON_BLACKLISTED);
  wrongs.If(application->by_credit && now_ >= expires, v1::REASON_VOUCHER_EXPIRED);
  int64_t approved = wanted;
  std::vector<uint64_t> lower;
  if (IsSuperseded(rules, application->enterprise, application->project, wanted)) {
    wrongs.If(true, v1::REASON_SUPERSEDED_BY_HIGHER);
  } else if (rules.has_highest_only()) {
    lower = Standing(application->enterprise, application->project);
    approved -= Superseded(application->enterprise, application->project);
    for (const uint64_t id : lower) {
      const Application& other = applications[id - 1];
      wrongs.If(other.voucher != 0 && vouchers[other.voucher - 1].transit_fen > 0,
                v1::REASON_ILLEGAL_STATE);
      approved -= UsedOf(other);
    }
    wrongs.If(approved <= 0, v1::REASON_SUPERSEDED_BY_HIGHER);
  }
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  // The lower grants may be of other programs.
  home_ = program;
  outcome.amount_fen = application->approved_fen = approved;
  application->held_fen -= approved;
  if (rules.has_project()) {
    outcome.instant = EndOfDay(AddMonths(DateOf(DayNumber(now_)), rules.project().months()));
  }
  application->project_due = outcome.instant;
  MoveTo(application, v1::APPLICATION_STATE_APPROVED);
  if (application->by_credit) {
    Move(program, v1::ACCOUNT_KIND_HELD, v1::ACCOUNT_KIND_VOUCHER, approved);
    Voucher voucher;
    voucher.application = request.application_id();
    voucher.approved_fen = voucher.available_fen = approved;
    voucher.state = v1::VOUCHER_STATE_ACTIVE;
    voucher.expires = expires;
    voucher.lapses = LapseOf(rules);
    vouchers.push_back(voucher);
    outcome.id = application->voucher = vouchers.size();
    timers.insert({voucher.lapses, v1::TIMER_KIND_VOUCHER_LAPSE, outcome.id});
  } else {
    Move(program, v1::ACCOUNT_KIND_HELD, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, approved);
    Owe({program, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, application->enterprise,
         GateOf(*application)},
        request.application_id(), approved);
  }
  GiveBack(application, v1::ACCOUNT_KIND_HELD, application->held_fen, &outcome);
  for (const uint64_t id : lower) {
    Application& other = applications[id - 1];
    const int64_t used = UsedOf(other);
    const int64_t before = outcome.released_fen;
    if (other.voucher != 0) Empty(other.voucher, &outcome);
    OpenGate(&other);
    EndProject(&other, v1::APPLICATION_STATE_SUPERSEDED);
    outcome.parts.push_back({static_cast<int64_t>(id), used, outcome.released_fen - before});
  }
  return outcome;
}

}  // namespace voucher::simulation
