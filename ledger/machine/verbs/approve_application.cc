#include <algorithm>
#include <vector>

#include "ledger/base/money.h"
#include "ledger/machine/application_states.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/approved_projects.h"
#include "ledger/machine/notices.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/projects.h"
#include "ledger/machine/settlement.h"
#include "ledger/machine/verbs.h"
#include "ledger/machine/worlds.h"

namespace voucher {
namespace {

// ILLEGAL_STATE, unless the review chain is done and, where the program has one, the public notice
// was begun.
std::optional<v1::Refusal> NotReady(const v1::ProgramRules& rules, v1::ApplicationState state) {
  const v1::ApplicationState ready =
      rules.has_notice() ? v1::APPLICATION_STATE_ON_NOTICE : v1::APPLICATION_STATE_LISTED;
  if (state == ready) return std::nullopt;
  if (state == v1::APPLICATION_STATE_LISTED) {
    return IllegalState(state, "not on public notice yet", "尚未公示");
  }
  return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(state));
}

// ILLEGAL_STATE if another grant of the project has money in transit, which nobody can release.
std::optional<v1::Refusal> InTransit(const View& view, v1::ApplicationState state,
                                     const Replacement& replacement) {
  for (const std::vector<uint64_t>* ids : {&replacement.replaced, &replacement.ended}) {
    for (const uint64_t id : *ids) {
      const uint64_t voucher = view.Find<tables::Applications>({id})->voucher();
      if (voucher == 0) continue;
      const int64_t fen = view.Find<tables::Vouchers>({voucher})->in_transit_fen();
      if (fen == 0) continue;
      return IllegalState(state, "a lower grant of the project has money in transit",
                          "同一项目较低额度的资金尚在调拨途中",
                          {{"application_id", static_cast<int64_t>(id)}, {"in_transit_fen", fen}});
    }
  }
  return std::nullopt;
}

// Gives back what a replaced grant has not used. What it has used is a part of the higher grant
// now.
v1::Supersession Replace(const Context& context, uint64_t application_id, v1::Event* event) {
  const rows::ApplicationRow& lower = *context.view.Find<tables::Applications>({application_id});
  const uint32_t other_program = OtherProgram(context, lower);
  v1::Supersession superseded;
  superseded.set_application_id(application_id);
  superseded.set_voucher_id(lower.voucher());
  superseded.set_counted_fen(UsedOfGrantFen(context.view, application_id, lower));
  if (lower.voucher() != 0) {
    superseded.set_released_fen(ReleaseVoucher(context, lower.voucher(), event, other_program));
  }
  return superseded;
}

// The grants of which something may wait once this one is approved: those that it replaces, and
// those that were replaced before.
std::vector<uint64_t> PartsOf(const Context& context, const rows::ApplicationRow& application,
                              const Replacement& replacement) {
  std::vector<uint64_t> ids = replacement.replaced;
  for (const uint64_t id : ReplacedGrants(context.view, application)) ids.push_back(id);
  return ids;
}

// Makes settleable what waits of them.
void Open(const Context& context, const std::vector<uint64_t>& parts, v1::Event* event) {
  for (const uint64_t id : parts) {
    const rows::ApplicationRow& lower = *context.view.Find<tables::Applications>({id});
    OpenGate(context.view, id, lower, event, OtherProgram(context, lower));
  }
}

// Gives back what an application holds that can never be approved once this one is.
v1::Supersession Overtake(const Context& context, uint64_t application_id, v1::Event* event) {
  const rows::ApplicationRow& other = *context.view.Find<tables::Applications>({application_id});
  v1::Supersession superseded;
  superseded.set_application_id(application_id);
  superseded.set_released_fen(other.granted_fen());
  Post(Held(application_id), BudgetAccount(), other.granted_fen(), event,
       other.program() != context.program ? other.program() : 0);
  return superseded;
}

// First instant at which the project is late; 0 without project terms.
UnixNanos ProjectDue(const CompiledRules& rules, UnixNanos approved_at) {
  if (!rules.rules().has_project()) return 0;
  const CivilDay last_day =
      AddMonths(DayOf(approved_at, rules.zone()), rules.rules().project().months());
  return StartOfDay(last_day + 1, rules.zone());
}

// Keeps back of credit what the enterprise owes, the oldest debts first, where the rules say so; of
// a reimbursement its statement keeps back. Returns how much, in fen.
int64_t SetOff(const Context& context, uint64_t id, const rows::ApplicationRow& row,
               const v1::ProgramRules& rules, v1::Event* event) {
  if (!rules.has_set_off()) return 0;
  std::vector<Debt> debts = DebtsAgainst(context.view, row.program(), row.enterprise());
  if (debts.size() > kMaxLoweredDebts) debts.resize(kMaxLoweredDebts);
  int64_t owed_fen = 0;
  for (const Debt& debt : debts) owed_fen = CheckedAddFen(owed_fen, debt.fen);
  const int64_t kept_fen = std::min(owed_fen, event->application_approved().approved_fen());
  if (kept_fen == 0) return 0;
  Post(Held(id), Returned(), kept_fen, event);
  PostRecovered(row.enterprise(), debts, kept_fen, row.program(), event);
  return kept_fen;
}

// Moves what the application holds: to its voucher, or to what the enterprise is owed. Credit that
// is kept back whole settles it, unless `awaited`: grants that it replaces wait for its acceptance.
void PayOut(const Context& context, uint64_t id, const rows::ApplicationRow& row,
            const CompiledRules& rules, bool awaited, v1::Event* event) {
  v1::ApplicationApproved* const approved = event->mutable_application_approved();
  if (row.delivery_mode() != v1::DELIVERY_MODE_CLOUD_CREDIT) {
    Post(Held(id), PayableToEnterprise(row.enterprise(), GatedBy(context.view, id, row)),
         approved->approved_fen(), event);
    return;
  }
  const int64_t set_off_fen = SetOff(context, id, row, rules.rules(), event);
  const int64_t rest_fen = approved->approved_fen() - set_off_fen;
  approved->set_set_off_fen(set_off_fen);
  approved->set_settles_application(rest_fen == 0 && !awaited);
  if (rest_fen == 0) return;
  approved->set_voucher_id(
      NextNumber(context, WorldOf(context.view, row.program()), &rows::DenseNumbers::voucher));
  approved->set_expires_unix_ns(rules.voucher_expires_at());
  approved->set_lapses_unix_ns(rules.voucher_lapses_at());
  Post(Held(id), VoucherAccount(approved->voucher_id()), rest_fen, event);
}

}  // namespace

