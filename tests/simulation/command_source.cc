#include "tests/simulation/command_source.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "ledger/base/clock.h"
#include "tests/simulation/world.h"
#include "tests/simulation/wrongs.h"

namespace voucher::simulation {

CommandSource::CommandSource(const std::vector<v1::ProgramRules>* programs, const Model* model,
                             Random* random)
    : programs_(*programs),
      quota_(programs->end()[-2]),
      waiting_(programs->back()),
      model_(*model),
      random_(*random) {}

std::string CommandSource::NextId(const char* prefix) {
  return absl::StrCat(prefix, ++ids_);
}

namespace {

constexpr size_t kRepeatable = 40;  // Of each verb.

// The request of a command, and its field of that name; null if it has none.
std::pair<google::protobuf::Message*, const google::protobuf::FieldDescriptor*> FieldOf(
    v1::Command* command, const char* name) {
  const auto* reflection = command->GetReflection();
  auto* request = reflection->MutableMessage(
      command, reflection->GetOneofFieldDescriptor(
                   *command, command->GetDescriptor()->FindOneofByName("verb")));
  return {request, request->GetDescriptor()->FindFieldByName(name)};
}

}  // namespace

Sent CommandSource::Next(int64_t now) {
  now_ = now;
  if (!repeatable_.empty() && random_.Below(80) == 0) return Again();
  Sent sent = Fresh();
  // What names a day to come would be malformed after it.
  const bool dated = sent.command.has_appropriate() && sent.command.appropriate().has_opens_on();
  if (dated || FieldOf(&sent.command, "repeats").second == nullptr) return sent;
  std::pair<Sent, uint64_t> noted{sent, model_.sequence + 1};
  auto& known = repeatable_[sent.command.verb_case()];
  if (known.size() < kRepeatable) {
    known.push_back(std::move(noted));
  } else {
    known[random_.Below(kRepeatable)] = std::move(noted);
  }
  return sent;
}

Sent CommandSource::Again() {
  auto verb = repeatable_.begin();
  std::advance(verb, random_.Below(repeatable_.size()));
  auto& [before, sequence] = verb->second[random_.Below(verb->second.size())];
  Sent sent = before;
  const auto [request, id] = FieldOf(&sent.command, "request_id");
  request->GetReflection()->SetString(request, id, NextId("r"));
  if (random_.Percent(40)) {
    request->GetReflection()->SetUInt64(request, FieldOf(&sent.command, "repeats").second,
                                        sequence);
    sequence = model_.sequence + 1;
  }
  return sent;
}

Sent CommandSource::Fresh() {
  Sent sent{Platform(), {}};
  struct Kind {
    uint64_t weight;
    void (CommandSource::*make)(Sent*);
  };
  static constexpr Kind kKinds[] = {{35, &CommandSource::Withdraw},
                                    {360, &CommandSource::Review},
                                    {95, &CommandSource::Approve},
                                    {85, &CommandSource::Order},
                                    {60, &CommandSource::Confirm},
                                    {14, &CommandSource::Decline},
                                    {130, &CommandSource::Redeem},
                                    {45, &CommandSource::Reverse},
                                    {14, &CommandSource::Appropriate},
                                    {12, &CommandSource::SetProgramState},
                                    {6, &CommandSource::Revise},
                                    {6, &CommandSource::SetBlacklist},
                                    {6, &CommandSource::SetProviderState},
                                    {9, &CommandSource::PutProduct},
                                    {3, &CommandSource::WithdrawProduct},
                                    {4, &CommandSource::Bind},
                                    {14, &CommandSource::MoveEnterprise},
                                    {12, &CommandSource::Uphold},
                                    {4, &CommandSource::Award},
                                    {14, &CommandSource::Return},
                                    {16, &CommandSource::Correct},
                                    {40, &CommandSource::Announce},
                                    {8, &CommandSource::Object},
                                    {10, &CommandSource::Resolve},
                                    {5, &CommandSource::Rank},
                                    {10, &CommandSource::PutCluster},
                                    {8, &CommandSource::ReviewCluster},
                                    {4, &CommandSource::RankClusters},
                                    {22, &CommandSource::Accept},
                                    {6, &CommandSource::Extend},
                                    {6, &CommandSource::Terminate},
                                    {1, &CommandSource::PublishCalendar},
                                    {1, &CommandSource::RecordIncident},
                                    {1, &CommandSource::Succeed},
                                    {4, &CommandSource::SetListing},
                                    {4, &CommandSource::EndRecord},
                                    {22, &CommandSource::Close},
                                    {24, &CommandSource::Disburse},
                                    {10, &CommandSource::Recover},
                                    {12, &CommandSource::Reclaim},
                                    {6, &CommandSource::Remind},
                                    {14, &CommandSource::Reconcile},
                                    {3, &CommandSource::Archive}};
  uint64_t sum = 0;
  for (const Kind& kind : kKinds) sum += kind.weight;
  if (ProgramToEnd() != 0 && random_.Percent(8)) {
    WindDown(&sent);
    return sent;
  }
  // What is left are submissions, fewer when the programs of small amounts take none.
  const bool small = TakesApplications(quota_) || TakesApplications(waiting_);
  uint64_t draw = random_.Below(sum + (small ? 560 : 250));
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

uint64_t CommandSource::PickApplication(int state) {
  return PickNumber(model_.applications, [state](uint64_t, const Application& application) {
    return application.state == state;
  });
}

const Application* CommandSource::Find(uint64_t application) const {
  return application >= 1 && application <= model_.applications.size()
             ? &model_.applications[application - 1]
             : nullptr;
}

const v1::ProgramRules& CommandSource::RulesOf(const Application& application) const {
  return model_.programs[application.program - 1].revisions[application.revision];
}

const v1::ProgramRules& CommandSource::SomeProgram() {
  return random_.Percent(8) ? quota_ : random_.Percent(8) ? waiting_ : random_.Pick(programs_);
}

bool CommandSource::IsSynthetic(const std::string& program_id) const {
  return program_id == quota_.program_id() || program_id == waiting_.program_id();
}

std::string CommandSource::SomeProgramId() {
  return random_.Below(70) == 0 ? "nowhere-2025" : SomeProgram().program_id();
}

std::string CommandSource::SomeUsccFor(const v1::ProgramRules& rules) {
  std::string uscc = SomeUscc();
  for (int tries = 0; tries < 12 && random_.Percent(97); ++tries) {
    const uint64_t enterprise = model_.EnterpriseNumber(uscc);
    if (enterprise == 0) break;
    const std::string& division = model_.enterprises[enterprise - 1].facts.division();
    const auto& areas = rules.eligibility().region().divisions();
    if (std::any_of(areas.begin(), areas.end(),
                    [&](const std::string& area) { return Covers(area, division); })) {
      break;
    }
    uscc = SomeUscc();
  }
  return uscc;
}

std::string CommandSource::SomeUscc() {
  if (random_.Below(70) == 0) return Uscc(9'999'999);
  if (random_.Percent(50)) return random_.Pick(model_.enterprises).facts.uscc();
  // A former code, if it has another one now.
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

void CommandSource::Submit(Sent* sent) {
  const auto& programs = model_.programs;
  const bool waiting = std::any_of(programs.begin(), programs.end(), [](const Program& program) {
    return program.state == v1::PROGRAM_STATE_DRAFT || program.state == v1::PROGRAM_STATE_SUSPENDED;
  });
  if (waiting && random_.Percent(5)) return SetProgramState(sent);
  const v1::ProgramRules* rules = &SomeProgram();
  if (random_.Percent(30) && TakesApplications(quota_)) rules = &quota_;
  if (random_.Percent(60) && TakesApplications(waiting_)) rules = &waiting_;
  for (int tries = 0; tries < 10 && !TakesApplications(*rules) && random_.Percent(90); ++tries) {
    rules = &SomeProgram();
  }
  const bool small = IsSynthetic(rules->program_id());
  auto* request = sent->command.mutable_submit_application();
  request->set_request_id(NextId("r"));
  request->set_program_id(random_.Below(200) == 0 ? "nowhere-2025" : rules->program_id());
  const v1::Item& item =
      rules->items(static_cast<int>(random_.Below(static_cast<uint64_t>(rules->items_size()))));
  request->set_item_id(random_.Below(70) == 0 ? "unknown-item" : item.item_id());
  request->set_uscc(SomeUsccFor(*rules));
  const auto& modes =
      item.delivery_modes().empty() ? rules->delivery_modes() : item.delivery_modes();
  request->set_delivery_mode(static_cast<v1::DeliveryMode>(
      modes[static_cast<int>(random_.Below(static_cast<uint64_t>(modes.size())))]));
  if (random_.Percent(2)) {
    request->set_delivery_mode(random_.Percent(50) ? v1::DELIVERY_MODE_CLOUD_CREDIT
                                                   : v1::DELIVERY_MODE_REIMBURSEMENT);
  }
  request->set_spend_fen(random_.Magnitude(small ? 18 : 28));
  if (small && random_.Percent(60)) request->set_spend_fen(random_.Between(50, 20'000));
  request->mutable_project()->set_project_id(absl::StrCat("P", random_.Below(small ? 2 : 5)));
  request->mutable_project()->set_other_funding(random_.Percent(4));
  request->mutable_project()->set_completed_prior_year(random_.Percent(80));
  const uint64_t choices = random_.Percent(80) ? 1 : 2 + random_.Below(2);
  for (uint64_t i = 0; i < choices; ++i) {
    v1::ProductChoice* choice = request->add_products();
    choice->set_provider_id(SomeProviderId());
    choice->set_product_id(random_.Below(70) == 0 ? "unknown" : random_.Pick(kProductIds));
  }
  AddEvidence(&item, request->spend_fen(), request->mutable_evidence());
}

void CommandSource::AddEvidence(const v1::Item* item, int64_t spend_fen, v1::Evidence* evidence) {
  for (const int kind : item->evidence()) {
    if (random_.Below(200) == 0) continue;
    v1::Document* document = evidence->add_documents();
    document->set_kind(static_cast<v1::DocumentKind>(kind));
    document->set_number("HT-1");
    document->set_sha256(std::string(32, 's'));
  }
  if (!item->invoices_required() && random_.Percent(90)) return;
  v1::Invoice* invoice = evidence->add_invoices();
  NameInvoice(invoice);
  if (random_.Percent(6)) NameOrder(invoice);
  const int year = random_.Below(200) == 0 ? 2024 : 2025;
  *invoice->mutable_issued_on() = Date(year, 3, 1);
  invoice->set_amount_fen(spend_fen);
  used_invoices_.push_back(*invoice);
  if (spend_fen > 1 && random_.Percent(20)) {
    const int64_t part = random_.Between(1, spend_fen - 1);
    invoice->set_amount_fen(part);
    v1::Invoice* rest = evidence->add_invoices();
    *rest = *invoice;
    rest->clear_code();
    rest->clear_digital_number();
    rest->set_number(absl::StrFormat("%020d", ++ids_));
    rest->set_amount_fen(spend_fen - part);
    if (random_.Percent(4)) evidence->mutable_invoices()->RemoveLast();
  }
}

// A new one, or one that was brought before, perhaps by another of its numbers.
void CommandSource::NameInvoice(v1::Invoice* invoice) {
  if (!used_invoices_.empty() && random_.Percent(8)) {
    *invoice = random_.Pick(used_invoices_);
    if (invoice->code().size() != 12 || random_.Percent(40)) return;
    if (!invoice->digital_number().empty() && random_.Percent(50)) {
      invoice->set_number(invoice->digital_number());
    } else {
      invoice->set_number(invoice->code() + invoice->number());
    }
    invoice->clear_code();
    invoice->clear_digital_number();
  } else if (random_.Percent(10)) {
    invoice->set_code("4200254130");
    invoice->set_number(absl::StrFormat("%08d", ++ids_));
  } else if (random_.Percent(10)) {
    invoice->set_code("042002500111");
    invoice->set_number(absl::StrFormat("%08d", ++ids_));
    if (random_.Percent(50)) invoice->set_digital_number(absl::StrFormat("%020d", ++ids_));
  } else {
    invoice->set_number(absl::StrFormat("%020d", ++ids_));
  }
}

// An order that was redeemed, or one that may be.
void CommandSource::NameOrder(v1::Invoice* invoice) {
  v1::BilledOrder* order = invoice->mutable_order();
  if (!billed_orders_.empty() && random_.Percent(20)) {
    *order = random_.Pick(billed_orders_);
  } else if (!model_.redemptions.empty() && random_.Percent(60)) {
    const Redemption& redemption = random_.Pick(model_.redemptions);
    order->set_provider_id(
        model_.providers[model_.accounts[redemption.account - 1].provider - 1].id);
    order->set_order_number(redemption.order_number);
  } else {
    order->set_provider_id(SomeProviderId());
    order->set_order_number(NextId("o"));
  }
  billed_orders_.push_back(*order);
}

void CommandSource::Withdraw(Sent* sent) {
  auto* request = sent->command.mutable_withdraw_application();
  request->set_request_id(NextId("r"));
  const bool waiter = random_.Percent(10);
  request->set_application_id(
      PickNumber(model_.applications, [waiter](uint64_t, const Application& a) {
        return waiter ? a.state == v1::APPLICATION_STATE_WAITLISTED
                      : a.held_fen > 0 || a.state == v1::APPLICATION_STATE_SCORED;
      }));
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
        return application.state == v1::APPLICATION_STATE_HELD ||
               application.state == v1::APPLICATION_STATE_COLLECTED;
      }));
  request->set_stage_id("DISTRICT");
  bool scores = random_.Percent(2);
  if (const Application* application = Find(request->application_id())) {
    const auto& stages = RulesOf(*application).review_stages();
    if (!stages.empty()) {
      int next = std::min(application->stages_passed, stages.size() - 1);
      scores ^= application->state == v1::APPLICATION_STATE_COLLECTED && stages[next].scores();
      if (random_.Percent(8)) next = static_cast<int>(random_.Between(0, stages.size() - 1));
      request->set_stage_id(stages[next].stage_id());
    }
  }
  if (random_.Percent(2)) request->set_stage_id("APPEAL");
  request->set_verdict(random_.Percent(94) ? v1::REVIEW_VERDICT_PASS : v1::REVIEW_VERDICT_REJECT);
  if (scores && request->verdict() == v1::REVIEW_VERDICT_PASS) {
    request->set_score(static_cast<int32_t>(random_.Between(1, 100)));
  }
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
      PickNumber(model_.applications, [this](uint64_t, const Application& application) {
        if (!RulesOf(application).has_notice()) {
          return application.state == v1::APPLICATION_STATE_LISTED;
        }
        return application.state == v1::APPLICATION_STATE_ON_NOTICE &&
               (now_ >= application.notice_ends || random_.Percent(2));
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
    sent->who.add_program_ids(programs_.front().program_id());
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
  if (model_.transfers.empty() || random_.Percent(97)) return;
  // The same order once more, meant or not.
  const Transfer& before = random_.Pick(model_.transfers);
  request->set_voucher_id(before.voucher);
  request->set_account_id(before.account);
  request->set_amount_fen(before.amount_fen);
  if (random_.Percent(50)) request->set_repeats(before.ordered);
}

uint64_t CommandSource::PickOpenTransfer() {
  return PickNumber(model_.transfers,
                    [](uint64_t, const Transfer& transfer) { return IsOpen(transfer); });
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
  if (!billed_orders_.empty() && random_.Percent(2)) {
    request->set_order_number(random_.Pick(billed_orders_).order_number());
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
      // Mostly after the credit was there.
      const int64_t credited = voucher.newest_credit.at(request->account_id());
      if (usage_ended <= credited && random_.Percent(80)) {
        usage_ended = random_.Between(std::min(credited + 1, now_), now_);
      }
      // Around the end of the usage that the voucher may pay for.
      if (expires <= now_ && random_.Percent(70)) {
        usage_ended = expires - (random_.Percent(50) ? 0 : random_.Between(0, kNanosPerDay));
      } else if (expires < now_ && random_.Percent(50)) {
        usage_ended = expires + 1;
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
  const uint64_t number =
      PickNumber(model_.redemptions, [](uint64_t, const Redemption& redemption) {
        return redemption.state != v1::REDEMPTION_STATE_REVERSED;
      });
  request->set_reason("order cancelled");
  request->set_amount_fen(random_.Magnitude(16));
  if (number > model_.redemptions.size()) {
    // An entry that is none, mostly, or one of those that follow, the command's own first.
    const uint64_t beyond = number - model_.redemptions.size();
    return request->set_redemption_id(number % 2 == 0 ? number : model_.sequence + beyond);
  }
  const Redemption& redemption = model_.redemptions[number - 1];
  request->set_redemption_id(redemption.id);
  sent->who = AsProvider(redemption.account);
  int64_t left = 0;
  for (const Draw& draw : redemption.draws) left += draw.amount_fen - draw.reversed_fen;
  request->set_amount_fen(random_.Percent(30) || left == 0 ? left + (left == 0 ? 1 : 0)
                                                           : random_.Between(1, left));
  if (random_.Percent(6)) request->set_amount_fen(left + 1);
  // Perhaps as much as was reversed before.
  const int64_t before = redemption.draws.back().reversed_fen;
  if (before > 0 && random_.Percent(10)) request->set_amount_fen(before);
}

}  // namespace voucher::simulation
