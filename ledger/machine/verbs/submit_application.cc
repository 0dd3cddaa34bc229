#include <algorithm>

#include "absl/algorithm/container.h"

#include "ledger/base/invoice.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/catalog.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/verbs.h"
#include "ledger/policy/eligibility.h"
#include "ledger/policy/evidence.h"
#include "ledger/policy/limits.h"
#include "ledger/policy/subsidy.h"

namespace voucher {

namespace {

// Chosen products that the catalog does not know: PROVIDER_NOT_FOUND before PRODUCT_NOT_FOUND.
std::optional<v1::Refusal> UnknownChoice(const Context& context, uint32_t program,
                                         const v1::SubmitApplicationRequest& request) {
  for (const v1::ProductChoice& choice : request.products()) {
    if (!context.FindProvider(choice.provider_id())) {
      return MakeRefusal(v1::REASON_PROVIDER_NOT_FOUND, {}, choice.provider_id());
    }
  }
  for (const v1::ProductChoice& choice : request.products()) {
    const auto provider = context.FindProvider(choice.provider_id());
    if (context.view.Find<tables::Products>({program, provider->number, choice.product_id()}) ==
        nullptr) {
      return MakeRefusal(v1::REASON_PRODUCT_NOT_FOUND, {},
                         choice.provider_id() + "/" + choice.product_id());
    }
  }
  return std::nullopt;
}

// Chosen products that are known but may not be chosen: PROVIDER_SUSPENDED before
// PRODUCT_NOT_APPROVED.
std::optional<v1::Refusal> UnusableChoice(const Context& context, const Context::Program& program,
                                          const v1::SubmitApplicationRequest& request) {
  for (const v1::ProductChoice& choice : request.products()) {
    if (context.FindProvider(choice.provider_id())->row->state() == v1::PROVIDER_STATE_SUSPENDED) {
      return MakeRefusal(v1::REASON_PROVIDER_SUSPENDED, {}, choice.provider_id());
    }
  }
  for (const v1::ProductChoice& choice : request.products()) {
    const auto provider = context.FindProvider(choice.provider_id());
    const rows::ProductRow* row = context.view.Find<tables::Products>(
        {program.number, provider->number, choice.product_id()});
    if (!IsInForce(row->product(), DayOf(context.received_at, program.rules->zone())) ||
        !absl::c_linear_search(row->product().item_ids(), request.item_id())) {
      return MakeRefusal(v1::REASON_PRODUCT_NOT_APPROVED, {},
                         choice.provider_id() + "/" + choice.product_id());
    }
  }
  return std::nullopt;
}

std::optional<v1::Refusal> ClaimedInvoice(const Context& context, const v1::Evidence& evidence) {
  for (const v1::Invoice& invoice : evidence.invoices()) {
    const std::string key = *InvoiceKey(invoice.code(), invoice.number());
    const rows::NumberRow* claim = context.view.Find<tables::Invoices>({key});
    if (claim != nullptr) {
      return MakeRefusal(v1::REASON_INVOICE_ALREADY_CLAIMED, {}, key,
                         {{"application_id", static_cast<int64_t>(claim->number())}});
    }
  }
  return std::nullopt;
}

uint64_t ProjectNumber(const Context& context, uint32_t program, const v1::Project& project) {
  const rows::NumberRow* known =
      context.view.Find<tables::ProjectNumbers>({program, project.project_id()});
  return known != nullptr ? known->number() : context.counters().project() + 1;
}

}  // namespace

Decision Decide(Context* context, const v1::SubmitApplicationRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  context->queue_number = program->row->queue_number() + 1;
  const CompiledRules& rules = *program->rules;
  const v1::Item* item = rules.FindItem(request.item_id());
  if (item == nullptr) return MakeRefusal(v1::REASON_ITEM_NOT_FOUND, {}, request.item_id());
  const auto enterprise = context->FindEnterprise(request.uscc());
  if (!enterprise) return MakeRefusal(v1::REASON_ENTERPRISE_NOT_FOUND, {}, request.uscc());
  if (auto refusal = UnknownChoice(*context, program->number, request)) return *refusal;
  if (auto refusal = CheckOpen(*program, context->received_at)) return *refusal;
  if (!rules.AllowsDelivery(request.delivery_mode())) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {},
                       v1::DeliveryMode_Name(request.delivery_mode()));
  }
  const rows::EnterpriseRow& applicant = *enterprise->row;
  if (auto refusal = CheckBlacklist(applicant, context->received_at)) return *refusal;
  if (auto refusal = CheckEligibility(
          rules, *item, {applicant.facts(), applicant.incidents(), applicant.listings()},
          request.project(), context->received_at)) {
    return *refusal;
  }
  if (auto refusal = CheckEvidence(rules, *item, request.evidence(), request.spend_fen())) {
    return *refusal;
  }
  if (auto refusal = ClaimedInvoice(*context, request.evidence())) return *refusal;
  if (auto refusal = CheckAmount(*item, request.spend_fen())) return *refusal;
  const uint64_t project = ProjectNumber(*context, program->number, request.project());
  const Limits limits =
      LimitsOf(*context, *program, *item, *enterprise, project, ProvidersOf(request.products()));
  const FitResult fit = FitLimits(BaseAmountFen(*item, request.spend_fen()), limits);
  if (const auto* refusal = std::get_if<v1::Refusal>(&fit)) return *refusal;
  if (auto refusal = UnusableChoice(*context, *program, request)) return *refusal;

  const int64_t granted_fen = std::get<FittingGrant>(fit).granted_fen;
  v1::Event event;
  v1::ApplicationSubmitted* submitted = event.mutable_application_submitted();
  submitted->set_application_id(context->counters().application() + 1);
  submitted->set_enterprise_number(enterprise->number);
  submitted->set_item_number(item->number());
  submitted->set_granted_fen(granted_fen);
  submitted->set_state(rules.rules().review_stages().empty() ? v1::APPLICATION_STATE_LISTED
                                                             : v1::APPLICATION_STATE_HELD);
  Post(BudgetAccount(), Held(submitted->application_id()), granted_fen, &event);
  AddLimitDeltas(RefsOf(limits), granted_fen, &event);
  for (const CapRoom& cap : limits.caps) {
    if (cap.id.kind == v1::LIMIT_KIND_PROJECT) submitted->set_project_number(project);
  }
  return event;
}