Decision Decide(Context* context, const v1::ApproveApplicationRequest& request) {
  const uint64_t id = request.application_id();
  const rows::ApplicationRow* row = context->view.Find<tables::Applications>({id});
  if (row == nullptr) return ApplicationNotFound(id);
  const CompiledRules& compiled = JudgingRules(context, *row);
  const v1::ProgramRules& rules = compiled.rules();
  if (!context->MayReview("APPROVE", {row->enterprise()})) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, "APPROVE");
  }
  const rows::ProgramRow& program = *context->view.Find<tables::Programs>({row->program()});
  if (auto refusal = RefuseIfArchived(program)) return *refusal;
  const v1::ApplicationState state = row->state();
  // It lapses with the vouchers, which is told before and after that is booked.
  if (state == v1::APPLICATION_STATE_LAPSED) {
    if (auto refusal = RefuseIfPastVouchers(compiled, row->delivery_mode(), context->received_at)) {
      return *refusal;
    }
  }
  if (auto refusal = NotReady(rules, state)) return *refusal;
  const int64_t wanted_fen =
      request.approved_fen() != 0 ? request.approved_fen() : row->granted_fen();
  if (wanted_fen > row->granted_fen()) {
    return IllegalState(state, "holds less than approved", "批准额超过预留额",
                        {{"held_fen", row->granted_fen()}, {"approved_fen", wanted_fen}});
  }
  const std::optional<v1::Refusal> higher = RefuseIfHigherExists(*context, *row, wanted_fen);
  const Replacement replacement = higher ? Replacement() : ReplacementBy(*context, *row);
  if (auto refusal = InTransit(context->view, state, replacement)) return *refusal;
  const UnixNanos notice_ends = NoticeEndOf(context->view, *row);
  if (rules.has_notice() && context->received_at < notice_ends) {
    return MakeRefusal(v1::REASON_NOTICE_RUNNING, rules.notice().clause(), {},
                       {{"possible_unix_ns", notice_ends}});
  }
  const rows::EnterpriseRow& applicant =
      *context->view.Find<tables::Enterprises>({row->enterprise()});
  if (auto refusal = RefuseIfBlacklisted(applicant, program, context->received_at)) {
    return *refusal;
  }
  if (higher) return *higher;
  // Above 0: more would be granted than stands or was used of the project.
  const int64_t approved_fen = wanted_fen - replacement.used_fen;

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::ApplicationApproved* approved = event.mutable_application_approved();
  approved->set_approved_fen(approved_fen);
  approved->set_item_number(row->item());
  approved->set_project_due_unix_ns(ProjectDue(compiled, context->received_at));
  const std::vector<uint64_t> parts = PartsOf(*context, *row, replacement);
  const bool gates = rules.acceptance().gates_settlement();
  PayOut(*context, id, *row, compiled, gates && AnyWaits(context->view, parts), &event);
  if (const int64_t rest_fen = row->granted_fen() - approved_fen; rest_fen > 0) {
    approved->set_released_fen(rest_fen);
    ReleaseHold(id, rest_fen, &event);
  }
  for (const uint64_t lower : replacement.replaced) {
    *approved->add_superseded() = Replace(*context, lower, &event);
  }
  // What waits goes on waiting, for the acceptance of this one, if its rules say so.
  if (!gates) Open(*context, parts, &event);
  for (const uint64_t other : OvertakenBy(*context, id, *row, replacement, approved_fen)) {
    *approved->add_superseded() = Overtake(*context, other, &event);
  }
  return event;
}

