// Commands on programs, enterprises, providers, products and cloud accounts.
#include "absl/strings/str_cat.h"

#include "tests/simulation/command_source.h"
#include "tests/simulation/world.h"

namespace voucher::simulation {

v1::Product CommandSource::SomeProduct() {
  const v1::ProgramRules& rules = SomeProgram();
  v1::Product product = ProductOf(rules, SomeProviderId(), random_.Pick(kProductIds));
  if (random_.Below(70) == 0) product.set_program_id("nowhere-2025");
  if (random_.Percent(20)) {
    product.clear_item_ids();
    product.add_item_ids(random_.Percent(10) ? "unknown-item" : rules.items(0).item_id());
  }
  if (random_.Percent(15)) {
    *product.mutable_effective_from() = DateOf(DayNumber(Date(2025, 6, 1)) + random_.Below(40));
  }
  if (random_.Percent(5)) product.set_category("计算");
  return product;
}

void CommandSource::Appropriate(Sent* sent) {
  sent->who = Principal("finance", v1::ROLE_FINANCE);
  auto* request = sent->command.mutable_appropriate();
  request->set_request_id(NextId("r"));
  request->set_program_id(SomeProgramId());
  const size_t waiters =
      model_.programs[model_.ProgramNumber(waiting_.program_id()) - 1].waiting.size();
  if (waiters > 0 && random_.Percent(25)) request->set_program_id(waiting_.program_id());
  request->set_amount_fen(random_.Magnitude(IsSynthetic(request->program_id()) ? 18 : 27));
  if (random_.Percent(25)) request->set_amount_fen(-request->amount_fen());
  // Now and then enough for more waiters than one entry promotes.
  if (waiters > 256 && random_.Percent(80)) {
    request->set_program_id(waiting_.program_id());
    request->set_amount_fen(30'000'000);
  }
  request->set_fiscal_reference(absl::StrCat("鄂财企发〔2025〕", ++ids_, "号"));
  if (request->amount_fen() > 0 && random_.Percent(25)) {
    *request->mutable_opens_on() = DateOf(DayNumber(now_) + random_.Between(1, 6));
  }
}

void CommandSource::SetProgramState(Sent* sent) {
  auto* request = sent->command.mutable_set_program_state();
  request->set_request_id(NextId("r"));
  request->set_program_id(SomeProgramId());
  request->set_state(v1::PROGRAM_STATE_OPEN);
  const uint32_t number = model_.ProgramNumber(request->program_id());
  if (number == 0) return;
  const bool open = model_.programs[number - 1].state == v1::PROGRAM_STATE_OPEN;
  if (random_.Percent(open ? 25 : 10)) request->set_state(v1::PROGRAM_STATE_SUSPENDED);
  if (random_.Below(1'000) == 0) request->set_state(v1::PROGRAM_STATE_CLOSED);
}

// The shipped rules stay as they are; those of the synthetic programs change amounts and dates, and
// what a pool does when it is exhausted.
void CommandSource::Revise(Sent* sent) {
  auto* request = sent->command.mutable_publish_program();
  request->set_request_id(NextId("r"));
  *request->mutable_rules() = random_.Pick(programs_);
  if (random_.Percent(15) && !IsSynthetic(request->rules().program_id())) return;
  v1::ProgramRules* rules = request->mutable_rules();
  const bool waiting = random_.Percent(50);
  const std::string& program_id = waiting ? waiting_.program_id() : quota_.program_id();
  *rules = model_.programs[model_.ProgramNumber(program_id) - 1].rules();
  auto change = [&](int64_t fen) {
    return random_.Percent(60) ? fen : fen * random_.Between(70, 140) / 100;
  };
  for (v1::Pool& pool : *rules->mutable_pools()) pool.set_amount_fen(change(pool.amount_fen()));
  if (random_.Percent(30)) {
    for (v1::Cap& cap : *rules->mutable_caps()) cap.set_amount_fen(change(cap.amount_fen()));
    if (!waiting) rules->mutable_items(2)->set_cap_fen(change(rules->items(2).cap_fen()));
  }
  if (waiting && random_.Percent(20)) {
    rules->mutable_pools(0)->set_on_exhausted(static_cast<v1::OnExhausted>(random_.Between(1, 3)));
  }
  if (random_.Percent(30)) {
    const int64_t last = DayNumber(Date(2025, 6, 30)) + random_.Between(-5, 15);
    *rules->mutable_window()->mutable_last_day() = DateOf(last);
    *rules->mutable_voucher_terms()->mutable_expires_on() = DateOf(last + random_.Between(0, 10));
  }
}

void CommandSource::SetBlacklist(Sent* sent) {
  auto* request = sent->command.mutable_set_blacklist();
  request->set_request_id(NextId("r"));
  request->set_uscc(random_.Percent(5) ? Uscc(9'999'999) : SomeUscc());
  request->set_sandbox(random_.Percent(15));
  if (random_.Percent(80)) return;
  request->mutable_blacklisting()->set_reason("虚报材料");
  if (random_.Percent(50)) {
    request->mutable_blacklisting()->set_reference(
        absl::StrCat("处罚〔2025〕", random_.Below(200), "号"));
  }
  if (random_.Percent(20)) {
    *request->mutable_blacklisting()->mutable_from() =
        DateOf(DayNumber(now_) + random_.Between(-5, 2));
  }
  if (random_.Percent(30)) {
    request->mutable_blacklisting()->add_program_ids(SomeProgram().program_id());
  }
  if (random_.Percent(50)) {
    *request->mutable_blacklisting()->mutable_until() =
        DateOf(DayNumber(now_) + random_.Between(request->blacklisting().has_from() ? 2 : -1, 4));
  }
}

void CommandSource::SetProviderState(Sent* sent) {
  auto* request = sent->command.mutable_set_provider_state();
  request->set_request_id(NextId("r"));
  request->set_provider_id(random_.Percent(5) ? "nobody" : SomeProviderId());
  request->set_state(random_.Percent(88) ? v1::PROVIDER_STATE_ACTIVE
                                         : v1::PROVIDER_STATE_SUSPENDED);
}

void CommandSource::PutProduct(Sent* sent) {
  auto* request = sent->command.mutable_put_product();
  request->set_request_id(NextId("r"));
  *request->mutable_product() = SomeProduct();
}

void CommandSource::WithdrawProduct(Sent* sent) {
  auto* request = sent->command.mutable_withdraw_product();
  request->set_request_id(NextId("r"));
  request->set_program_id(SomeProgramId());
  request->set_provider_id(SomeProviderId());
  request->set_product_id(random_.Below(50) == 0 ? "unknown" : random_.Pick(kProductIds));
  *request->mutable_last_day() = DateOf(DayNumber(now_) + random_.Between(-3, 10));
}

void CommandSource::Bind(Sent* sent) {
  auto* request = sent->command.mutable_bind_cloud_account();
  request->set_request_id(NextId("r"));
  request->set_provider_id(SomeProviderId());
  request->set_uscc(SomeUscc());
  request->set_account_number(absl::StrCat("acct-", random_.Below(150)));
  if (random_.Percent(30)) {
    const Account& known = random_.Pick(model_.accounts);
    request->set_provider_id(model_.providers[known.provider - 1].id);
    request->set_account_number(known.number);
    if (random_.Percent(60)) {
      request->set_uscc(model_.enterprises[known.enterprise - 1].facts.uscc());
    }
  }
  if (random_.Percent(50)) sent->who = AsProvider(1 + random_.Below(model_.accounts.size()));
  if (random_.Percent(60)) sent->who.set_provider_id(request->provider_id());
  if (sent->who.provider_id() != "" && sent->who.roles(0) == v1::ROLE_PROVIDER) {
    sent->who.set_principal(sent->who.provider_id());
  } else {
    sent->who = Platform();
  }
}

void CommandSource::MoveEnterprise(Sent* sent) {
  auto* request = sent->command.mutable_put_enterprise();
  request->set_request_id(NextId("r"));
  *request->mutable_facts() = random_.Pick(model_.enterprises).facts;
  v1::EnterpriseFacts* facts = request->mutable_facts();
  const auto& former = model_.enterprises[model_.EnterpriseNumber(facts->uscc()) - 1].former_usccs;
  if (!former.empty() && random_.Percent(20)) facts->set_uscc(former.front());
  if (random_.Percent(70)) {
    *facts->mutable_platform_updated_on() = DateOf(DayNumber(now_) - random_.Between(0, 40));
  }
  if (random_.Percent(15)) facts->set_prior_year_revenue_fen(random_.Magnitude(38));
  const char* const divisions[] = {"420111", "420115", "420106", "440703", "230102", "430100"};
  if (random_.Percent(15)) facts->set_division(random_.Pick(divisions));
}

void CommandSource::Succeed(Sent* sent) {
  auto* request = sent->command.mutable_succeed_enterprise();
  request->set_request_id(NextId("r"));
  request->set_uscc(random_.Percent(10) ? Uscc(9'999'999) : SomeUscc());
  request->set_new_uscc(Uscc(1'000'000 + static_cast<uint64_t>(++ids_)));
  if (random_.Percent(15)) request->set_new_uscc(random_.Pick(model_.enterprises).facts.uscc());
  request->set_new_name("继受测试有限公司");
  request->set_reference("市监变更〔2025〕1号");
}

void CommandSource::PublishCalendar(Sent* sent) {
  auto* request = sent->command.mutable_publish_calendar();
  request->set_request_id(NextId("r"));
  request->set_first_year(2025);
  request->set_last_year(random_.Percent(90) ? 2025 : 2026);
  int64_t day = DayNumber(Date(2025, 5, 1));
  while (random_.Percent(97)) {
    day += random_.Between(1, 9);
    if (DateOf(day).year() > 2025) break;
    v1::CalendarDay* special = request->add_days();
    *special->mutable_date() = DateOf(day);
    special->set_working(random_.Percent(50));
    special->set_name("调休");
  }
}

void CommandSource::RecordIncident(Sent* sent) {
  auto* request = sent->command.mutable_record_incident();
  request->set_request_id(NextId("r"));
  request->set_uscc(random_.Percent(20) ? Uscc(9'999'999) : SomeUscc());
  v1::Incident* incident = request->mutable_incident();
  incident->set_kind(static_cast<v1::IncidentKind>(random_.Between(1, 5)));
  incident->set_severity(static_cast<v1::IncidentSeverity>(random_.Between(0, 2)));
  incident->set_reference(absl::StrCat("处罚〔2022〕", ++ids_, "号"));
  request->set_sandbox(random_.Percent(10));
  // Around three years ago: many end, few begin.
  *incident->mutable_date() = DateOf(DayNumber(now_) - 1'096 + random_.Between(-10, 20));
}

void CommandSource::SetListing(Sent* sent) {
  auto* request = sent->command.mutable_set_listing();
  request->set_request_id(NextId("r"));
  request->set_uscc(random_.Percent(10) ? Uscc(9'999'999) : SomeUscc());
  request->set_kind(static_cast<v1::ListingKind>(random_.Between(1, 3)));
  request->set_listed(random_.Percent(25));
  request->set_sandbox(random_.Percent(15));
  if (random_.Percent(40)) {
    request->set_reference(absl::StrCat("名录〔2025〕", random_.Below(100), "号"));
  }
  if (!request->listed()) return;
  // Around three years ago: many times on a list are over, and some of them long ago.
  if (random_.Percent(40)) {
    const int64_t from = DayNumber(now_) - random_.Between(0, 1'120);
    *request->mutable_from() = DateOf(from);
    if (random_.Percent(60)) *request->mutable_until() = DateOf(from + random_.Between(0, 40));
  }
}

void CommandSource::EndRecord(Sent* sent) {
  auto* request = sent->command.mutable_end_record();
  request->set_request_id(NextId("r"));
  request->set_uscc(random_.Percent(15) ? Uscc(9'999'999) : SomeUscc());
  request->set_sequence(1 + random_.Below(1'000));
  request->set_reason("信用修复");
  if (random_.Percent(70)) {
    *request->mutable_last_day() = DateOf(DayNumber(now_) + random_.Between(-3, 3));
  }
  if (random_.Percent(30)) sent->who = Principal("reviewer", v1::ROLE_REVIEWER);
  if (random_.Percent(15)) return;
  for (int tries = 0; tries < 200; ++tries) {
    const Enterprise& enterprise = random_.Pick(model_.enterprises);
    if (enterprise.records.empty()) continue;
    request->set_uscc(enterprise.facts.uscc());
    request->set_sequence(random_.Pick(enterprise.records).sequence);
    return;
  }
}

}  // namespace voucher::simulation
