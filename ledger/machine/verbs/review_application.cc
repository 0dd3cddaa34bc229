#include "ledger/machine/acts.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/invoices.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/projects.h"
#include "ledger/machine/verbs.h"

namespace voucher {
namespace {

// ENTERPRISE_CAP_REACHED or PROJECT_CAP_REACHED if a cap has less left than the whole amount.
std::optional<v1::Refusal> CapTooLow(const Limits& limits, int64_t amount_fen) {
  for (const bool project : {false, true}) {
    for (const CapRoom& cap : limits.caps) {
      if ((cap.id.kind == v1::LIMIT_KIND_PROJECT) != project) continue;
      if (cap.amount_fen - cap.used_fen >= amount_fen) continue;
      return MakeRefusal(
          project ? v1::REASON_PROJECT_CAP_REACHED : v1::REASON_ENTERPRISE_CAP_REACHED, cap.clause,
          CapName(cap.id.kind),
          {{"cap_fen", cap.amount_fen}, {"used_fen", cap.used_fen}, {"grant_fen", amount_fen}});
    }
  }
  return std::nullopt;
}

// Why the money that a rejected application held is not there any more: all of it or nothing, and
// what somebody waits for who came before is not there.
std::optional<v1::Refusal> NoRoom(const Context& context, const Context::Program& program,
                                  const rows::ApplicationRow& row) {
  Limits limits = LimitsOfApplication(context, program, row);
  if (auto refusal = CapTooLow(limits, row.granted_fen())) return refusal;
  for (PoolRoom& pool : limits.pools) {
    if (pool.queued && pool.on_exhausted == v1::ON_EXHAUSTED_WAITLIST) pool.available_fen = 0;
    pool.on_exhausted = v1::ON_EXHAUSTED_REJECT;
    pool.queued = false;
  }
  const FitResult fit = FitLimits(row.granted_fen(), limits);
  if (const auto* refusal = std::get_if<v1::Refusal>(&fit)) return *refusal;
  return std::nullopt;
}

// An appeal is heard at the stage that rejected; after an upheld objection, at the last one. Empty
// if the program has none.
std::string AppealStage(const CompiledRules& rules, const rows::ApplicationRow& row) {
  const v1::ReviewStage* next = row.awarded() ? nullptr : NextStage(rules, row);
  if (next != nullptr) return next->stage_id();
  const auto& stages = rules.rules().review_stages();
  return stages.empty() ? "" : stages.rbegin()->stage_id();
}

Decision UpholdAppeal(Context* context, const v1::ReviewApplicationRequest& request,
                      const CompiledRules& rules, const rows::ApplicationRow& row) {
  if (row.state() != v1::APPLICATION_STATE_REJECTED) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(row.state()));
  }
  if (auto refusal = RefuseIfOrdersClaimed(*context, row)) return *refusal;
  if (IsPastVouchers(rules, row, context->received_at)) {
    return IllegalState(row.state(), "the vouchers of its revision are over",
                        "所属版本的服务券已到期",
                        {{"expires_unix_ns", rules.voucher_expires_at()}});
  }
  const std::string stage = AppealStage(rules, row);
  if (!stage.empty() && stage != request.stage_id()) {
    return IllegalState(row.state(), "rejected at stage " + stage, "驳回环节为" + stage);
  }
  const rows::EnterpriseRow& applicant =
      *context->view.Find<tables::Enterprises>({row.enterprise()});
  if (auto refusal =
          RefuseIfBlacklisted(applicant, *context->view.Find<tables::Programs>({row.program()}),
                              context->received_at)) {
    return *refusal;
  }
  if (auto refusal = RefuseIfInvoicesClaimed(*context, row)) return *refusal;
  if (auto refusal = RefuseIfClaimedAnew(*context, row)) return *refusal;
  if (auto refusal =
          RefuseIfItemClaimed(*context, row.program(), *rules.FindItemByNumber(row.item()),
                              row.enterprise(), row.project_id())) {
    return *refusal;
  }
  const int64_t would_fen = row.granted_fen() != 0 ? row.granted_fen() : row.wanted_fen();
  if (auto refusal = RefuseIfHigherExists(*context, row, would_fen)) return *refusal;

