// The model's reclaims, and the reminders before some of them.
#include "absl/strings/str_cat.h"

#include "tests/simulation/model.h"
#include "tests/simulation/rule_reading.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {

Outcome Model::Remind(const v1::RemindEnterpriseRequest& request) {
  const uint32_t program = ProgramNumber(request.program_id());
  Outcome outcome;
  outcome.id = EnterpriseNumber(request.uscc());
  Wrongs wrongs;
  wrongs.If(program == 0, v1::REASON_PROGRAM_NOT_FOUND);
  wrongs.If(outcome.id == 0, v1::REASON_ENTERPRISE_NOT_FOUND);
  if (wrongs.any()) return wrongs.Refusal();
  // Of the newest revision that has one.
  v1::CureRule cure;
  for (const v1::ProgramRules& rules : programs[program - 1].revisions) {
    if (rules.has_cure()) cure = rules.cure();
  }
  const std::string act =
      absl::StrCat("reminder ", program, " ", outcome.id, " ", request.reference());
  const auto before = acts.find(act);
  wrongs.If(before != acts.end() && before->second != request.repeats(), v1::REASON_ALREADY_BOOKED);
  wrongs.If(cure.months() == 0, v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  acts[act] = sequence;
  outcome.instant = EndOfDay(AddMonths(DateOf(DayNumber(now_)), cure.months()));
  Enterprise& enterprise = enterprises[outcome.id - 1];
  enterprise.reminded_by = request.program_id();
  enterprise.mended_by[request.program_id()] = outcome.instant;
  enterprise.reminded_on[request.program_id()] = DayNumber(now_);
  return outcome;
}

// Unspent credit goes back, and so does what a reimbursement has on no statement. What was spent,
// or kept back of it before, is owed by the enterprise, as far as it was not taken back yet. Of a
// project that ended, all that goes back as it ended.
Outcome Model::Reclaim(const v1::ReclaimRequest& request) {
  Application* application = At(&applications, request.application_id());
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  if (application == nullptr) return wrongs.Refusal();
  const uint32_t program = application->program;
  const v1::ProgramRules& rules = RulesOf(*application);
  const Enterprise& enterprise = enterprises[application->enterprise - 1];
  const auto reminded = enterprise.reminded_on.find(rules.program_id());
  const int state = application->state;
  // What was overtaken before its approval was never granted.
  const bool superseded =
      state == v1::APPLICATION_STATE_SUPERSEDED && application->approved_at != 0;
  const bool ended = state == v1::APPLICATION_STATE_TERMINATED;
  wrongs.If(state != v1::APPLICATION_STATE_APPROVED && state != v1::APPLICATION_STATE_ACCEPTED &&
                state != v1::APPLICATION_STATE_SETTLED && !superseded &&
                !(ended && !application->reclaimed),
            v1::REASON_ILLEGAL_STATE);
  // As long as the rules say that judge the grant, from a reminder that came with it or after it.
  wrongs.If(request.ground() == v1::RECLAIM_GROUND_NO_COOPERATION && rules.has_cure() &&
                (reminded == enterprise.reminded_on.end() ||
                 reminded->second < DayNumber(application->approved_at) ||
                 now_ < EndOfDay(AddMonths(DateOf(reminded->second), rules.cure().months()))),
            v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  outcome.id = request.application_id();
  home_ = program;
  Outcome kept;
  const auto replaced = EndWait(*application, true);
  if (ended) {
    // What was unspent went back then.
  } else if (application->voucher != 0) {
    Empty(application->voucher, &outcome);
    OpenGate(application);
  } else {
    const auto owed = unpaid.find({program, application->enterprise, outcome.id});
    for (const uint64_t gate : {uint64_t{0}, outcome.id}) {
      const PayableKey account = {program, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE,
                                  application->enterprise, gate};
      const int64_t fen = gate != 0              ? payable_fen[account]
                          : owed != unpaid.end() ? owed->second.fen
                                                 : 0;
      Owe(account, outcome.id, -fen);
      GiveBack(application, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, fen, &kept);
    }
  }
  outcome.amount_fen = UsedOf(*application);
  if (outcome.amount_fen > 0) {
    OweBack(application->enterprise, program, outcome.amount_fen);
    application->receivable_fen += outcome.amount_fen;
  }
  application->reclaimed = true;
  outcome.parts.push_back({static_cast<int64_t>(application->enterprise), kept.amount_fen, 0});
  for (const auto& part : replaced) outcome.parts.push_back(part);
  application->item_free = superseded;
  EndProject(application, v1::APPLICATION_STATE_TERMINATED);
  if (request.has_blacklisting()) {
    OnRecord record = RecordOf(request.blacklisting());
    record.sandbox = IsSandbox(program);
    PutOnRecord(application->enterprise, std::move(record));
    LookAgain(application->enterprise, [&](const Application& other) {
      return IsSandbox(other.program) == IsSandbox(program);
    });
  }
  return outcome;
}

}  // namespace voucher::simulation
