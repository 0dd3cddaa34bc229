#include "ledger/machine/applications.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "ledger/base/invoice.h"
#include "ledger/base/proto_enum.h"
#include "ledger/machine/limit_refs.h"
#include "ledger/machine/projects.h"
#include "ledger/machine/waitlist_index.h"
#include "ledger/policy/subsidy.h"

namespace voucher {
namespace {

std::optional<v1::Refusal> RefuseIfInvoiceClaimed(const Context& context, const std::string& key,
                                                  uint64_t self) {
  const rows::NumberRow* claim = context.view.Find<tables::Invoices>({key});
  if (claim == nullptr || claim->number() == self) return std::nullopt;
  return MakeRefusal(v1::REASON_INVOICE_ALREADY_CLAIMED, {}, key,
                     {{"application_id", static_cast<int64_t>(claim->number())}});
}

Limits LimitsOfGrant(const Context& context, const GrantRequest& request, uint64_t project) {
  Limits limits = LimitsOf(context, request.program, *request.item, request.enterprise, project,
                           request.provider_ids);
  if (!request.awarded) return limits;
  for (PoolRoom& pool : limits.pools) {
    if (pool.on_exhausted != v1::ON_EXHAUSTED_WAITLIST) continue;
    pool.on_exhausted = v1::ON_EXHAUSTED_REJECT;
    if (pool.queued) pool.available_fen = 0;
  }
  return limits;
}

tables::ItemClaims::Key ItemClaimKey(const rows::ApplicationRow& row) {
  return {row.enterprise(), row.program(), row.item(),
          row.once() == v1::ONCE_SCOPE_PROJECT ? row.project() : 0};
}

tables::ScoredApplications::Key ScoredKey(uint64_t id, const rows::ApplicationRow& row) {
  return {row.program(), row.item(), id};
}

void ClaimInvoices(uint64_t id, const rows::ApplicationRow& row, EditableRows* rows) {
  for (const std::string& key : row.invoice_keys()) {
    rows->PutNumber<tables::Invoices>({key}, id);
  }
}

void FreeInvoices(const rows::ApplicationRow& row, EditableRows* rows) {
  for (const std::string& key : row.invoice_keys()) rows->Erase<tables::Invoices>({key});
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

std::optional<v1::Refusal> RefuseIfInvoicesClaimed(const Context& context,
                                                   const v1::Evidence& evidence, uint64_t self) {
  for (const v1::Invoice& invoice : evidence.invoices()) {
    if (auto refusal =
            RefuseIfInvoiceClaimed(context, *InvoiceKey(invoice.code(), invoice.number()), self)) {
      return refusal;
    }
  }
  return std::nullopt;
}

std::optional<v1::Refusal> RefuseIfInvoicesClaimed(const Context& context,
                                                   const rows::ApplicationRow& application) {
  for (const std::string& key : application.invoice_keys()) {
    if (auto refusal = RefuseIfInvoiceClaimed(context, key, 0)) return refusal;
  }
  return std::nullopt;
}

std::optional<v1::Refusal> RefuseIfItemClaimed(const Context& context, uint32_t program,
                                               const v1::Item& item, uint64_t enterprise,
                                               uint64_t project) {
  const v1::OnceRule& once = item.once();
  if (once.scope() == v1::ONCE_SCOPE_UNSPECIFIED) return std::nullopt;
  const rows::NumberRow* claim = context.view.Find<tables::ItemClaims>(
      {enterprise, program, item.number(), once.scope() == v1::ONCE_SCOPE_PROJECT ? project : 0});
  if (claim == nullptr) return std::nullopt;
  return MakeRefusal(v1::REASON_ITEM_ALREADY_CLAIMED, once.clause(), item.item_id(),
                     {{"application_id", static_cast<int64_t>(claim->number())}});
}

std::variant<OfferedGrant, v1::Refusal> OfferGrant(const Context& context,
                                                   const GrantRequest& request) {
  const CompiledRules& rules = *request.program.rules;
  const v1::Item& item = *request.item;
  OfferedGrant offer;
  if (CountsProjects(rules.rules())) {
    offer.project = ProjectNumber(context, request.enterprise.number, request.project_id);
  }
  if (auto refusal = RefuseIfItemClaimed(context, request.program.number, item,
                                         request.enterprise.number, offer.project)) {
    return *refusal;
  }
  offer.limits = LimitsOfGrant(context, request, offer.project);
  const int64_t base_fen = BaseAmountFen(item, request.spend_fen);
  if (auto refusal = RefuseIfHigherExists(context.view, rules.rules(), offer.project,
                                          MostUnderCaps(base_fen, offer.limits))) {
    return *refusal;
  }
  if (auto refusal = RefuseIfTooSmall(item, request.spend_fen)) return *refusal;
  const bool ranked_first = rules.IsCompetitive() && !request.awarded;
  const FitResult fit =
      FitLimits(base_fen, ranked_first ? Limits{offer.limits.caps, {}} : offer.limits);
  if (const auto* refusal = std::get_if<v1::Refusal>(&fit)) return *refusal;
  offer.grant = std::get<FittingGrant>(fit);
  return offer;
}

void BookApplication(const v1::Entry& entry, uint64_t id, rows::ApplicationRow row,
                     EditableRows* rows) {
  row.set_program(entry.program());
  row.set_revision(entry.program_revision());
  row.set_queue_number(entry.queue_number());
  row.set_submitted_sequence(entry.sequence());
  row.set_received_unix_ns(entry.received_unix_ns());
  rows::CountersRow& counters = rows->Edit<tables::Counters>({});
  counters.set_application(id);
  if (row.project() != 0) {
    counters.set_project(std::max(counters.project(), row.project()));
    rows->PutNumber<tables::ProjectNumbers>({row.enterprise(), row.project_id()}, row.project());
    rows->Put<tables::ApplicationsByProject>({row.project(), id}, {});
  }
  rows->PutNumber<tables::ApplicationsByProgram>({row.program(), row.queue_number()}, id);
  rows->Put<tables::ApplicationsByEnterprise>({row.enterprise(), id}, {});
  ClaimInvoices(id, row, rows);
  if (row.once() != v1::ONCE_SCOPE_UNSPECIFIED) {
    rows->PutNumber<tables::ItemClaims>(ItemClaimKey(row), id);
  }
  CountApplication(row.program(), v1::APPLICATION_STATE_UNSPECIFIED, row.state(), rows);
  EnterState(id, row, rows);
  rows->Put<tables::Applications>({id}, std::move(row));
}

void KeepLimits(const v1::Entry& entry, rows::ApplicationRow* row) {
  row->clear_limits();
  for (const v1::LimitDelta& delta : entry.event().limit_deltas()) {
    if (delta.program() == 0) *row->add_limits() = delta.limit();
  }
}

void MoveApplication(uint64_t application_id, v1::ApplicationState to, EditableRows* rows) {
  rows::ApplicationRow& row = rows->Edit<tables::Applications>({application_id});
  const v1::ApplicationState from = row.state();
  CountApplication(row.program(), from, to, rows);
  LeaveState(application_id, &row, rows);
  row.set_state(to);
  EnterState(application_id, row, rows);
  if (HoldsInvoices(from) && !HoldsInvoices(to)) FreeInvoices(row, rows);
  if (!HoldsInvoices(from) && HoldsInvoices(to)) ClaimInvoices(application_id, row, rows);
  if (row.once() == v1::ONCE_SCOPE_UNSPECIFIED || HoldsItem(from) == HoldsItem(to)) return;
  if (HoldsItem(to)) {
    rows->PutNumber<tables::ItemClaims>(ItemClaimKey(row), application_id);
  } else {
    rows->Erase<tables::ItemClaims>(ItemClaimKey(row));
  }
}

void ReplaceInvoices(uint64_t application_id, const v1::Evidence& evidence, EditableRows* rows) {
  rows::ApplicationRow& row = rows->Edit<tables::Applications>({application_id});
  FreeInvoices(row, rows);
  row.clear_invoice_keys();
  for (const v1::Invoice& invoice : evidence.invoices()) {
    row.add_invoice_keys(*InvoiceKey(invoice.code(), invoice.number()));
  }
  ClaimInvoices(application_id, row, rows);
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
