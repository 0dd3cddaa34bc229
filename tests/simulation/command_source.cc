#include "tests/simulation/command_source.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "ledger/base/clock.h"
#include "tests/simulation/world.h"

namespace voucher::simulation {

CommandSource::CommandSource(const v1::ProgramRules& hubei, const v1::ProgramRules& quota,
                             const Model* model, Random* random)
    : hubei_(hubei), quota_(quota), model_(*model), random_(*random) {}

std::string CommandSource::NextId(const char* prefix) {
  return absl::StrCat(prefix, ++ids_);
}

Sent CommandSource::Next(int64_t now) {
  now_ = now;
  Sent sent{Platform(), {}};
  struct Kind {
    uint64_t weight;
    void (CommandSource::*make)(Sent*);
  };
  static constexpr Kind kKinds[] = {
      {35, &CommandSource::Withdraw},        {340, &CommandSource::Review},
      {80, &CommandSource::Approve},         {85, &CommandSource::Order},
      {55, &CommandSource::Confirm},         {12, &CommandSource::Decline},
      {130, &CommandSource::Redeem},         {45, &CommandSource::Reverse},
      {12, &CommandSource::Appropriate},     {7, &CommandSource::SetProgramState},
      {3, &CommandSource::Revise},           {6, &CommandSource::SetBlacklist},
      {6, &CommandSource::SetProviderState}, {6, &CommandSource::PutProduct},
      {3, &CommandSource::WithdrawProduct},  {4, &CommandSource::Bind},
      {4, &CommandSource::MoveEnterprise}};
  // What is left are submissions, fewer when no program takes any.
  uint64_t draw =
      random_.Below(TakesApplications(hubei_) || TakesApplications(quota_) ? 1'233 : 860);
  for (const Kind& kind : kKinds) {
    if (draw < kind.weight) {
      (this->*kind.make)(&sent);
      return sent;
    }
    draw -= kind.weight;
  }
  Submit(&sent);
  return sent;
}

bool CommandSource::TakesApplications(const v1::ProgramRules& of) const {
  const Program& program = model_.programs[model_.ProgramNumber(of.program_id()) - 1];
  return program.state == v1::PROGRAM_STATE_OPEN &&
         now_ < EndOfDay(program.rules().window().last_day());
}

// A number in `list`, likely one that is `wanted` and recent; sometimes one that is not there.
template <typename T, typename Wanted>
uint64_t CommandSource::PickNumber(const std::vector<T>& list, Wanted wanted) {
  if (list.empty() || random_.Below(200) == 0) return list.size() + 1 + random_.Below(3);
  uint64_t number = 0;
  for (int tries = 0; tries < 12; ++tries) {
    const uint64_t recent = std::min<uint64_t>(list.size(), 150);
    number =
        random_.Percent(70) ? list.size() - random_.Below(recent) : 1 + random_.Below(list.size());
    if (wanted(number, list[number - 1])) break;
  }
  return number;
}

std::string CommandSource::SomeProgramId() {
  if (random_.Below(70) == 0) return "nowhere-2025";
  return random_.Percent(50) ? hubei_.program_id() : quota_.program_id();
}

std::string CommandSource::SomeUscc() {
  if (random_.Below(70) == 0) return Uscc(9'999'999);
  return Uscc(1 + random_.Below(model_.enterprises.size()));
}

std::string CommandSource::SomeProviderId() {
  return random_.Below(70) == 0 ? "nobody" : random_.Pick(kProviderIds);
}

// Most often the provider of the account.
v1::Authority CommandSource::AsProvider(uint64_t account) {
  std::string provider_id = random_.Pick(kProviderIds);
  if (account >= 1 && account <= model_.accounts.size() && random_.Percent(96)) {
    provider_id = model_.providers[model_.accounts[account - 1].provider - 1].id;
  }
  v1::Authority who = Principal(provider_id, v1::ROLE_PROVIDER);
  who.set_provider_id(provider_id);
  return who;
}

v1::Product CommandSource::SomeProduct() {
  v1::Product product = ProductOf(SomeProgramId(), SomeProviderId(), random_.Pick(kProductIds));
  if (random_.Percent(20)) {
    product.clear_item_ids();
    product.add_item_ids(random_.Percent(10) ? "unknown-item" : random_.Pick(kItemIds));
  }
  if (random_.Percent(10)) *product.mutable_effective_from() = Date(2025, 6, 10);
  return product;
}

void CommandSource::Submit(Sent* sent) {
  const auto& programs = model_.programs;
  const bool waiting = std::any_of(programs.begin(), programs.end(), [](const Program& program) {
    return program.state == v1::PROGRAM_STATE_DRAFT || program.state == v1::PROGRAM_STATE_SUSPENDED;
  });
  if (waiting && random_.Percent(5)) return SetProgramState(sent);
  auto* request = sent->command.mutable_submit_application();
  request->set_request_id(NextId("r"));
  request->set_program_id(SomeProgramId());
  if (random_.Percent(75) && TakesApplications(quota_)) {
    request->set_program_id(quota_.program_id());
  } else if (random_.Percent(75) && TakesApplications(hubei_)) {
    request->set_program_id(hubei_.program_id());
  }
  request->set_item_id(random_.Below(70) == 0 ? "unknown-item" : random_.Pick(kItemIds));
  request->set_uscc(SomeUscc());
  const bool quota = request->program_id() == quota_.program_id();
  request->set_delivery_mode(random_.Percent(quota ? 98 : 70) ? v1::DELIVERY_MODE_CLOUD_CREDIT
                                                              : v1::DELIVERY_MODE_REIMBURSEMENT);
  request->set_spend_fen(random_.Magnitude(quota ? 18 : 25));
  if (quota && random_.Percent(60)) request->set_spend_fen(random_.Between(50, 20'000));
  request->mutable_project()->set_project_id(absl::StrCat("P", random_.Below(25)));
  const uint64_t choices = random_.Percent(80) ? 1 : 2 + random_.Below(2);
  for (uint64_t i = 0; i < choices; ++i) {
    v1::ProductChoice* choice = request->add_products();
    choice->set_provider_id(SomeProviderId());
    choice->set_product_id(random_.Below(70) == 0 ? "unknown" : random_.Pick(kProductIds));
  }
  AddEvidence(request);
}

void CommandSource::AddEvidence(v1::SubmitApplicationRequest* request) {
  v1::Evidence* evidence = request->mutable_evidence();
  for (const v1::DocumentKind kind :
       {v1::DOCUMENT_KIND_CONTRACT, v1::DOCUMENT_KIND_PAYMENT_PROOF, v1::DOCUMENT_KIND_ITEM_LIST}) {
    if (random_.Below(200) == 0) continue;
    v1::Document* document = evidence->add_documents();
    document->set_kind(kind);
    document->set_number("HT-1");
    document->set_sha256(std::string(32, 's'));
  }
  v1::Invoice* invoice = evidence->add_invoices();
  if (!used_invoices_.empty() && random_.Percent(3)) {
    *invoice = random_.Pick(used_invoices_);
  } else if (random_.Percent(10)) {
    invoice->set_code("4200254130");
    invoice->set_number(absl::StrFormat("%08d", ++ids_));
  } else {
    invoice->set_number(absl::StrFormat("%020d", ++ids_));
  }
  const int year = random_.Below(200) == 0 ? 2024 : 2025;
  *invoice->mutable_issued_on() = Date(year, 3, 1);
  invoice->set_amount_fen(request->spend_fen());
  used_invoices_.push_back(*invoice);
  if (request->spend_fen() > 1 && random_.Percent(20)) {
    const int64_t part = random_.Between(1, request->spend_fen() - 1);
    invoice->set_amount_fen(part);
    v1::Invoice* rest = evidence->add_invoices();
    *rest = *invoice;
    rest->clear_code();
    rest->set_number(absl::StrFormat("%020d", ++ids_));
    rest->set_amount_fen(request->spend_fen() - part);
    if (random_.Percent(4)) evidence->mutable_invoices()->RemoveLast();
  }
}

void CommandSource::Withdraw(Sent* sent) {
  auto* request = sent->command.mutable_withdraw_application();
  request->set_request_id(NextId("r"));
  request->set_application_id(PickNumber(
      model_.applications, [](uint64_t, const Application& a) { return a.held_fen > 0; }));
}

void CommandSource::Review(Sent* sent) {
  sent->who = Principal("reviewer", v1::ROLE_REVIEWER);
  if (random_.Percent(5)) {
    sent->who = Principal("district", v1::ROLE_REVIEWER);
    sent->who.add_divisions("420111");
    sent->who.add_stages("DISTRICT");
    sent->who.add_stages("APPROVE");
  }
  auto* request = sent->command.mutable_review_application();
  request->set_request_id(NextId("r"));
  request->set_application_id(
      PickNumber(model_.applications, [](uint64_t, const Application& application) {
        return application.state == v1::APPLICATION_STATE_HELD;
      }));
  const auto& stages = hubei_.review_stages();
  request->set_stage_id(stages[static_cast<int>(random_.Below(5))].stage_id());
  if (random_.Percent(2)) request->set_stage_id("APPEAL");
  if (request->application_id() <= model_.applications.size() && random_.Percent(92)) {
    const Application& application = model_.applications[request->application_id() - 1];
    const int next = std::min(application.stages_passed, stages.size() - 1);
    request->set_stage_id(stages[next].stage_id());
  }
  request->set_verdict(random_.Percent(94) ? v1::REVIEW_VERDICT_PASS : v1::REVIEW_VERDICT_REJECT);
  request->set_opinion("已核");
}

void CommandSource::Approve(Sent* sent) {
  if (random_.Percent(10)) {
    sent->who = Principal("district", v1::ROLE_REVIEWER);
    sent->who.add_divisions("420111");
    sent->who.add_stages(random_.Percent(50) ? "APPROVE" : "CITY");
  }
  auto* request = sent->command.mutable_approve_application();
  request->set_request_id(NextId("r"));
  request->set_application_id(
      PickNumber(model_.applications, [](uint64_t, const Application& application) {
        return application.state == v1::APPLICATION_STATE_LISTED;
      }));
  if (request->application_id() > model_.applications.size() || random_.Percent(60)) return;
  const int64_t granted = model_.applications[request->application_id() - 1].granted_fen;
  request->set_approved_fen(random_.Between(1, granted + granted / 8 + 1));
}

// Most often an account of the enterprise.
uint64_t CommandSource::PickAccountOf(uint64_t enterprise) {
  const uint64_t count = model_.accounts.size();
  uint64_t number = 1 + random_.Below(count);
  if (random_.Percent(6)) return random_.Percent(10) ? count + 1 : number;
  for (uint64_t tries = 0; tries < count; ++tries) {
    if (model_.accounts[number - 1].enterprise == enterprise) break;
    number = number % count + 1;
  }
  return number;
}

void CommandSource::Order(Sent* sent) {
  sent->who = Principal("issuer", v1::ROLE_ISSUER);
  if (random_.Percent(5)) {
    sent->who = Principal("issuer-of-hubei", v1::ROLE_ISSUER);
    sent->who.add_program_ids(hubei_.program_id());
  }
  auto* request = sent->command.mutable_order_transfer();
  request->set_request_id(NextId("r"));
  request->set_voucher_id(PickNumber(
      model_.vouchers, [](uint64_t, const Voucher& voucher) { return voucher.available_fen > 0; }));
  request->set_amount_fen(random_.Magnitude(16));
  request->set_account_id(1 + random_.Below(model_.accounts.size()));
  if (request->voucher_id() > model_.vouchers.size()) return;
  const Voucher& voucher = model_.vouchers[request->voucher_id() - 1];
  request->set_account_id(PickAccountOf(model_.applications[voucher.application - 1].enterprise));
  if (voucher.available_fen == 0) return;
  request->set_amount_fen(random_.Percent(50) ? voucher.available_fen
                                              : random_.Between(1, voucher.available_fen));
  if (random_.Percent(5)) request->set_amount_fen(voucher.available_fen + 1);
}

uint64_t CommandSource::PickOpenTransfer() {
  return PickNumber(model_.transfers, [](uint64_t, const Transfer& transfer) {
    return transfer.state == v1::TRANSFER_STATE_ORDERED ||
           transfer.state == v1::TRANSFER_STATE_OVERDUE;
  });
}

void CommandSource::Confirm(Sent* sent) {
  auto* request = sent->command.mutable_confirm_transfer();
  request->set_request_id(NextId("r"));
  request->set_transfer_id(PickOpenTransfer());
  request->set_provider_reference("CR-1");
  const bool known = request->transfer_id() <= model_.transfers.size();
  sent->who = AsProvider(known ? model_.transfers[request->transfer_id() - 1].account : 0);
}

void CommandSource::Decline(Sent* sent) {
  auto* request = sent->command.mutable_decline_transfer();
  request->set_request_id(NextId("r"));
  request->set_transfer_id(PickOpenTransfer());
  request->set_reason("account closed");
  const bool known = request->transfer_id() <= model_.transfers.size();
  sent->who = AsProvider(known ? model_.transfers[request->transfer_id() - 1].account : 0);
}

void CommandSource::Redeem(Sent* sent) {
  auto* request = sent->command.mutable_redeem();
  request->set_request_id(NextId("r"));
  request->set_program_id(SomeProgramId());
  request->set_product_id(random_.Below(70) == 0 ? "unknown" : random_.Pick(kProductIds));
  request->set_account_id(PickNumber(
      model_.accounts, [](uint64_t, const Account& account) { return !account.lots.empty(); }));
  sent->who = AsProvider(request->account_id());
  request->set_order_number(NextId("o"));
  if (!model_.redemptions.empty() && random_.Percent(4)) {
    request->set_order_number(random_.Pick(model_.redemptions).order_number);
  }
  int64_t usage_ended = now_ - random_.Between(0, 3) * random_.Between(0, kNanosPerDay);
  int64_t credit = 0;
  if (request->account_id() <= model_.accounts.size()) {
    const Account& account = model_.accounts[request->account_id() - 1];
    if (random_.Percent(15))
      request->set_uscc(model_.enterprises[account.enterprise - 1].facts.uscc());
    if (random_.Percent(4)) request->set_uscc(SomeUscc());
    for (const auto& [expires, number] : account.lots) {
      const Voucher& voucher = model_.vouchers[number - 1];
      const uint32_t program = model_.applications[voucher.application - 1].program;
      if (credit == 0 && random_.Percent(90)) {
        request->set_program_id(model_.programs[program - 1].rules().program_id());
      }
      credit += voucher.credit_fen.at(request->account_id());
      // Around the end of the usage that the voucher may pay for.
      if (expires <= now_ && random_.Percent(70)) {
        usage_ended = expires - (random_.Percent(50) ? 1 : random_.Between(0, kNanosPerDay));
      } else if (expires <= now_ && random_.Percent(50)) {
        usage_ended = expires;
      }
    }
  }
  *request->mutable_usage_ended_at() = ToTimestamp(usage_ended);
  const int64_t amount = random_.Percent(70) ? random_.Between(1, credit / 3 + 1)
                                             : random_.Between(1, credit + credit / 10 + 1);
  if (random_.Percent(65)) {
    request->set_amount_fen(random_.Percent(10) ? credit + 1 : amount);
  } else {
    request->set_at_most_fen(random_.Percent(20) ? credit + 1'000 : amount);
  }
}

void CommandSource::Reverse(Sent* sent) {
  auto* request = sent->command.mutable_reverse_redemption();
  request->set_request_id(NextId("r"));
  request->set_redemption_id(
      PickNumber(model_.redemptions, [](uint64_t, const Redemption& redemption) {
        return redemption.state != v1::REDEMPTION_STATE_REVERSED;
      }));
  request->set_reason("order cancelled");
  request->set_amount_fen(random_.Magnitude(16));
  if (request->redemption_id() > model_.redemptions.size()) return;
  const Redemption& redemption = model_.redemptions[request->redemption_id() - 1];
  sent->who = AsProvider(redemption.account);
  int64_t left = 0;
  for (const Draw& draw : redemption.draws) left += draw.amount_fen - draw.reversed_fen;
  request->set_amount_fen(random_.Percent(30) || left == 0 ? left + (left == 0 ? 1 : 0)
                                                           : random_.Between(1, left));
  if (random_.Percent(6)) request->set_amount_fen(left + 1);
}

void CommandSource::Appropriate(Sent* sent) {
  sent->who = Principal("finance", v1::ROLE_FINANCE);
  auto* request = sent->command.mutable_appropriate();
  request->set_request_id(NextId("r"));
  request->set_program_id(SomeProgramId());
  const bool quota = request->program_id() == quota_.program_id();
  request->set_amount_fen(random_.Magnitude(quota ? 18 : 24));
  if (random_.Percent(25)) request->set_amount_fen(-request->amount_fen());
  request->set_fiscal_reference("鄂财企发〔2025〕12号");
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

// Hubei's rules stay as they are; those of the synthetic program change amounts and dates.
void CommandSource::Revise(Sent* sent) {
  auto* request = sent->command.mutable_publish_program();
  request->set_request_id(NextId("r"));
  *request->mutable_rules() = hubei_;
  if (random_.Percent(15)) return;
  v1::ProgramRules* rules = request->mutable_rules();
  *rules = model_.programs[model_.ProgramNumber(quota_.program_id()) - 1].rules();
  auto change = [&](int64_t fen) {
    return random_.Percent(60) ? fen : fen * random_.Between(70, 140) / 100;
  };
  for (v1::Pool& pool : *rules->mutable_pools()) pool.set_amount_fen(change(pool.amount_fen()));
  if (random_.Percent(30)) {
    for (v1::Cap& cap : *rules->mutable_caps()) cap.set_amount_fen(change(cap.amount_fen()));
    rules->mutable_items(2)->set_cap_fen(change(rules->items(2).cap_fen()));
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
  request->set_uscc(SomeUscc());
  if (random_.Percent(80)) return;
  request->mutable_blacklisting()->set_reason("虚报材料");
  if (random_.Percent(50)) {
    *request->mutable_blacklisting()->mutable_until() =
        DateOf(DayNumber(now_) + random_.Between(-1, 4));
  }
}

void CommandSource::SetProviderState(Sent* sent) {
  auto* request = sent->command.mutable_set_provider_state();
  request->set_request_id(NextId("r"));
  request->set_provider_id(SomeProviderId());
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
  const char* const divisions[] = {"420111", "420115", "420106", "420111", "430100"};
  request->mutable_facts()->set_division(divisions[random_.Below(random_.Percent(85) ? 4 : 5)]);
}

}  // namespace voucher::simulation
