#include "tests/support/ledger_story.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/base/check.h"
#include "ledger/base/civil.h"
#include "ledger/base/uscc.h"
#include "ledger/journal/high_water_mark.h"
#include "ledger/journal/journal.h"
#include "ledger/machine/machine.h"
#include "ledger/validation/validate_command.h"
#include "ledger/views/views.h"
#include "tests/support/shipped_program.h"

namespace voucher::testing {
namespace {

constexpr char kProgram[] = "hubei-2025";
constexpr int64_t kYuan = 100;

v1::Authority Principal(const std::string& name, v1::Role role) {
  v1::Authority authority;
  authority.set_principal(name);
  authority.add_roles(role);
  return authority;
}

v1::CivilDate Date(int year, int month, int day) {
  return ToCivilDate(CivilDay(year, month, day));
}

}  // namespace

LedgerStory::LedgerStory() : state_(nullptr) {
  MoveTo("2025-10-30T10:00:00+08:00");
}

void LedgerStory::MoveTo(absl::string_view rfc3339) {
  now_ = ParseRfc3339(rfc3339).value();
}

v1::Entry LedgerStory::Keep(v1::Entry entry) {
  Evolve(entry, &state_);
  redemptions_.Note(entry.event().redeemed());
  entries_.Add(entry);
  stored_.push_back(entry.SerializeAsString());
  now_ += kNanosPerSecond;
  return entry;
}

v1::Entry LedgerStory::Do(const v1::Authority& who, v1::Command command) {
  FireTimers();
  for (const FieldProblem& problem : ValidateCommand(command, now_)) {
    VOUCHER_CHECK(false) << problem.field << " " << problem.description;
  }
  const v1::Entry* const named = entries_.NamedBy(command);
  return Keep(Decide(state_, std::move(command), who, now_, now_ + 1'000'000, named));
}

v1::Entry LedgerStory::Accept(const v1::Authority& who, v1::Command command) {
  v1::Entry entry = Do(who, std::move(command));
  VOUCHER_CHECK(entry.has_event()) << entry.ShortDebugString();
  return entry;
}

void LedgerStory::FireTimers() {
  for (auto due = TimersDue(state_, now_, 1); !due.empty(); due = TimersDue(state_, now_, 1)) {
    v1::Command command;
    *command.mutable_timer_due() = due.front();
    Keep(Decide(state_, std::move(command), v1::Authority(), now_, now_, nullptr));
  }
}

void WriteLedger(const std::string& path, const std::vector<std::string>& stored,
                 uint64_t views_at) {
  constexpr size_t kGroup = 7;
  std::filesystem::create_directories(path);
  auto journal = Journal::Open({.path = path + "/journal",
                                .create_if_missing = true,
                                .ledger_id = "00112233445566778899aabbccddeeff"});
  VOUCHER_CHECK(journal.ok()) << journal.status();
  for (size_t first = 0; first < stored.size(); first += kGroup) {
    const size_t last = std::min(first + kGroup, stored.size());
    const std::vector<absl::string_view> group(stored.begin() + static_cast<ptrdiff_t>(first),
                                               stored.begin() + static_cast<ptrdiff_t>(last));
    const absl::Status appended = (*journal)->Append(first + 1, 1, group, nullptr);
    VOUCHER_CHECK(appended.ok()) << appended;
  }
  auto mark = HighWaterMarkFile::Open(path + "/high-water-mark");
  VOUCHER_CHECK(mark.ok()) << mark.status();
  const absl::Status marked = mark->Write({.ledger_id = (*journal)->ledger_id(),
                                           .epoch = 1,
                                           .sequence = stored.size(),
                                           .root = (*journal)->root()});
  VOUCHER_CHECK(marked.ok()) << marked;
  if (views_at == 0) return;

  auto views = Views::Open(path + "/views");
  VOUCHER_CHECK(views.ok()) << views.status();
  WriterRows state(&(*views)->newest());
  for (uint64_t i = 0; i < views_at; ++i) {
    v1::Entry entry;
    VOUCHER_CHECK(entry.ParseFromString(stored[i])) << i;
    Evolve(entry, &state);
  }
  const absl::Status applied =
      (*views)->Apply(*state.TakeChanges(), {.ledger_id = (*journal)->ledger_id(),
                                             .sequence = views_at,
                                             .root = (*journal)->RootAt(views_at).value()});
  VOUCHER_CHECK(applied.ok()) << applied;
}

v1::Authority Platform() {
  return Principal("platform", v1::ROLE_PLATFORM);
}
v1::Authority Reviewer() {
  return Principal("reviewer", v1::ROLE_REVIEWER);
}
v1::Authority Issuer() {
  return Principal("issuer", v1::ROLE_ISSUER);
}
v1::Authority Finance() {
  return Principal("finance", v1::ROLE_FINANCE);
}

v1::Authority ProviderOf(const std::string& provider_id) {
  v1::Authority authority = Principal(provider_id, v1::ROLE_PROVIDER);
  authority.set_provider_id(provider_id);
  return authority;
}

std::string StoryUscc(int n) {
  const std::string digits = std::to_string(n);
  const std::string first_17 = "91420106MA" + std::string(7 - digits.size(), '0') + digits;
  return first_17 + UsccCheckCharacter(first_17).value();
}

v1::Command PutProvider(const std::string& provider_id) {
  v1::Command command;
  auto* request = command.mutable_put_provider();
  request->set_request_id("provider-" + provider_id);
  request->set_provider_id(provider_id);
  request->set_name("Provider " + provider_id);
  return command;
}

v1::Command Bind(const std::string& provider_id, const std::string& account_number, int owner) {
  v1::Command command;
  auto* request = command.mutable_bind_cloud_account();
  request->set_request_id("bind-" + account_number);
  request->set_provider_id(provider_id);
  request->set_account_number(account_number);
  request->set_uscc(StoryUscc(owner));
  return command;
}

v1::Command PublishProgram() {
  absl::StatusOr<v1::ProgramRules> rules = ReadShippedProgram(kProgram);
  VOUCHER_CHECK(rules.ok()) << rules.status();
  v1::Command command;
  command.mutable_publish_program()->set_request_id("publish");
  // Time plays no part in most stories: what is redeemed was used before.
  rules->mutable_voucher_terms()->mutable_earlier_usage()->set_clause("test");
  *command.mutable_publish_program()->mutable_rules() = *std::move(rules);
  return command;
}

v1::Command Appropriate(const std::string& request_id, int64_t amount_fen) {
  v1::Command command;
  auto* request = command.mutable_appropriate();
  request->set_request_id(request_id);
  request->set_program_id(kProgram);
  request->set_amount_fen(amount_fen);
  request->set_fiscal_reference("2025-1");
  return command;
}

v1::Command OpenProgram() {
  v1::Command command;
  auto* request = command.mutable_set_program_state();
  request->set_request_id("open");
  request->set_program_id(kProgram);
  request->set_state(v1::PROGRAM_STATE_OPEN);
  return command;
}

v1::Command PutEnterprise(int n) {
  v1::Command command;
  auto* request = command.mutable_put_enterprise();
  request->set_request_id(absl::StrCat("enterprise-", n));
  v1::EnterpriseFacts* facts = request->mutable_facts();
  facts->set_uscc(StoryUscc(n));
  facts->set_name(absl::StrCat("Enterprise ", n));
  facts->set_division("420106");
  facts->set_size(v1::ENTERPRISE_SIZE_SMALL);
  facts->set_industry(v1::INDUSTRY_INDUSTRIAL);
  *facts->mutable_registered_on() = Date(2015, 3, 1);
  return command;
}

v1::Command PutProduct(const std::string& provider_id, const std::string& product_id) {
  v1::Command command;
  auto* request = command.mutable_put_product();
  request->set_request_id(absl::StrCat("product-", provider_id, "-", product_id));
  v1::Product* product = request->mutable_product();
  product->set_program_id(kProgram);
  product->set_provider_id(provider_id);
  product->set_product_id(product_id);
  product->set_name("Product " + product_id);
  product->set_category("cloud infrastructure");
  product->add_item_ids("resource");
  *product->mutable_effective_from() = Date(2025, 1, 1);
  return command;
}

v1::Command Apply(int n, const std::string& request_id, int64_t spend_fen) {
  v1::Command command;
  auto* request = command.mutable_submit_application();
  request->set_request_id(request_id);
  request->set_program_id(kProgram);
  request->set_item_id("resource");
  request->set_uscc(StoryUscc(n));
  request->set_delivery_mode(v1::DELIVERY_MODE_CLOUD_CREDIT);
  request->set_spend_fen(spend_fen);
  request->mutable_project()->set_project_id(request_id);
  v1::ProductChoice* choice = request->add_products();
  choice->set_provider_id("acme");
  choice->set_product_id("ecs");
  v1::Invoice* invoice = request->mutable_evidence()->add_invoices();
  const std::string digits = absl::StrCat(std::hash<std::string>()(request_id) % 1'000'000'000);
  invoice->set_number("25420" + std::string(15 - digits.size(), '0') + digits);
  invoice->set_amount_fen(spend_fen);
  *invoice->mutable_issued_on() = Date(2025, 6, 1);
  for (const v1::DocumentKind kind :
       {v1::DOCUMENT_KIND_CONTRACT, v1::DOCUMENT_KIND_PAYMENT_PROOF, v1::DOCUMENT_KIND_ITEM_LIST}) {
    v1::Document* document = request->mutable_evidence()->add_documents();
    document->set_kind(kind);
    document->set_number(request_id);
    document->set_sha256(std::string(32, 'h'));
  }
  return command;
}

v1::Command Review(uint64_t application_id, const std::string& stage_id,
                   v1::ReviewVerdict verdict) {
  v1::Command command;
  auto* request = command.mutable_review_application();
  request->set_request_id(absl::StrCat("review-", application_id, "-", stage_id));
  request->set_application_id(application_id);
  request->set_stage_id(stage_id);
  request->set_verdict(verdict);
  if (verdict == v1::REVIEW_VERDICT_REJECT) request->set_opinion("not recommended");
  return command;
}

v1::Command Approve(uint64_t application_id) {
  v1::Command command;
  command.mutable_approve_application()->set_request_id(absl::StrCat("approve-", application_id));
  command.mutable_approve_application()->set_application_id(application_id);
  return command;
}

v1::Command Withdraw(uint64_t application_id) {
  v1::Command command;
  command.mutable_withdraw_application()->set_request_id(absl::StrCat("withdraw-", application_id));
  command.mutable_withdraw_application()->set_application_id(application_id);
  return command;
}

v1::Command OrderTransfer(uint64_t voucher_id, uint64_t account_id, int64_t amount_fen) {
  v1::Command command;
  auto* request = command.mutable_order_transfer();
  request->set_request_id(absl::StrCat("order-", voucher_id, "-", account_id, "-", amount_fen));
  request->set_voucher_id(voucher_id);
  request->set_account_id(account_id);
  request->set_amount_fen(amount_fen);
  return command;
}

v1::Command ConfirmTransfer(uint64_t transfer_id) {
  v1::Command command;
  auto* request = command.mutable_confirm_transfer();
  request->set_request_id(absl::StrCat("confirm-", transfer_id));
  request->set_transfer_id(transfer_id);
  request->set_provider_reference(absl::StrCat("credited-", transfer_id));
  return command;
}

v1::Command DeclineTransfer(uint64_t transfer_id) {
  v1::Command command;
  auto* request = command.mutable_decline_transfer();
  request->set_request_id(absl::StrCat("decline-", transfer_id));
  request->set_transfer_id(transfer_id);
  request->set_reason("account is frozen");
  return command;
}

v1::Command Redeem(uint64_t account_id, const std::string& order_number, int64_t amount_fen) {
  v1::Command command;
  auto* request = command.mutable_redeem();
  request->set_request_id("redeem-" + order_number);
  request->set_program_id(kProgram);
  request->set_account_id(account_id);
  request->set_product_id("ecs");
  request->set_order_number(order_number);
  *request->mutable_usage_ended_at() =
      ToTimestamp(ParseRfc3339("2025-10-30T00:00:00+08:00").value());
  request->set_amount_fen(amount_fen);
  return command;
}

v1::Command Reverse(uint64_t redemption_id, int64_t amount_fen) {
  v1::Command command;
  auto* request = command.mutable_reverse_redemption();
  request->set_request_id(absl::StrCat("reverse-", redemption_id, "-", amount_fen));
  request->set_redemption_id(redemption_id);
  request->set_amount_fen(amount_fen);
  request->set_reason("billed twice");
  return command;
}

v1::Command CloseForProvider(const std::string& provider_id) {
  v1::Command command;
  auto* request = command.mutable_close_statement();
  request->set_request_id("close-" + provider_id);
  request->set_program_id(kProgram);
  request->set_provider_id(provider_id);
  request->mutable_period()->set_year(2025);
  request->mutable_period()->set_month(10);
  return command;
}

v1::Command CloseForDistrict(const std::string& division) {
  v1::Command command = CloseForProvider(division);
  command.mutable_close_statement()->set_division(division);
  return command;
}

v1::Command Disburse(uint64_t statement_id, int64_t amount_fen) {
  v1::Command command;
  auto* request = command.mutable_record_disbursement();
  request->set_request_id(absl::StrCat("disburse-", statement_id, "-", amount_fen));
  request->set_statement_id(statement_id);
  request->mutable_disbursement()->set_amount_fen(amount_fen);
  request->mutable_disbursement()->set_fiscal_reference("2025-9");
  *request->mutable_disbursement()->mutable_paid_on() = Date(2025, 11, 1);
  return command;
}

v1::Command Reclaim(uint64_t application_id) {
  v1::Command command;
  auto* request = command.mutable_reclaim();
  request->set_request_id(absl::StrCat("reclaim-", application_id));
  request->set_application_id(application_id);
  request->set_ground(v1::RECLAIM_GROUND_FRAUD);
  request->set_reason("false invoices");
  request->set_reference("2025-10");
  return command;
}

void PassReviews(LedgerStory* story, uint64_t application_id) {
  for (const char* stage : {"DISTRICT", "EXPERT", "AUDIT", "CITY", "PROVINCE"}) {
    story->Accept(Reviewer(), Review(application_id, stage, v1::REVIEW_VERDICT_PASS));
  }
}

void TellMainJob(LedgerStory* story) {
  story->Accept(Platform(), PublishProgram());
  story->Accept(Finance(), Appropriate("fund", 100'000 * kYuan));
  story->Accept(Platform(), OpenProgram());
  for (const char* provider : {"acme", "zeta"}) story->Accept(Platform(), PutProvider(provider));
  story->Accept(Platform(), PutProduct("acme", "ecs"));
  story->Accept(Platform(), PutProduct("zeta", "vm"));
  for (int n = 0; n < 4; ++n) story->Accept(Platform(), PutEnterprise(n));
  story->Accept(ProviderOf("acme"), Bind("acme", "a-1", 0));
  story->Accept(ProviderOf("acme"), Bind("acme", "a-2", 1));
  story->Accept(ProviderOf("zeta"), Bind("zeta", "z-1", 0));

  story->Accept(Platform(), Apply(0, "apply-1", 100'000 * kYuan));
  v1::Command reimbursed = Apply(1, "apply-2", 10'000 * kYuan);
  reimbursed.mutable_submit_application()->set_delivery_mode(v1::DELIVERY_MODE_REIMBURSEMENT);
  story->Accept(Platform(), reimbursed);
  story->Accept(Platform(), Apply(2, "apply-3", 5'000 * kYuan));
  story->Accept(Platform(), Apply(3, "apply-4", 2'000 * kYuan));
  story->Accept(Platform(), Apply(3, "apply-5", 3'000 * kYuan));
  VOUCHER_CHECK(story->Do(Platform(), Apply(2, "apply-6", 1'000'000 * kYuan)).refusal().reason() ==
                v1::REASON_BUDGET_EXHAUSTED);
  VOUCHER_CHECK(story->Do(Platform(), Apply(9, "apply-7", 1'000 * kYuan)).refusal().reason() ==
                v1::REASON_ENTERPRISE_NOT_FOUND);
  PassReviews(story, 1);
  PassReviews(story, 2);
  story->Accept(Reviewer(), Review(3, "DISTRICT", v1::REVIEW_VERDICT_REJECT));
  story->Accept(Platform(), Withdraw(4));
  story->Accept(Reviewer(), Review(5, "DISTRICT", v1::REVIEW_VERDICT_PASS));
  story->Accept(Platform(), Approve(1));
  story->Accept(Platform(), Approve(2));

  story->Accept(Issuer(), OrderTransfer(1, 1, 8'000 * kYuan));
  story->Accept(Issuer(), OrderTransfer(1, 3, 3'000 * kYuan));
  story->Accept(Issuer(), OrderTransfer(1, 1, 1'000 * kYuan));
  story->Accept(ProviderOf("acme"), ConfirmTransfer(1));
  story->Accept(ProviderOf("acme"), DeclineTransfer(3));
  story->Accept(ProviderOf("acme"), Redeem(1, "o-1", 500 * kYuan));
  story->Accept(ProviderOf("acme"), Redeem(1, "o-2", 700 * kYuan));
  story->Accept(ProviderOf("acme"), Reverse(story->redemption(2), 200 * kYuan));
}

void TellSettlement(LedgerStory* story) {
  story->MoveTo("2025-11-02T09:00:00+08:00");
  story->FireTimers();
  story->Accept(Finance(), CloseForProvider("acme"));
  story->Accept(Finance(), CloseForDistrict("420106"));
  story->Accept(Finance(), Disburse(1, 400 * kYuan));
  story->Accept(Finance(), Disburse(2, 2'000 * kYuan));
  story->Accept(Platform(), Reclaim(2));
  story->Accept(ProviderOf("acme"), Redeem(1, "o-3", 100 * kYuan));
}

}  // namespace voucher::testing
