#include <string>
#include <utility>
#include <variant>

#include "ledger/base/division.h"
#include "ledger/base/text.h"
#include "ledger/machine/acts.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/clusters.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/records.h"
#include "ledger/machine/verbs.h"
#include "ledger/machine/worlds.h"
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
  const std::string project_id = ProjectKey(request.project().project_id());
  if (auto refusal = RefuseIfAwarded(*context,
                                     {.program = program->number,
                                      .enterprise = enterprise->number,
                                      .item = item->number(),
                                      .project_id = project_id},
                                     request.reference(), request.repeats())) {
    return *refusal;
  }
  const v1::ProgramState state = program->row->state();
  if (state != v1::PROGRAM_STATE_OPEN && state != v1::PROGRAM_STATE_CLOSED) {
    return MakeRefusal(v1::REASON_PROGRAM_NOT_OPEN, {}, StateName(state));
  }
  if (!rules.AllowsDelivery(*item, request.delivery_mode())) {
    return NotInThisState("delivery mode that the program does not offer", "计划未提供的兑付方式");
  }
  const rows::EnterpriseRow& row = *enterprise->row;
  if (auto refusal = RefuseIfBlacklisted(row, *program->row, context->received_at)) {
    return *refusal;
  }
  const uint64_t cluster = ApprovedClusterOf(context->view, program->number, enterprise->number);
  if (auto refusal =
          RefuseIfIneligible(rules, *item, ApplicantOf(row, WorldOf(*program), cluster != 0),
                             request.project(), context->received_at)) {
    return *refusal;
  }
  const auto answer = OfferGrant(*context, {.program = *program,
                                            .enterprise = *enterprise,
                                            .item = item,
                                            .project_id = project_id,
                                            .awarded = true});
  if (const auto* refusal = std::get_if<v1::Refusal>(&answer)) return *refusal;
  if (auto refusal = RefuseIfPastVouchers(rules, request.delivery_mode(), context->received_at)) {
    return *refusal;
  }
  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::GrantAwarded* awarded = event.mutable_grant_awarded();
  awarded->set_application_id(
      NextNumber(*context, WorldOf(*program), &rows::DenseNumbers::application));
  awarded->set_enterprise_number(enterprise->number);
  awarded->set_item_number(item->number());
  awarded->set_granted_fen(std::get<FittingGrant>(answer).granted_fen);
  // Nothing was applied for that the review chain could look at: the document it rests on decides.
  awarded->set_state(v1::APPLICATION_STATE_LISTED);
  awarded->set_division(DivisionNumber(row.facts().division()));
  awarded->set_cluster_number(cluster);
  Post(BudgetAccount(), Held(awarded->application_id()), awarded->granted_fen(), &event);
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
  row.set_project_id(request.project().project_id());
  row.set_division(event.division());
  row.set_cluster(event.cluster_number());
  row.set_awarded(true);
  BookAward(entry, request.reference(), rows);
  BookApplication(entry, event.application_id(), std::move(row), rows);
}

}  // namespace voucher