void Evolve(const v1::Entry& entry, const v1::SubmitApplicationRequest& request,
            const v1::ApplicationSubmitted& event, Overlay* rows) {
  const uint64_t id = event.application_id();
  rows::CountersRow& counters = rows->Edit<tables::Counters>({});
  counters.set_application(id);
  if (event.project_number() != 0) {
    counters.set_project(std::max(counters.project(), event.project_number()));
    rows->Edit<tables::ProjectNumbers>({entry.program(), request.project().project_id()})
        .set_number(event.project_number());
  }
  rows::ApplicationRow& row = rows->Edit<tables::Applications>({id});
  row.set_program(entry.program());
  row.set_revision(entry.program_revision());
  row.set_queue_number(entry.queue_number());
  row.set_enterprise(event.enterprise_number());
  row.set_item(event.item_number());
  row.set_delivery_mode(request.delivery_mode());
  row.set_spend_fen(request.spend_fen());
  row.set_granted_fen(event.granted_fen());
  row.set_state(event.state());
  row.set_submitted_sequence(entry.sequence());
  row.set_received_unix_ns(entry.received_unix_ns());
  for (const v1::LimitDelta& delta : entry.event().limit_deltas()) {
    *row.add_limits() = delta.limit();
  }
  for (const v1::Invoice& invoice : request.evidence().invoices()) {
    const std::string key = *InvoiceKey(invoice.code(), invoice.number());
    rows->Edit<tables::Invoices>({key}).set_number(id);
    row.add_invoice_keys(key);
  }
  rows->Edit<tables::ApplicationsByProgram>({entry.program(), entry.queue_number()}).set_number(id);
  rows->Put<tables::ApplicationsByEnterprise>({event.enterprise_number(), id}, {});
  CountApplication(entry.program(), v1::APPLICATION_STATE_UNSPECIFIED, event.state(), rows);
}

}  // namespace voucher
