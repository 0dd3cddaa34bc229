#include <utility>
#include <variant>

#include "ledger/machine/applications.h"
#include "ledger/machine/clusters.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/verbs.h"
#include "ledger/policy/eligibility.h"

namespace voucher {

Decision Decide(Context* context, const v1::AwardGrantRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  context->queue_number = program->row->queue_number() + 1;
  const CompiledRules& rules = *program->rules;
  const v1::Item* item = rules.FindItem(request.item_id());
  if (item == nullptr || !item->not_applied_for().awarded()) {
    return MakeRefusal(v1::REASON_ITEM_NOT_FOUND, {}, request.item_id());
  }
  const auto enterprise = context->FindEnterprise(request.uscc());
  if (!enterprise) return MakeRefusal(v1::REASON_ENTERPRISE_NOT_FOUND, {}, request.uscc());
  const v1::ProgramState state = program->row->state();
  if (state != v1::PROGRAM_STATE_OPEN && state != v1::PROGRAM_STATE_CLOSED) {
    return MakeRefusal(v1::REASON_PROGRAM_NOT_OPEN, {}, StateName(state));
  }
  if (!rules.AllowsDelivery(*item, request.delivery_mode())) {
    return NotInThisState("delivery mode that the program does not offer", "计划未提供的兑付方式");
  }
  const rows::EnterpriseRow& row = *enterprise->row;
  if (auto refusal = RefuseIfBlacklisted(row, request.program_id(), context->received_at)) {
    return *refusal;
  }
  const bool in_cluster =
      ApprovedClusterOf(context->view, program->number, enterprise->number) != 0;
  if (auto refusal = RefuseIfIneligible(rules, *item,
                                        {row.facts(), row.incidents(), row.listings(), in_cluster},
                                        request.project(), context->received_at)) {
    return *refusal;
  }
  const auto answer = OfferGrant(*context, {.program = *program,
                                            .enterprise = *enterprise,
                                            .item = item,
                                            .project_id = request.project().project_id(),
                                            .awarded = true});
  if (const auto* refusal = std::get_if<v1::Refusal>(&answer)) return *refusal;
  const auto& offer = std::get<OfferedGrant>(answer);

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::GrantAwarded* awarded = event.mutable_grant_awarded();
  awarded->set_application_id(context->counters().application() + 1);
  awarded->set_enterprise_number(enterprise->number);
  awarded->set_project_number(offer.project);
  awarded->set_item_number(item->number());
  awarded->set_granted_fen(offer.grant.granted_fen);
  // Nothing was applied for that the review chain could look at: the document it rests on decides.
  awarded->set_state(v1::APPLICATION_STATE_LISTED);
  awarded->set_once(item->once().scope());
  Post(BudgetAccount(), Held(awarded->application_id()), awarded->granted_fen(), &event);
  AddLimitDeltas(RefsOf(offer.limits), awarded->granted_fen(), &event);
  return event;
}

void Evolve(const v1::Entry& entry, const v1::AwardGrantRequest& request,
            const v1::GrantAwarded& event, EditableRows* rows) {
  rows::ApplicationRow row;
  row.set_enterprise(event.enterprise_number());
  row.set_item(event.item_number());
  row.set_delivery_mode(request.delivery_mode());
  row.set_granted_fen(event.granted_fen());
  row.set_state(event.state());
  row.set_project(event.project_number());
  row.set_project_id(request.project().project_id());
  row.set_once(event.once());
  row.set_awarded(true);
  KeepLimits(entry, &row);
  for (const v1::LimitRef& limit : row.limits()) {
    if (limit.kind() == v1::LIMIT_KIND_CLUSTER) row.set_cluster(limit.id());
  }
  BookApplication(entry, event.application_id(), std::move(row), rows);
}

}  // namespace voucher
