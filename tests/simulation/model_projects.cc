// The model's approved projects: acceptance, extension, termination, and what they open or end.
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
  EndProject(application, v1::APPLICATION_STATE_TERMINATED);
}

Outcome Model::Accept(const v1::AcceptProjectRequest& request) {
  Application* application = At(&applications, request.application_id());
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  if (application == nullptr) return wrongs.Refusal();
  const v1::ProgramRules& rules = RulesOf(*application);
  wrongs.If(application->state != v1::APPLICATION_STATE_APPROVED || !rules.has_acceptance() ||
                (application->project_due != 0 && now_ >= application->project_due),
            v1::REASON_ILLEGAL_STATE);
  wrongs.If(!HasKinds(rules.acceptance().evidence(), request.documents()),
            v1::REASON_EVIDENCE_MISSING);
  if (wrongs.any()) return wrongs.Refusal();
  Outcome outcome;
  outcome.amount_fen = OpenGate(application);
  MoveTo(application, v1::APPLICATION_STATE_ACCEPTED);
  if (application->voucher == 0) return outcome;
  // Nothing is left to wait for if its voucher is over and nothing was opened or is owed.
  const Voucher& voucher = vouchers[application->voucher - 1];
  if (voucher.state != v1::VOUCHER_STATE_ACTIVE && IsSettled(voucher)) {
    outcome.settles_application = true;
    MoveTo(application, v1::APPLICATION_STATE_SETTLED);
  }
  return outcome;
}

Outcome Model::Extend(const v1::ExtendProjectRequest& request) {
  Application* application = At(&applications, request.application_id());
  Wrongs wrongs;
  wrongs.If(application == nullptr, v1::REASON_APPLICATION_NOT_FOUND);
  if (application == nullptr) return wrongs.Refusal();
  const int most = RulesOf(*application).project().extension_months();
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
  wrongs.If(application != nullptr && application->state != v1::APPLICATION_STATE_APPROVED,
            v1::REASON_ILLEGAL_STATE);
  Outcome outcome = wrongs.Refusal();
  if (!wrongs.any()) Release(application, &outcome);
  return outcome;
}

}  // namespace voucher::simulation