  v1::Event& event = context->NewEvent();
  v1::ApplicationReviewed* reviewed = event.mutable_application_reviewed();
  reviewed->set_stages_passed(row.stages_passed());
  if (row.granted_fen() == 0) {  // rejected before its ranking: it holds nothing
    reviewed->set_state(v1::APPLICATION_STATE_COLLECTED);
    return event;
  }
  const auto program = context->FindProgram(row.program());
  context->revision = row.revision();
  if (auto refusal = NoRoom(*context, *program, row)) return *refusal;
  reviewed->set_state(row.awarded() ? v1::APPLICATION_STATE_LISTED
                                    : StateAfterHold(rules, row.stages_passed()));
  Post(BudgetAccount(), Held(request.application_id()), row.granted_fen(), &event);
  return event;
}

}  // namespace

Decision Decide(Context* context, const v1::ReviewApplicationRequest& request) {
  const rows::ApplicationRow* row =
      context->view.Find<tables::Applications>({request.application_id()});
  if (row == nullptr) return ApplicationNotFound(request.application_id());
  const CompiledRules& rules = JudgingRules(context, *row);
  if (!context->MayReview(request.stage_id(), {row->enterprise()})) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, request.stage_id());
  }
  if (auto refusal = RefuseIfArchived(*context->view.Find<tables::Programs>({row->program()}))) {
    return *refusal;
  }
  if (request.verdict() == v1::REVIEW_VERDICT_UPHOLD_APPEAL) {
    return UpholdAppeal(context, request, rules, *row);
  }
  const v1::ApplicationState state = row->state();
  const bool held = state == v1::APPLICATION_STATE_HELD;
  if (!held && state != v1::APPLICATION_STATE_COLLECTED) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(state));
  }
  const v1::ReviewStage& next = *NextStage(rules, *row);
  if (next.stage_id() != request.stage_id()) {
    v1::Refusal refusal =
        IllegalState(state, "next stage " + next.stage_id(), "下一环节为" + next.stage_id());
    refusal.set_clause(next.clause());
    return refusal;
  }

  const bool rejected = request.verdict() == v1::REVIEW_VERDICT_REJECT;
  const bool scores = next.scores() && !held;
  if (!rejected && scores != (request.score() != 0)) {
    return scores ? IllegalState(state, "the stage needs a score", "本环节须评分")
                  : IllegalState(state, "the stage gives no score", "本环节不评分");
  }
  const rows::EnterpriseRow& applicant =
      *context->view.Find<tables::Enterprises>({row->enterprise()});
  if (auto refusal = RefuseIfBlacklisted(
          applicant, *context->view.Find<tables::Programs>({row->program()}), context->received_at);
      refusal && !rejected) {
    return *refusal;
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::ApplicationReviewed* reviewed = event.mutable_application_reviewed();
  if (rejected) {
    reviewed->set_stages_passed(row->stages_passed());
    reviewed->set_state(v1::APPLICATION_STATE_REJECTED);
    if (!held) return event;
    reviewed->set_released_fen(row->granted_fen());
    ReleaseHold(request.application_id(), row->granted_fen(), &event);
    return event;
  }
  reviewed->set_stages_passed(row->stages_passed() + 1);
  reviewed->set_score(request.score());
  if (held) {
    reviewed->set_state(StateAfterHold(rules, reviewed->stages_passed()));
  } else {
    reviewed->set_state(scores ? v1::APPLICATION_STATE_SCORED : v1::APPLICATION_STATE_COLLECTED);
  }
  return event;
}

void Evolve(const v1::Entry&, const v1::ReviewApplicationRequest& request,
            const v1::ApplicationReviewed& event, EditableRows* rows) {
  rows::ApplicationRow& row = rows->Edit<tables::Applications>({request.application_id()});
  row.set_stages_passed(event.stages_passed());
  if (event.score() != 0) row.set_score(event.score());
  MoveApplication(request.application_id(), event.state(), rows);
}

}  // namespace voucher
