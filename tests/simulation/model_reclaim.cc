// The model's reclaims, and the reminders before some of them.
#include "tests/simulation/model.h"
#include "tests/simulation/rule_reading.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {
namespace {

// Both blacklistings: the newer reason, the programs of both, the later end.
v1::Blacklisting Both(const v1::Blacklisting& older, v1::Blacklisting newer) {
  if (older.program_ids().empty()) newer.clear_program_ids();
  for (const std::string& program_id : older.program_ids()) {
    const bool all = newer.program_ids().empty();
    if (!all && !Has(newer.program_ids(), program_id)) newer.add_program_ids(program_id);
  }
  if (!older.has_until()) {
    newer.clear_until();
  } else if (newer.has_until() && DayNumber(newer.until()) < DayNumber(older.until())) {
    *newer.mutable_until() = older.until();
  }
  return newer;
}

}  // namespace

Outcome Model::Remind(const v1::RemindEnterpriseRequest& request) {
  const uint32_t program = ProgramNumber(request.program_id());
  Outcome outcome;
  outcome.id = EnterpriseNumber(request.uscc());
  Wrongs wrongs;
  wrongs.If(program == 0, v1::REASON_PROGRAM_NOT_FOUND);
  wrongs.If(outcome.id == 0, v1::REASON_ENTERPRISE_NOT_FOUND);
  wrongs.If(program != 0 && !programs[program - 1].rules().has_cure(), v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  const v1::CureRule& cure = programs[program - 1].rules().cure();
  outcome.instant = EndOfDay(AddMonths(DateOf(DayNumber(now_)), cure.months()));
  Enterprise& enterprise = enterprises[outcome.id - 1];
  enterprise.reminded_by = request.program_id();
  enterprise.mended_by[request.program_id()] = outcome.instant;
  return outcome;
}

// Unspent credit goes back, spent money is owed by the enterprise. Of a reimbursement all is owed,
// and what is on no statement yet pays for it at once.
Outcome Model::Reclaim(const v1::ReclaimRequest& request) {
  Application* application = At(&applications, request.application_id());
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  if (application == nullptr) return wrongs.Refusal();
  const uint32_t program = application->program;
  Enterprise& enterprise = enterprises[application->enterprise - 1];
  const auto mended = enterprise.mended_by.find(RulesOf(*application).program_id());
  const bool superseded = application->state == v1::APPLICATION_STATE_SUPERSEDED;
  wrongs.If(application->state != v1::APPLICATION_STATE_APPROVED &&
                application->state != v1::APPLICATION_STATE_ACCEPTED &&
                application->state != v1::APPLICATION_STATE_SETTLED && !superseded,
            v1::REASON_ILLEGAL_STATE);
  wrongs.If(request.ground() == v1::RECLAIM_GROUND_NO_COOPERATION &&
                RulesOf(*application).has_cure() &&
                (mended == enterprise.mended_by.end() || now_ < mended->second),
            v1::REASON_ILLEGAL_STATE);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  outcome.id = request.application_id();
  int64_t set_off = 0;
  if (application->voucher != 0) {
    Voucher& voucher = vouchers[application->voucher - 1];
    Empty(application->voucher, &outcome);
    OpenGate(application);
    outcome.amount_fen = voucher.redeemed_fen;
    voucher.receivable = voucher.redeemed_fen > 0;
  } else {
    const auto owed = unpaid.find({program, application->enterprise, outcome.id});
    for (const uint64_t gate : {uint64_t{0}, outcome.id}) {
      const PayableKey account = {program, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE,
                                  application->enterprise, gate};
      const int64_t fen = gate != 0              ? payable_fen[account]
                          : owed != unpaid.end() ? owed->second.fen
                                                 : 0;
      Owe(account, outcome.id, -fen);
      Move(program, v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE, v1::ACCOUNT_KIND_RETURNED, fen);
      set_off += fen;
    }
    outcome.amount_fen = application->approved_fen - set_off;
  }
  if (outcome.amount_fen > 0) OweBack(application->enterprise, program, outcome.amount_fen);
  outcome.parts.push_back({static_cast<int64_t>(application->enterprise), set_off, 0});
  application->item_free = superseded;
  EndProject(application, v1::APPLICATION_STATE_TERMINATED);
  if (request.has_blacklisting()) {
    auto& standing = enterprise.blacklisting;
    const bool stands =
        standing && !(standing->has_until() && DayNumber(now_) > DayNumber(standing->until()));
    standing = stands ? Both(*standing, request.blacklisting()) : request.blacklisting();
  }
  return outcome;
}

}  // namespace voucher::simulation
