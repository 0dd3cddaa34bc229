#include "ledger/machine/applications.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/proto_enum.h"
#include "ledger/machine/invoices.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/projects.h"
#include "ledger/machine/waitlist_index.h"
#include "ledger/machine/worlds.h"
#include "ledger/policy/subsidy.h"

namespace voucher {
namespace {

Limits LimitsOfGrant(const Context& context, const GrantRequest& request) {
  Limits limits = LimitsOf(context, request.program, *request.item, request.enterprise,
                           request.project_id, request.provider_ids);
  if (!request.awarded) return limits;
  for (PoolRoom& pool : limits.pools) {
    if (pool.on_exhausted != v1::ON_EXHAUSTED_WAITLIST) continue;
    pool.on_exhausted = v1::ON_EXHAUSTED_REJECT;
    if (pool.queued) pool.available_fen = 0;
  }
  return limits;
}

tables::ScoredApplications::Key ScoredKey(uint64_t id, const rows::ApplicationRow& row) {
  return {row.program(), row.item(), id};
}

// Notes that the item was applied for: no later revision may drop it.
void NoteItem(const rows::ApplicationRow& row, EditableRows* rows) {
  const auto& used = rows->Find<tables::Programs>({row.program()})->used_items();
  if (absl::c_linear_search(used, row.item())) return;
  rows->Edit<tables::Programs>({row.program()}).add_used_items(row.item());
}

// Counts what becomes or is no longer pending for credit. The timer of the end of its vouchers is
// there while anything is.
void CountPending(const rows::ApplicationRow& row, bool pending, EditableRows* rows) {
  if (row.delivery_mode() != v1::DELIVERY_MODE_CLOUD_CREDIT) return;
  rows::ProgramRow& program = rows->Edit<tables::Programs>({row.program()});
  const auto lapse = absl::c_find_if(*program.mutable_pending_lapses(),
                                     [&](const auto& l) { return l.revision() == row.revision(); });
  VOUCHER_CHECK(lapse != program.mutable_pending_lapses()->end())
      << "credit under revision " << row.revision() << " without voucher terms";
  const uint64_t before = lapse->applications();
  lapse->set_applications(pending ? before + 1 : before - 1);
  const tables::Timers::Key timer{lapse->ends_unix_ns(),
                                  static_cast<uint8_t>(v1::TIMER_KIND_PENDING_LAPSE),
                                  PendingLapseTimer(row.program(), row.revision())};
  if (before == 0) rows->Put<tables::Timers>(timer, {});
  if (lapse->applications() == 0) rows->Erase<tables::Timers>(timer);
}

// What the row's state entails beyond the row.
void EnterState(uint64_t id, const rows::ApplicationRow& row, EditableRows* rows) {
  if (row.state() == v1::APPLICATION_STATE_WAITLISTED) JoinWaitlist(id, row, rows);
  if (row.state() == v1::APPLICATION_STATE_SCORED) {
    rows->Put<tables::ScoredApplications>(ScoredKey(id, row), {});
  }
}

// What of it goes with the row's state.
void LeaveState(uint64_t id, rows::ApplicationRow* row, EditableRows* rows) {
  switch (row->state()) {
    case v1::APPLICATION_STATE_WAITLISTED:
      LeaveWaitlist(*row, rows);
      break;
    case v1::APPLICATION_STATE_SCORED:
      rows->Erase<tables::ScoredApplications>(ScoredKey(id, *row));
      break;
    case v1::APPLICATION_STATE_RETURNED:
      rows->Erase<tables::Timers>(
          {row->correction_due_unix_ns(), static_cast<uint8_t>(v1::TIMER_KIND_CORRECTION), id});
      row->clear_correction_due_unix_ns();
      break;
    case v1::APPLICATION_STATE_APPROVED:
      if (!row->extended()) break;
      rows->Erase<tables::Timers>(
          {row->project_due_unix_ns(), static_cast<uint8_t>(v1::TIMER_KIND_PROJECT), id});
      break;
    case v1::APPLICATION_STATE_UNSPECIFIED:
    case v1::APPLICATION_STATE_HELD:
    case v1::APPLICATION_STATE_LISTED:
    case v1::APPLICATION_STATE_REJECTED:
    case v1::APPLICATION_STATE_WITHDRAWN:
    case v1::APPLICATION_STATE_COLLECTED:
    case v1::APPLICATION_STATE_PASSED_OVER:
    case v1::APPLICATION_STATE_ON_NOTICE:
    case v1::APPLICATION_STATE_OBJECTED:
    case v1::APPLICATION_STATE_ACCEPTED:
    case v1::APPLICATION_STATE_SETTLED:
    case v1::APPLICATION_STATE_LAPSED:
    case v1::APPLICATION_STATE_SUPERSEDED:
    case v1::APPLICATION_STATE_TERMINATED:
      VOUCHER_PROTO_SENTINELS(v1::ApplicationState)
      break;
  }
}

}  // namespace

v1::Refusal ApplicationNotFound(uint64_t application_id) {
  return MakeRefusal(v1::REASON_APPLICATION_NOT_FOUND, {}, absl::StrCat(application_id));
}

v1::Refusal IllegalState(v1::ApplicationState state, absl::string_view why,
                         absl::string_view why_zh,
                         std::initializer_list<std::pair<absl::string_view, int64_t>> numbers) {
  return NotInThisState(absl::StrCat(StateName(state), ", ", why),
                        absl::StrCat(StateName(state), "，", why_zh), {}, numbers);
}

const CompiledRules& JudgingRules(Context* context, const rows::ApplicationRow& application) {
  context->FindProgram(application.program());
  context->revision = application.revision();
  return *context->view.Find<tables::Revisions>({application.program(), application.revision()});
}

const v1::ReviewStage* NextStage(const CompiledRules& rules,
                                 const rows::ApplicationRow& application) {
  const auto& stages = rules.rules().review_stages();
  const auto next = static_cast<int>(application.stages_passed());
  return next < stages.size() ? &stages.Get(next) : nullptr;
}

std::optional<v1::Refusal> RefuseIfItemClaimed(const Context& context, uint32_t program,
                                               const v1::Item& item, uint64_t enterprise,
                                               absl::string_view project_id) {
  const v1::OnceRule& once = item.once();
  if (once.scope() == v1::ONCE_SCOPE_UNSPECIFIED) return std::nullopt;
  uint64_t claimed_by = 0;
  context.view.Scan<tables::ApplicationsByEnterprise>(
      {enterprise, 0}, {enterprise + 1, 0},
      [&](const tables::ApplicationsByEnterprise::Key& key, const rows::PresentRow&) {
        const uint64_t id = std::get<1>(key);
        const rows::ApplicationRow& row = *context.view.Find<tables::Applications>({id});
        const bool claims = row.program() == program && row.item() == item.number() &&
                            HoldsItem(row.state()) && !row.item_free() &&
                            (once.scope() == v1::ONCE_SCOPE_ENTERPRISE ||
                             absl::EqualsIgnoreCase(row.project_id(), project_id));
        if (claims) claimed_by = id;
        return claimed_by == 0;
      });
  if (claimed_by == 0) return std::nullopt;
  return MakeRefusal(v1::REASON_ITEM_ALREADY_CLAIMED, once.clause(), item.item_id(),
                     {{"application_id", static_cast<int64_t>(claimed_by)}});
}

std::variant<FittingGrant, v1::Refusal> OfferGrant(const Context& context,
                                                   const GrantRequest& request) {
  const CompiledRules& rules = *request.program.rules;
  const v1::Item& item = *request.item;
  if (auto refusal = RefuseIfItemClaimed(context, request.program.number, item,
                                         request.enterprise.number, request.project_id)) {
    return *refusal;
  }
  const bool ranked_first = rules.IsCompetitive() && !request.awarded;
  Limits limits = LimitsOfGrant(context, request);
  if (ranked_first) limits.pools.clear();
  const int64_t base_fen = BaseAmountFen(item, request.spend_fen);
  const auto higher = [&](int64_t would_fen) {
    return RefuseIfHigherExists(context, request.program, request.enterprise.number,
                                request.project_id, would_fen);
  };
  if (auto refusal = higher(std::max<int64_t>(ClipToCaps(base_fen, limits), 0))) return *refusal;
  if (auto refusal = RefuseIfTooSmall(item, request.spend_fen)) return *refusal;
  const FitResult fit = FitLimits(base_fen, limits);
  if (const auto* refusal = std::get_if<v1::Refusal>(&fit)) return *refusal;
  // A pool may leave less than the caps.
  const auto& grant = std::get<FittingGrant>(fit);
  if (auto refusal = higher(grant.granted_fen)) return *refusal;
  return grant;
}

void BookApplication(const v1::Entry& entry, uint64_t id, rows::ApplicationRow row,
                     EditableRows* rows) {
  row.set_program(entry.program());
  row.set_revision(entry.program_revision());
  row.set_queue_number(entry.queue_number());
  row.set_submitted_sequence(entry.sequence());
  row.set_received_unix_ns(entry.received_unix_ns());
  KeepNumber(id, &rows::DenseNumbers::set_application, rows);
  NoteItem(row, rows);
  rows->PutNumber<tables::ApplicationsByProgram>({row.program(), row.queue_number()}, id);
  rows->Put<tables::ApplicationsByEnterprise>({row.enterprise(), id}, {});
  ClaimEvidence(id, row, rows);
  CountApplication(row.program(), v1::APPLICATION_STATE_UNSPECIFIED, row.state(), rows);
  if (IsPending(row.state())) CountPending(row, true, rows);
  EnterState(id, row, rows);
  rows->Put<tables::Applications>({id}, std::move(row));
}

void MoveApplication(uint64_t application_id, v1::ApplicationState to, EditableRows* rows) {
  rows::ApplicationRow& row = rows->Edit<tables::Applications>({application_id});
  const v1::ApplicationState from = row.state();
  const bool claimed = HoldsEvidence(row);
  CountApplication(row.program(), from, to, rows);
  if (IsPending(from) != IsPending(to)) CountPending(row, IsPending(to), rows);
  LeaveState(application_id, &row, rows);
  row.set_state(to);
  EnterState(application_id, row, rows);
  if (claimed && !HoldsEvidence(row)) FreeEvidence(application_id, row, rows);
  if (!claimed && HoldsEvidence(row)) ClaimEvidence(application_id, row, rows);
}

void CountApplication(uint32_t program, v1::ApplicationState from, v1::ApplicationState to,
                      EditableRows* rows) {
  rows::TotalsRow& totals = rows->Edit<tables::Totals>({program});
  while (totals.applications_size() < v1::ApplicationState_ARRAYSIZE) totals.add_applications(0);
  if (from != v1::APPLICATION_STATE_UNSPECIFIED) {
    totals.set_applications(from, totals.applications(from) - 1);
  }
  totals.set_applications(to, totals.applications(to) + 1);
}

}  // namespace voucher
