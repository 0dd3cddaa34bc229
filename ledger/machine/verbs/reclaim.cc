#include <optional>

#include "absl/algorithm/container.h"

#include "ledger/base/civil.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/approved_projects.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/verbs.h"

namespace voucher {

namespace {

bool IsGranted(v1::ApplicationState state) {
  return state == v1::APPLICATION_STATE_APPROVED || state == v1::APPLICATION_STATE_ACCEPTED ||
         state == v1::APPLICATION_STATE_SETTLED || state == v1::APPLICATION_STATE_SUPERSEDED;
}

// The newest reminder of a program; nullptr: there was none.
const v1::Reminder* FindReminder(const rows::EnterpriseRow& enterprise,
                                 const std::string& program_id) {
  const auto is_of_program = [&](const v1::Reminder& reminder) {
    return reminder.program_id() == program_id;
  };
  if (enterprise.has_reminder() && is_of_program(enterprise.reminder())) {
    return &enterprise.reminder();
  }
  const auto found = absl::c_find_if(enterprise.other_reminders(), is_of_program);
  return found != enterprise.other_reminders().end() ? &*found : nullptr;
}

// ILLEGAL_STATE unless the enterprise was reminded in this program and its time to mend is over.
std::optional<v1::Refusal> RefuseIfNotReclaimable(const Context& context,
                                                  const v1::ProgramRules& rules,
                                                  const rows::ApplicationRow& application) {
  const v1::Reminder* reminder = FindReminder(
      *context.view.Find<tables::Enterprises>({application.enterprise()}), rules.program_id());
  std::optional<v1::Refusal> refusal;
  if (reminder == nullptr) {
    refusal = IllegalState(application.state(), "the enterprise was not reminded", "未经正式提醒");
  } else if (const UnixNanos over = *FromTimestamp(reminder->cure_ends_at());
             context.received_at < over) {
    refusal = IllegalState(application.state(), "the time to mend is not over", "整改期未满",
                           {{"possible_unix_ns", over}});
  }
  if (refusal) refusal->set_clause(rules.cure().clause());
  return refusal;
}

// Takes back what a voucher holds. What was redeemed of it is owed by the enterprise, so that the
// providers' claims need no acceptance any more.
void ReclaimVoucher(const Context& context, uint64_t application_id,
                    const rows::ApplicationRow& application, v1::Event* event) {
  v1::Reclaimed* reclaimed = event->mutable_reclaimed();
  reclaimed->set_released_fen(ReleaseVoucher(context, application.voucher(), event));
  OpenGate(context.view, application_id, application, event);
  const int64_t spent_fen =
      context.view.Find<tables::Vouchers>({application.voucher()})->redeemed_fen();
  reclaimed->set_receivable_fen(spent_fen);
  if (spent_fen > 0) Post(Recovery(), Receivable(application.enterprise()), spent_fen, event);
}

// All of a reimbursement is owed by the enterprise; what is on no statement yet is set off against
// it at once.
void ReclaimReimbursement(const Context& context, uint64_t application_id,
                          const rows::ApplicationRow& application, v1::Event* event) {
  const uint64_t enterprise = application.enterprise();
  const v1::AccountRef gated = PayableToEnterprise(enterprise, application_id);
  const int64_t gated_fen = BalanceOf(context.view, application.program(), gated);
  const rows::UnpaidRow* unpaid = context.view.Find<tables::UnpaidApplications>(
      {application.program(), enterprise, application_id});
  const int64_t unpaid_fen = unpaid != nullptr ? unpaid->fen() : 0;
  const int64_t set_off_fen = gated_fen + unpaid_fen;
  v1::Reclaimed* reclaimed = event->mutable_reclaimed();
  reclaimed->set_receivable_fen(application.approved_fen() - set_off_fen);
  reclaimed->set_set_off_fen(set_off_fen);
  Post(Recovery(), Receivable(enterprise), application.approved_fen(), event);
  if (gated_fen > 0) Post(gated, Returned(), gated_fen, event);
  if (unpaid_fen > 0) Post(PayableToEnterprise(enterprise), Returned(), unpaid_fen, event);
  if (set_off_fen > 0) Post(Receivable(enterprise), Recovery(), set_off_fen, event);
}

// Adds a blacklisting to the one that stands, so that none is shortened: the newer reason, the
// programs of both, the later end.
v1::Blacklisting Widened(const v1::Blacklisting& standing, v1::Blacklisting added) {
  if (standing.program_ids().empty()) {
    added.clear_program_ids();
  } else if (!added.program_ids().empty()) {
    for (const std::string& program : standing.program_ids()) {
      if (!absl::c_linear_search(added.program_ids(), program)) added.add_program_ids(program);
    }
  }
  if (!standing.has_until()) {
    added.clear_until();
  } else if (added.has_until() &&
             *FromCivilDate(added.until()) < *FromCivilDate(standing.until())) {
    *added.mutable_until() = standing.until();
  }
  return added;
}

bool HasEnded(const v1::Blacklisting& blacklisting, UnixNanos at) {
  return blacklisting.has_until() &&
         DayOf(at, Zone::Shanghai()) > *FromCivilDate(blacklisting.until());
}

}  // namespace

Decision Decide(Context* context, const v1::ReclaimRequest& request) {
  const uint64_t id = request.application_id();
  const rows::ApplicationRow* row = context->view.Find<tables::Applications>({id});
  if (row == nullptr) return ApplicationNotFound(id);
  const v1::ProgramRules& rules = JudgingRules(context, *row).rules();
  if (!IsGranted(row->state())) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(row->state()));
  }
  if (request.ground() == v1::RECLAIM_GROUND_NO_COOPERATION && rules.has_cure()) {
    if (auto refusal = RefuseIfNotReclaimable(*context, rules, *row)) return *refusal;
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  event.mutable_reclaimed()->set_application_id(id);
  event.mutable_reclaimed()->set_enterprise_number(row->enterprise());
  if (row->voucher() != 0) {
    ReclaimVoucher(*context, id, *row, &event);
  } else {
    ReclaimReimbursement(*context, id, *row, &event);
  }
  return event;
}

void Evolve(const v1::Entry& entry, const v1::ReclaimRequest& request, const v1::Reclaimed& event,
            EditableRows* rows) {
  rows::ApplicationRow& row = rows->Edit<tables::Applications>({request.application_id()});
  // The higher grant claims the item of a superseded one.
  if (row.state() == v1::APPLICATION_STATE_SUPERSEDED) row.clear_once();
  const uint64_t voucher = row.voucher();
  EndProject(request.application_id(), v1::APPLICATION_STATE_TERMINATED, rows);
  if (voucher != 0 && event.receivable_fen() > 0) {
    rows->Edit<tables::Vouchers>({voucher}).set_receivable(true);
  }
  if (!request.has_blacklisting()) return;
  rows::EnterpriseRow& enterprise = rows->Edit<tables::Enterprises>({event.enterprise_number()});
  const bool stands = enterprise.has_blacklisting() &&
                      !HasEnded(enterprise.blacklisting(), entry.received_unix_ns());
  *enterprise.mutable_blacklisting() =
      stands ? Widened(enterprise.blacklisting(), request.blacklisting()) : request.blacklisting();
}

}  // namespace voucher
