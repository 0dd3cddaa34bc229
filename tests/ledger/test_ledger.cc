#include "tests/ledger/test_ledger.h"

#include <iomanip>
#include <sstream>
#include <utility>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

#include "ledger/base/check.h"
#include "ledger/base/uscc.h"
#include "ledger/validation/validate_command.h"

namespace voucher::testing {

void Turnstile::Hold() {
  const MutexLock lock(mutex_);
  held_ = true;
}

void Turnstile::AwaitHeld() {
  const MutexLock lock(mutex_);
  while (!waiting_) changed_.Wait(mutex_);
}

void Turnstile::Release() {
  const MutexLock lock(mutex_);
  held_ = false;
  changed_.NotifyAll();
}

void Turnstile::ReleaseOne() {
  const MutexLock lock(mutex_);
  may_pass_one_ = true;
  waiting_ = false;
  changed_.NotifyAll();
}

void Turnstile::Pass() {
  const MutexLock lock(mutex_);
  waiting_ = held_;
  changed_.NotifyAll();
  while (held_ && !may_pass_one_) changed_.Wait(mutex_);
  may_pass_one_ = false;
  waiting_ = false;
}

TestLedger::TestLedger() : directory("ledger"), clock(kNoon) {
  options.path = directory.Path("data");
  options.create_if_missing = true;
  options.clock = &clock;
  options.min_free_bytes = 0;
  options.ballast_bytes = 4'096;
  options.before_group = [this] { turnstile.Pass(); };
}

void TestLedger::Open() {
  auto opened = Ledger::Open(options);
  VOUCHER_CHECK(opened.ok()) << opened.status();
  ledger = *std::move(opened);
}

void TestLedger::Reopen() {
  Close();
  Open();
}

std::future<std::vector<Outcome>> TestLedger::Submit(std::vector<v1::Command> commands,
                                                     const v1::Authority& authority) {
  auto submitted = std::make_shared<Commands>();
  for (const v1::Command& command : commands) {
    *submitted->Add() = command;
    for (const FieldProblem& problem : ValidateCommand(command)) {
      ADD_FAILURE() << problem.field << ": " << problem.description;
    }
  }
  auto promise = std::make_shared<std::promise<std::vector<Outcome>>>();
  std::future<std::vector<Outcome>> future = promise->get_future();
  ledger->Submit(std::move(submitted), authority, [promise](std::vector<Outcome> outcomes) {
    promise->set_value(std::move(outcomes));
  });
  return future;
}

Outcome TestLedger::Do(v1::Command command) {
  return Do(std::move(command), Platform());
}

Outcome TestLedger::Do(v1::Command command, const v1::Authority& authority) {
  return Submit({std::move(command)}, authority).get().at(0);
}

Outcome TestLedger::Accept(v1::Command command) {
  Outcome outcome = Do(std::move(command));
  EXPECT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_TRUE(Accepted(outcome)) << outcome.recorded->entry.ShortDebugString();
  return outcome;
}

void TestLedger::OpenProgram(const std::string& program_id, int enterprises) {
  OpenProgram(TestRules(program_id), 100'000'000'00, enterprises);
}

void TestLedger::OpenProgram(const v1::ProgramRules& rules, int64_t appropriated_fen,
                             int enterprises) {
  const std::string& program_id = rules.program_id();
  v1::Command publish;
  publish.mutable_publish_program()->set_request_id("publish-" + program_id);
  *publish.mutable_publish_program()->mutable_rules() = rules;
  Accept(publish);
  v1::Command open;
  open.mutable_set_program_state()->set_request_id("open-" + program_id);
  open.mutable_set_program_state()->set_program_id(program_id);
  open.mutable_set_program_state()->set_state(v1::PROGRAM_STATE_OPEN);
  Accept(open);
  if (appropriated_fen != 0) {
    Accept(Appropriate("appropriate-" + program_id, program_id, appropriated_fen));
  }
  Accept(PutProvider("provider-" + program_id, "cloud-" + program_id));
  v1::Command product;
  product.mutable_put_product()->set_request_id("product-" + program_id);
  v1::Product* put = product.mutable_put_product()->mutable_product();
  put->set_program_id(program_id);
  put->set_provider_id("cloud-" + program_id);
  put->set_product_id("server");
  put->set_name("Server");
  put->set_category("cloud infrastructure");
  put->add_item_ids("cloud");
  put->mutable_effective_from()->set_year(2025);
  put->mutable_effective_from()->set_month(1);
  put->mutable_effective_from()->set_day(1);
  Accept(product);
  for (int i = 0; i < enterprises; ++i) {
    Accept(PutEnterprise("enterprise-" + std::to_string(i), i));
  }
}

std::vector<v1::Entry> TestLedger::Entries() const {
  std::vector<v1::Entry> entries;
  EXPECT_TRUE(ledger
                  ->ReadEntries(1, UINT64_MAX,
                                [&](uint64_t, absl::string_view stored) {
                                  entries.emplace_back().ParseFromArray(
                                      stored.data(), static_cast<int>(stored.size()));
                                  return true;
                                })
                  .ok());
  return entries;
}

void TestLedger::AwaitSequence(uint64_t sequence) const {
  const auto reached = ledger->SnapshotAt(sequence, 10 * kNanosPerSecond);
  EXPECT_TRUE(reached.ok()) << reached.status();
}

v1::Authority Platform(const std::string& principal) {
  v1::Authority authority;
  authority.set_principal(principal);
  authority.add_roles(v1::ROLE_PLATFORM);
  return authority;
}

v1::Authority Admin() {
  v1::Authority authority;
  authority.set_principal("admin");
  authority.add_roles(v1::ROLE_ADMIN);
  return authority;
}

v1::Command PutProvider(const std::string& request_id, const std::string& provider_id) {
  v1::Command command;
  command.mutable_put_provider()->set_request_id(request_id);
  command.mutable_put_provider()->set_provider_id(provider_id);
  command.mutable_put_provider()->set_name("Provider of " + request_id);
  return command;
}

v1::Command PutEnterprise(const std::string& request_id, int enterprise) {
  v1::Command command;
  v1::PutEnterpriseRequest* request = command.mutable_put_enterprise();
  request->set_request_id(request_id);
  v1::EnterpriseFacts* facts = request->mutable_facts();
  facts->set_uscc(TestUscc(enterprise));
  facts->set_name("Enterprise " + std::to_string(enterprise));
  facts->set_division("420115");
  facts->set_size(v1::ENTERPRISE_SIZE_SMALL);
  facts->set_industry(v1::INDUSTRY_INDUSTRIAL);
  facts->mutable_registered_on()->set_year(2020);
  facts->mutable_registered_on()->set_month(6);
  facts->mutable_registered_on()->set_day(1);
  return command;
}

v1::Command Appropriate(const std::string& request_id, const std::string& program_id,
                        int64_t amount_fen) {
  v1::Command command;
  command.mutable_appropriate()->set_request_id(request_id);
  command.mutable_appropriate()->set_program_id(program_id);
  command.mutable_appropriate()->set_amount_fen(amount_fen);
  command.mutable_appropriate()->set_fiscal_reference("Cai 2025-" + request_id);
  return command;
}

v1::Command WithdrawUnknown(const std::string& request_id) {
  v1::Command command;
  command.mutable_withdraw_application()->set_request_id(request_id);
  command.mutable_withdraw_application()->set_application_id(999'999);
  return command;
}

v1::Command Resume(const std::string& request_id) {
  v1::Command command;
  command.mutable_resume_after_clock_jump()->set_request_id(request_id);
  command.mutable_resume_after_clock_jump()->set_reason("time server was wrong");
  return command;
}

v1::Command Apply(const std::string& request_id, const std::string& program_id, int enterprise) {
  v1::Command command;
  v1::SubmitApplicationRequest* request = command.mutable_submit_application();
  request->set_request_id(request_id);
  request->set_program_id(program_id);
  request->set_item_id("cloud");
  request->set_uscc(TestUscc(enterprise));
  request->set_delivery_mode(v1::DELIVERY_MODE_REIMBURSEMENT);
  request->set_spend_fen(1'000'00);
  request->mutable_project()->set_project_id(request_id);
  request->add_products()->set_provider_id("cloud-" + program_id);
  request->mutable_products(0)->set_product_id("server");
  return command;
}

std::string TestUscc(int enterprise) {
  std::ostringstream text;
  text << "91420115MA" << std::setw(7) << std::setfill('0') << enterprise;
  return text.str() + *UsccCheckCharacter(text.str());
}

v1::ProgramRules TestRules(const std::string& program_id, int last_day) {
  v1::ProgramRules rules;
  VOUCHER_CHECK(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        title_zh: "试验"
        title_en: "Test"
        document: "Test 2025"
        time_zone: "Asia/Shanghai"
        fiscal_year: 2025
        window {
          first_day { year: 2025 month: 1 day: 1 }
          last_day { year: 2025 month: 10 }
          clause: "Art. window"
        }
        eligibility {}
        items { item_id: "cloud" number: 1 title_zh: "云" rate_bps: 2000 clause: "Art. item" }
        on_exhausted: ON_EXHAUSTED_REJECT
        budget_clause: "Art. budget"
        delivery_modes: DELIVERY_MODE_REIMBURSEMENT
      )pb",
      &rules));
  rules.set_program_id(program_id);
  rules.mutable_window()->mutable_last_day()->set_day(last_day);
  return rules;
}

bool RefusedFor(const Outcome& outcome, v1::Reason reason) {
  return outcome.status.ok() && outcome.recorded->entry.refusal().reason() == reason;
}

bool Accepted(const Outcome& outcome) {
  return outcome.status.ok() && outcome.recorded->entry.has_event();
}

}  // namespace voucher::testing
