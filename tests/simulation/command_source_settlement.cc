// Commands of statements, payments, reclaims, reconciliation, and the end of a year.
#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"

#include "tests/simulation/command_source.h"
#include "tests/simulation/world.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {
namespace {

// An element of a map that is not empty.
template <typename Map>
typename Map::const_iterator PickOf(const Map& map, Random* random) {
  return std::next(map.begin(), static_cast<int64_t>(random->Below(map.size())));
}

// Most often all of it.
int64_t PartOf(int64_t fen, Random* random) {
  if (random->Percent(8)) return fen + 1;
  return random->Percent(60) ? std::max<int64_t>(fen, 1)
                             : random->Between(1, std::max<int64_t>(fen, 1));
}

}  // namespace

v1::CivilMonth CommandSource::LastMonth() const {
  const v1::CivilDate today = DateOf(DayNumber(now_));
  const v1::CivilDate last = DateOf(DayNumber(now_) - today.day());
  v1::CivilMonth month;
  month.set_year(last.year());
  month.set_month(last.month());
  return month;
}

void CommandSource::Close(Sent* sent) {
  sent->who = Principal("finance", v1::ROLE_FINANCE);
  auto* request = sent->command.mutable_close_statement();
  request->set_request_id(NextId("r"));
  request->set_program_id(SomeProgramId());
  *request->mutable_period() = LastMonth();
  if (random_.Percent(12)) {
    request->mutable_period()->set_month(static_cast<int32_t>(random_.Between(1, 12)));
  }
  // Mostly of somebody who is owed something.
  const auto program_id = [this](uint32_t program) {
    return model_.programs[program - 1].rules().program_id();
  };
  if (random_.Percent(60)) {
    request->set_provider_id(SomeProviderId());
    if (model_.months.empty() || random_.Percent(15)) return;
    const auto& [program, provider, month] = PickOf(model_.months, &random_)->first;
    request->set_program_id(program_id(program));
    request->set_provider_id(model_.providers[provider - 1].id);
    return;
  }
  request->set_division(random_.Percent(50) ? "420100" : "440703");
  if (model_.unpaid.empty() || random_.Percent(15)) return;
  const auto& [program, enterprise, application] = PickOf(model_.unpaid, &random_)->first;
  request->set_program_id(program_id(program));
  request->set_division(model_.enterprises[enterprise - 1].facts.division());
  if (random_.Percent(30)) request->mutable_division()->replace(4, 2, "00");
  if (random_.Percent(5)) request->mutable_division()->replace(2, 4, "0000");
}

