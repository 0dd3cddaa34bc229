#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "ledger/base/civil.h"
#include "ledger/base/text.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/clusters.h"
#include "ledger/machine/context.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/records.h"
#include "ledger/machine/worlds.h"
#include "ledger/policy/clause.h"
#include "ledger/policy/eligibility.h"
#include "ledger/policy/limits.h"
#include "ledger/policy/refusal_text.h"
#include "ledger/policy/subsidy.h"
#include "ledger/policy/window.h"
#include "ledger/query/program_queries.h"
#include "ledger/query/resources.h"

namespace voucher::query {
namespace {

using Answer = std::variant<v1::Grant, v1::Refusal>;

v1::Grant GrantOf(const v1::Item& item, const v1::QuoteRequest& request,
                  const FittingGrant& fitting) {
  v1::Grant grant;
  grant.set_grant_fen(fitting.granted_fen);
  grant.set_binding_limit(fitting.clipped_by);
  grant.set_unclipped_fen(BaseAmountFen(item, request.spend_fen()));
  grant.set_waits(fitting.waits);
  return grant;
}

// Caps with nothing used but what the request says was granted; no pools.
Limits HypotheticalLimits(const CompiledRules& rules, const v1::Item& item,
                          const v1::QuoteRequest& request) {
  Limits limits;
  for (const CapRule& cap : CapsFor(rules, item, request.facts())) {
    const int64_t used_fen =
        cap.kind == v1::LIMIT_KIND_ENTERPRISE_YEAR ? request.already_granted_fen() : 0;
    limits.caps.push_back({LimitId{cap.kind, 0, 0}, cap.amount_fen, used_fen, cap.clause});
  }
  return limits;
}

// The incidents and lists of a hypothesis as records of the program's world: it stands on the lists
// since the day.
EnterpriseRecords RecordsOf(const CompiledRules& rules, const v1::QuoteRequest& request,
                            CivilDay day) {
  const bool sandbox = rules.rules().sandbox();
  EnterpriseRecords records;
  for (const v1::Incident& incident : request.incidents()) {
    *records.Add() = NewRecord(incident, sandbox);
  }
  for (const int kind : request.listings()) {
    v1::Listing listing;
    listing.set_kind(static_cast<v1::ListingKind>(kind));
    *listing.mutable_from() = ToCivilDate(day);
    *records.Add() = NewRecord(listing, sandbox);
  }
  return records;
}

Answer QuoteHypothesis(const CompiledRules& rules, const v1::Item& item,
                       const v1::QuoteRequest& request, UnixNanos received_at) {
  if (auto refusal = RefuseIfOutsideWindow(rules, received_at)) return *std::move(refusal);
  if (request.blacklisted()) {
    return MakeRefusal(v1::REASON_BLACKLISTED, {}, request.facts().uscc());
  }
  // What a hypothesis leaves out, the platform and the clusters, counts as met.
  v1::EnterpriseFacts facts = request.facts();
  if (!facts.has_platform_updated_on()) {
    *facts.mutable_platform_updated_on() = ToCivilDate(DayOf(received_at, rules.zone()));
  }
  const EnterpriseRecords records = RecordsOf(rules, request, DayOf(received_at, rules.zone()));
  const Applicant applicant{facts, records, rules.rules().sandbox(), true};
  if (auto refusal = RefuseIfIneligible(rules, item, applicant, request.project(), received_at)) {
    return *std::move(refusal);
  }
  if (auto refusal = RefuseIfTooSmall(item, request.spend_fen())) return *std::move(refusal);
  FitResult fit =
      FitLimits(BaseAmountFen(item, request.spend_fen()), HypotheticalLimits(rules, item, request));
  if (auto* refusal = std::get_if<v1::Refusal>(&fit)) return std::move(*refusal);
  return GrantOf(item, request, std::get<FittingGrant>(fit));
}

Answer QuoteEnterprise(const Context& context, const Context::Program& program,
                       const v1::Item& item, const v1::QuoteRequest& request) {
  const CompiledRules& rules = *program.rules;
  const auto enterprise = context.FindEnterprise(request.uscc());
  if (!enterprise) return MakeRefusal(v1::REASON_ENTERPRISE_NOT_FOUND, {}, request.uscc());
  if (auto refusal = RefuseIfNotOpen(program, context.received_at)) return *std::move(refusal);
  const rows::EnterpriseRow& row = *enterprise->row;
  if (auto refusal = RefuseIfBlacklisted(row, *program.row, context.received_at)) {
    return *std::move(refusal);
  }
  const bool in_approved_cluster =
      ApprovedClusterOf(context.view, program.number, enterprise->number) != 0;
  if (auto refusal =
          RefuseIfIneligible(rules, item, ApplicantOf(row, WorldOf(program), in_approved_cluster),
                             request.project(), context.received_at)) {
    return *std::move(refusal);
  }
  auto offer = OfferGrant(context, {.program = program,
                                    .enterprise = *enterprise,
                                    .item = &item,
                                    .project_id = ProjectKey(request.project().project_id()),
                                    .spend_fen = request.spend_fen()});
  if (auto* refusal = std::get_if<v1::Refusal>(&offer)) return std::move(*refusal);
  return GrantOf(item, request, std::get<FittingGrant>(offer));
}

Answer Answered(Context* context, const v1::QuoteRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  const v1::Item* item = program->rules->FindItem(request.item_id());
  if (item == nullptr) return MakeRefusal(v1::REASON_ITEM_NOT_FOUND, {}, request.item_id());
  return request.has_facts()
             ? QuoteHypothesis(*program->rules, *item, request, context->received_at)
             : QuoteEnterprise(*context, *program, *item, request);
}

}  // namespace

absl::Status Quote(const View& view, const v1::QuoteRequest& request,
                   OpenAnswer<v1::QuoteResponse> answer, UnixNanos now) {
  v1::QuoteResponse* const response = answer.ForEveryone();
  const bool at_instant = request.has_facts() && request.has_received_at();
  Context context(view, v1::Authority::default_instance(),
                  at_instant ? *FromTimestamp(request.received_at()) : now);
  Answer quoted = Answered(&context, request);
  if (auto* refusal = std::get_if<v1::Refusal>(&quoted)) {
    FillClause(view.Find<tables::Revisions>({context.program, context.revision}), refusal);
    FillMessages(refusal);
    *response->mutable_refusal() = std::move(*refusal);
  } else {
    *response->mutable_grant() = std::move(std::get<v1::Grant>(quoted));
  }
  response->set_as_of_sequence(AsOf(view));
  return absl::OkStatus();
}

}  // namespace voucher::query
