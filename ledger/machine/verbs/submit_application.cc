#include <utility>
#include <variant>

#include "absl/algorithm/container.h"

#include "ledger/base/division.h"
#include "ledger/base/text.h"
#include "ledger/machine/acts.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/catalog.h"
#include "ledger/machine/clusters.h"
#include "ledger/machine/invoices.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/records.h"
#include "ledger/machine/verbs.h"
#include "ledger/machine/worlds.h"
#include "ledger/policy/eligibility.h"
#include "ledger/policy/evidence.h"

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

// ALREADY_BOOKED if the same was applied for. An invoice cannot be brought twice, so what brings
// one is no repeat.
std::optional<v1::Refusal> RefuseIfRepeated(const Context& context, uint32_t program,
                                            uint64_t enterprise, uint32_t item,
                                            const v1::SubmitApplicationRequest& request) {
  if (!request.evidence().invoices().empty()) return std::nullopt;
  return RefuseIfSubmitted(context,
                           {.program = program,
                            .enterprise = enterprise,
                            .item = item,
                            .project_id = ProjectKey(request.project().project_id())},
                           request.spend_fen(), request.repeats());
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
    const auto approved =
        ApprovedOn(row->product(), DayOf(context.received_at, program.rules->zone()));
    if (!approved || !absl::c_linear_search(approved->item_ids, request.item_id())) {
      return MakeRefusal(v1::REASON_PRODUCT_NOT_APPROVED, {},
                         choice.provider_id() + "/" + choice.product_id());
    }
  }
  return std::nullopt;
}

// The item, or ITEM_NOT_FOUND: unknown, or its money is not applied for.
std::variant<const v1::Item*, v1::Refusal> ItemToApplyFor(const CompiledRules& rules,
                                                          const std::string& item_id) {
  const v1::Item* item = rules.FindItem(item_id);
  if (item == nullptr) return MakeRefusal(v1::REASON_ITEM_NOT_FOUND, {}, item_id);
  if (!item->has_not_applied_for()) return item;
  const v1::NotAppliedFor& note = item->not_applied_for();
  v1::Refusal refusal = MakeRefusal(v1::REASON_ITEM_NOT_FOUND, note.clause(), note.note_en());
  refusal.set_subject_zh(note.note_zh());
  return refusal;
}

// Grants at once, or books what the application waits or competes for.
void AddGrant(const CompiledRules& rules, const FittingGrant& grant, v1::Event* event) {
  v1::ApplicationSubmitted* submitted = event->mutable_application_submitted();
  submitted->set_binding_limit(grant.clipped_by);
  const bool competes = rules.IsCompetitive();
  if (competes || grant.waits) {
    submitted->set_state(competes ? v1::APPLICATION_STATE_COLLECTED
                                  : v1::APPLICATION_STATE_WAITLISTED);
    submitted->set_wanted_fen(grant.granted_fen);
    return;
  }
  submitted->set_state(StateAfterHold(rules, 0));
  submitted->set_granted_fen(grant.granted_fen);
  Post(BudgetAccount(), Held(submitted->application_id()), grant.granted_fen, event);
}

}  // namespace

Decision Decide(Context* context, const v1::SubmitApplicationRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  context->queue_number = program->row->queue_number() + 1;
  const CompiledRules& rules = *program->rules;
  const auto found = ItemToApplyFor(rules, request.item_id());
  if (const auto* refusal = std::get_if<v1::Refusal>(&found)) return *refusal;
  const v1::Item* item = std::get<const v1::Item*>(found);
  const auto enterprise = context->FindEnterprise(request.uscc());
  if (!enterprise) return MakeRefusal(v1::REASON_ENTERPRISE_NOT_FOUND, {}, request.uscc());
  if (auto refusal = RefuseIfBillerUnknown(*context, request.evidence())) return *refusal;
  if (auto refusal = UnknownChoice(*context, program->number, request)) return *refusal;
  if (auto refusal = RefuseIfRepeated(*context, program->number, enterprise->number, item->number(),
                                      request)) {
    return *refusal;
  }
  if (auto refusal = RefuseIfOrdersClaimed(*context, WorldOf(*program), request.evidence())) {
    return *refusal;
  }
  if (auto refusal = RefuseIfNotOpen(*program, context->received_at)) return *refusal;
  if (!rules.AllowsDelivery(*item, request.delivery_mode())) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {},
                       v1::DeliveryMode_Name(request.delivery_mode()));
  }
  const rows::EnterpriseRow& applicant = *enterprise->row;
  const uint64_t cluster = ApprovedClusterOf(context->view, program->number, enterprise->number);
  if (auto refusal = RefuseIfBlacklisted(applicant, *program->row, context->received_at)) {
    return *refusal;
  }
  if (auto refusal =
          RefuseIfIneligible(rules, *item, ApplicantOf(applicant, WorldOf(*program), cluster != 0),
                             request.project(), context->received_at)) {
    return *refusal;
  }
  if (auto refusal = RefuseIfEvidenceMissing(
          rules, *item, request.evidence(), request.spend_fen(), [&](const v1::BilledOrder& order) {
            return CreditPaidFen(context->view, WorldOf(*program), order);
          })) {
    return *refusal;
  }
  if (auto refusal = RefuseIfInvoicesClaimed(*context, WorldOf(*program), request.evidence())) {
    return *refusal;
  }
  const auto answer =
      OfferGrant(*context, {.program = *program,
                            .enterprise = *enterprise,
                            .item = item,
                            .project_id = ProjectKey(request.project().project_id()),
                            .spend_fen = request.spend_fen(),
                            .provider_ids = ProvidersOf(request.products())});
  if (const auto* refusal = std::get_if<v1::Refusal>(&answer)) return *refusal;
  if (auto refusal = UnusableChoice(*context, *program, request)) return *refusal;

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::ApplicationSubmitted* submitted = event.mutable_application_submitted();
  submitted->set_application_id(
      NextNumber(*context, WorldOf(*program), &rows::DenseNumbers::application));
  submitted->set_enterprise_number(enterprise->number);
  submitted->set_item_number(item->number());
  submitted->set_cluster_number(cluster);
  submitted->set_division(DivisionNumber(applicant.facts().division()));
  for (const absl::string_view provider_id : ProvidersOf(request.products())) {
    submitted->add_provider_numbers(context->FindProvider(std::string(provider_id))->number);
  }
  AddGrant(rules, std::get<FittingGrant>(answer), &event);
  return event;
}

void Evolve(const v1::Entry& entry, const v1::SubmitApplicationRequest& request,
            const v1::ApplicationSubmitted& event, EditableRows* rows) {
  rows::ApplicationRow row;
  row.set_enterprise(event.enterprise_number());
  row.set_item(event.item_number());
  row.set_delivery_mode(request.delivery_mode());
  row.set_spend_fen(request.spend_fen());
  row.set_granted_fen(event.granted_fen());
  row.set_wanted_fen(event.wanted_fen());
  row.set_state(event.state());
  row.set_project_id(request.project().project_id());
  row.set_division(event.division());
  row.set_cluster(event.cluster_number());
  *row.mutable_providers() = event.provider_numbers();
  KeepEvidence(*rows, request.evidence(), &row);
  BookApplication(entry, event.application_id(), std::move(row), rows);
}

}  // namespace voucher