void CommandSource::Disburse(Sent* sent) {
  sent->who = Principal("finance", v1::ROLE_FINANCE);
  auto* request = sent->command.mutable_record_disbursement();
  request->set_request_id(NextId("r"));
  request->set_statement_id(PickNumber(model_.statements, [](uint64_t, const Statement& statement) {
    return statement.state == v1::STATEMENT_STATE_CLOSED;
  }));
  v1::Disbursement* disbursement = request->mutable_disbursement();
  disbursement->set_amount_fen(random_.Magnitude(16));
  if (request->statement_id() <= model_.statements.size()) {
    const Statement& statement = model_.statements[request->statement_id() - 1];
    disbursement->set_amount_fen(PartOf(statement.due_fen - statement.paid_fen, &random_));
  }
  disbursement->set_fiscal_reference(
      absl::StrCat("鄂财拨〔2025〕", random_.Percent(80) ? random_.Between(1, 1'000) : 3, "号"));
  *disbursement->mutable_paid_on() = DateOf(DayNumber(now_) - random_.Between(0, 3));
}

void CommandSource::Recover(Sent* sent) {
  sent->who = Principal("finance", v1::ROLE_FINANCE);
  auto* request = sent->command.mutable_record_recovery();
  request->set_request_id(NextId("r"));
  request->set_program_id(SomeProgramId());
  request->set_amount_fen(random_.Magnitude(16));
  request->set_fiscal_reference(
      absl::StrCat("鄂财收〔2025〕", random_.Percent(80) ? random_.Between(1, 1'000) : 1, "号"));
  if (random_.Percent(50)) {
    request->set_uscc(random_.Percent(4) ? Uscc(9'999'999) : SomeUscc());
    if (model_.receivable_fen.empty() || random_.Percent(15)) return;
    const auto& [debt, fen] = *PickOf(model_.receivable_fen, &random_);
    request->set_uscc(model_.enterprises[debt.first - 1].facts.uscc());
    request->set_program_id(model_.programs[debt.second - 1].rules().program_id());
    request->set_amount_fen(PartOf(fen, &random_));
    if (random_.Percent(50)) return;
    // Of one grant, mostly one that something is owed of.
    const uint64_t id =
        PickNumber(model_.applications, [&debt = debt](uint64_t, const Application& application) {
          return application.enterprise == debt.first && application.program == debt.second &&
                 application.receivable_fen > 0;
        });
    request->set_application_id(id);
    if (id <= model_.applications.size()) {
      request->set_amount_fen(PartOf(model_.applications[id - 1].receivable_fen, &random_));
    }
    return;
  }
  request->set_provider_id(SomeProviderId());
  if (random_.Percent(15)) return;
  for (const auto& [account, fen] : model_.payable_fen) {
    if (fen >= 0 || random_.Percent(50)) continue;
    request->set_program_id(model_.programs[std::get<0>(account) - 1].rules().program_id());
    request->set_provider_id(model_.providers[std::get<2>(account) - 1].id);
    request->set_amount_fen(PartOf(-fen, &random_));
  }
}

void CommandSource::Reclaim(Sent* sent) {
  auto* request = sent->command.mutable_reclaim();
  request->set_request_id(NextId("r"));
  // Seldom one that was superseded, which are few.
  const bool superseded = random_.Percent(25);
  request->set_application_id(
      PickNumber(model_.applications, [superseded](uint64_t, const Application& application) {
        return superseded ? application.state == v1::APPLICATION_STATE_SUPERSEDED
                          : application.state == v1::APPLICATION_STATE_APPROVED ||
                                application.state == v1::APPLICATION_STATE_ACCEPTED ||
                                application.state == v1::APPLICATION_STATE_SETTLED ||
                                (application.state == v1::APPLICATION_STATE_TERMINATED &&
                                 !application.reclaimed);
      }));
  request->set_ground(static_cast<v1::ReclaimGround>(random_.Between(1, 4)));
  request->set_reason("材料不实");
  request->set_reference("鄂经信罚〔2025〕5号");
  if (random_.Percent(70)) return;
  request->mutable_blacklisting()->set_reason("套取资金");
  if (random_.Percent(40)) {
    request->mutable_blacklisting()->add_program_ids(SomeProgram().program_id());
  }
  if (random_.Percent(90)) {
    *request->mutable_blacklisting()->mutable_until() =
        DateOf(DayNumber(now_) + random_.Between(-1, 4));
  }
}

void CommandSource::Remind(Sent* sent) {
  auto* request = sent->command.mutable_remind_enterprise();
  request->set_request_id(NextId("r"));
  request->set_program_id(random_.Percent(60) ? waiting_.program_id() : SomeProgramId());
  request->set_uscc(SomeUscc());
  request->set_reference(
      absl::StrCat("提醒函〔2025〕", random_.Percent(60) ? random_.Between(1, 500) : 2, "号"));
}

// A statement of a provider's newest transfers, with what can be wrong in one.
void CommandSource::Reconcile(Sent* sent) {
  auto* request = sent->command.mutable_reconcile_transfers();
  request->set_request_id(NextId("r"));
  request->set_provider_id(SomeProviderId());
  sent->who = Principal("finance", v1::ROLE_FINANCE);
  if (random_.Percent(70)) {
    sent->who = Principal(request->provider_id(), v1::ROLE_PROVIDER);
    sent->who.set_provider_id(random_.Percent(95) ? request->provider_id() : "aliyun");
    sent->who.set_principal(sent->who.provider_id());
  } else if (random_.Percent(15)) {
    sent->who = Principal("issuer-of-hubei", v1::ROLE_ISSUER);
    sent->who.add_program_ids(programs_.front().program_id());
  }
  request->set_confirm_silent(random_.Percent(60));
  const uint64_t count = model_.transfers.size();
  const uint64_t provider = model_.ProviderNumber(request->provider_id());
  const uint64_t first = count - std::min<uint64_t>(count, 5 + random_.Below(60)) + 1;
  if (random_.Percent(95)) request->set_first_transfer_id(first);
  if (random_.Percent(50)) request->set_last_transfer_id(first + random_.Below(60));
  for (uint64_t id = first; id <= count; ++id) {
    const Transfer& transfer = model_.transfers[id - 1];
    const bool mine = model_.accounts[transfer.account - 1].provider == provider;
    if (!random_.Percent(mine ? 75 : 1)) continue;
    for (int times = random_.Percent(5) ? 2 : 1; times > 0; --times) {
      v1::StatementLineOfTransfer* line = request->add_lines();
      line->set_transfer_id(random_.Below(60) == 0 ? count + 1 : id);
      line->set_amount_fen(transfer.amount_fen + (random_.Percent(4) ? 1 : 0));
      line->set_provider_reference("CR-2");
    }
  }
}

void CommandSource::Archive(Sent* sent) {
  sent->who = Principal("finance", v1::ROLE_FINANCE);
  auto* request = sent->command.mutable_archive_program();
  request->set_request_id(NextId("r"));
  request->set_program_id(SomeProgramId());
}

uint32_t CommandSource::ProgramToEnd() const {
  for (const v1::ProgramRules* rules : {&quota_, &waiting_}) {
    const uint32_t number = model_.ProgramNumber(rules->program_id());
    const Program& program = model_.programs[number - 1];
    if (program.state == v1::PROGRAM_STATE_CLOSED && now_ >= LapseOf(program.rules())) {
      return number;
    }
  }
  return 0;
}

// A step towards the archive of a program that is over. Sometimes the last one at once, since what
// is left may have to wait.
void CommandSource::WindDown(Sent* sent) {
  const uint32_t program = ProgramToEnd();
  if (random_.Percent(90)) EndYear(program, sent);
  if (sent->command.verb_case() != v1::Command::VERB_NOT_SET) return;
  Archive(sent);
  sent->command.mutable_archive_program()->set_program_id(
      model_.programs[program - 1].rules().program_id());
}

// Ends one thing that keeps the program from its archive, if anything does.
void CommandSource::EndYear(uint32_t program, Sent* sent) {
  for (uint64_t id = 1; id <= model_.applications.size(); ++id) {
    const Application& application = model_.applications[id - 1];
    if (application.program != program || application.held_fen == 0) continue;
    sent->command.mutable_withdraw_application()->set_request_id(NextId("r"));
    sent->command.mutable_withdraw_application()->set_application_id(id);
    return;
  }
  for (uint64_t id = 1; id <= model_.transfers.size(); ++id) {
    const Transfer& transfer = model_.transfers[id - 1];
    const uint64_t application = model_.vouchers[transfer.voucher - 1].application;
    if (!IsOpen(transfer) || Find(application)->program != program) continue;
    sent->who = AsProvider(transfer.account);
    sent->command.mutable_decline_transfer()->set_request_id(NextId("r"));
    sent->command.mutable_decline_transfer()->set_transfer_id(id);
    sent->command.mutable_decline_transfer()->set_reason("year's end");
    return;
  }
  sent->who = Principal("finance", v1::ROLE_FINANCE);
  for (uint64_t id = 1; id <= model_.statements.size(); ++id) {
    const Statement& statement = model_.statements[id - 1];
    const int64_t left = statement.due_fen - statement.paid_fen;
    if (std::get<0>(statement.party) != program || left == 0) continue;
    Disburse(sent);
    sent->command.mutable_record_disbursement()->set_statement_id(id);
    sent->command.mutable_record_disbursement()->mutable_disbursement()->set_amount_fen(left);
    return;
  }
  for (const auto& [account, fen] : model_.payable_fen) {
    if (std::get<0>(account) != program || fen == 0 || random_.Percent(20)) continue;
    // An extended project ends by its own deadline.
    const Application* gate = Find(std::get<3>(account));
    if (gate != nullptr && gate->extended) continue;
    return EndPayable(account, fen, sent);
  }
}

void CommandSource::EndPayable(const PayableKey& account, int64_t fen, Sent* sent) {
  const auto& [program, kind, party, application] = account;
  const std::string& program_id = model_.programs[program - 1].rules().program_id();
  const bool provider = kind == v1::ACCOUNT_KIND_PAYABLE_PROVIDER;
  if (application != 0) {
    Terminate(sent);
    sent->command.mutable_terminate_project()->set_application_id(application);
  } else if (fen < 0) {
    auto* request = sent->command.mutable_record_recovery();
    request->set_request_id(NextId("r"));
    request->set_program_id(program_id);
    request->set_provider_id(model_.providers[party - 1].id);
    request->set_amount_fen(-fen);
    request->set_fiscal_reference("鄂财收〔2025〕2号");
  } else {
    auto* request = sent->command.mutable_close_statement();
    request->set_request_id(NextId("r"));
    request->set_program_id(program_id);
    *request->mutable_period() = LastMonth();
    if (provider) {
      request->set_provider_id(model_.providers[party - 1].id);
    } else {
      request->set_division(model_.enterprises[party - 1].facts.division());
    }
  }
}

}  // namespace voucher::simulation