void Evolve(const v1::Entry& entry, const v1::ApproveApplicationRequest& request,
            const v1::ApplicationApproved& event, EditableRows* rows) {
  for (const v1::Supersession& lower : event.superseded()) {
    EndProject(lower.application_id(), v1::APPLICATION_STATE_SUPERSEDED, rows);
  }
  rows::ApplicationRow& application = rows->Edit<tables::Applications>({request.application_id()});
  application.set_approved_fen(event.approved_fen());
  application.set_approved_unix_ns(entry.received_unix_ns());
  application.set_voucher(event.voucher_id());
  application.set_project_due_unix_ns(event.project_due_unix_ns());
  application.set_stated_fen(event.set_off_fen());
  MoveApplication(
      request.application_id(),
      event.settles_application() ? v1::APPLICATION_STATE_SETTLED : v1::APPLICATION_STATE_APPROVED,
      rows);
  if (event.voucher_id() == 0) return;
  const uint64_t id = event.voucher_id();
  KeepNumber(id, &rows::DenseNumbers::set_voucher, rows);
  rows::VoucherRow& voucher = rows->Edit<tables::Vouchers>({id});
  voucher.set_program(entry.program());
  voucher.set_application(request.application_id());
  voucher.set_revision(application.revision());
  voucher.set_enterprise(application.enterprise());
  voucher.set_item(event.item_number());
  voucher.set_approved_fen(event.approved_fen() - event.set_off_fen());
  voucher.set_state(v1::VOUCHER_STATE_ACTIVE);
  voucher.set_expires_unix_ns(event.expires_unix_ns());
  voucher.set_lapses_unix_ns(event.lapses_unix_ns());
  rows->Put<tables::VouchersByProgram>({entry.program(), id}, {});
  rows->Put<tables::VouchersByEnterprise>({application.enterprise(), id}, {});
  rows->Put<tables::Timers>(
      {event.lapses_unix_ns(), static_cast<uint8_t>(v1::TIMER_KIND_VOUCHER_LAPSE), id}, {});
}

}  // namespace voucher
