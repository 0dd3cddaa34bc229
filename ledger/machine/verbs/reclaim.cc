#include <optional>

#include "absl/algorithm/container.h"

#include "ledger/base/civil.h"
#include "ledger/machine/applications.h"
#include "ledger/machine/approved_projects.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/records.h"
#include "ledger/machine/settlement.h"
#include "ledger/machine/verbs.h"

namespace voucher {

namespace {

// Granted, which one that was overtaken before its approval never was, and not taken back before.
// What ended without being taken back may have been paid out.
bool IsReclaimable(const rows::ApplicationRow& application, v1::ApplicationState state) {
  return state == v1::APPLICATION_STATE_APPROVED || state == v1::APPLICATION_STATE_ACCEPTED ||
         state == v1::APPLICATION_STATE_SETTLED ||
         (state == v1::APPLICATION_STATE_SUPERSEDED && application.approved_unix_ns() != 0) ||
         (state == v1::APPLICATION_STATE_TERMINATED && !application.reclaimed());
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

// ILLEGAL_STATE unless the enterprise was reminded in this program, on the day of the grant's
// approval or later, and its time to mend, which is as long as the rules say that judge the grant,
// is over. An older reminder was about another grant.
std::optional<v1::Refusal> RefuseIfNotReminded(const Context& context, const CompiledRules& rules,
                                               const rows::ApplicationRow& application,
                                               v1::ApplicationState state) {
  const v1::CureRule& cure = rules.rules().cure();
  const v1::Reminder* reminder =
      FindReminder(*context.view.Find<tables::Enterprises>({application.enterprise()}),
                   rules.rules().program_id());
  std::optional<v1::Refusal> refusal;
  const CivilDay approved_on = DayOf(application.approved_unix_ns(), Zone::Shanghai());
  if (reminder == nullptr || *FromCivilDate(reminder->reminded_on()) < approved_on) {
    refusal = IllegalState(state, "the enterprise was not reminded since the approval",
                           "批准后未经正式提醒");
  } else {
    const CivilDay last_day = AddMonths(*FromCivilDate(reminder->reminded_on()), cure.months());
    const UnixNanos over = StartOfDay(last_day + 1, rules.zone());
    if (context.received_at >= over) return std::nullopt;
    refusal = IllegalState(state, "the time to mend is not over", "整改期未满",
                           {{"possible_unix_ns", over}});
  }
  refusal->set_clause(cure.clause());
  return refusal;
}

// Takes back what is not spent. What was spent is owed by the enterprise, so that the providers'
// claims need no acceptance any more; what a reimbursement has on no statement goes back as what is
// unspent of a voucher does.
void TakeBackUnspent(const Context& context, uint64_t id, const rows::ApplicationRow& application,
                     v1::Event* event) {
  v1::Reclaimed* const reclaimed = event->mutable_reclaimed();
  EndWaitOfReplaced(context, application, WaitEnd::kReclaimed, reclaimed->mutable_replaced(),
                    event);
  if (application.voucher() != 0) {
    reclaimed->set_released_fen(ReleaseVoucher(context, application.voucher(), event));
    OpenGate(context.view, id, application, event);
  } else if (const int64_t kept_fen = GatherUnstated(context.view, id, application, event);
             kept_fen > 0) {
    ReleaseUnspent(PayableToEnterprise(application.enterprise(), id),
                   *context.view.Find<tables::Programs>({application.program()}),
                   context.received_at, kept_fen, event);
    reclaimed->set_set_off_fen(kept_fen);
  }
}

}  // namespace

Decision Decide(Context* context, const v1::ReclaimRequest& request) {
  const uint64_t id = request.application_id();
  const rows::ApplicationRow* row = context->view.Find<tables::Applications>({id});
  if (row == nullptr) return ApplicationNotFound(id);
  const CompiledRules& rules = JudgingRules(context, *row);
  const v1::ApplicationState state = row->state();
  if (!IsReclaimable(*row, state)) {
    return MakeRefusal(v1::REASON_ILLEGAL_STATE, {}, StateName(state));
  }
  if (request.ground() == v1::RECLAIM_GROUND_NO_COOPERATION && rules.rules().has_cure()) {
    if (auto refusal = RefuseIfNotReminded(*context, rules, *row, state)) return *refusal;
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::Reclaimed* const reclaimed = event.mutable_reclaimed();
  reclaimed->set_application_id(id);
  reclaimed->set_enterprise_number(row->enterprise());
  // What was unspent of a project that ended went back then.
  if (state != v1::APPLICATION_STATE_TERMINATED) TakeBackUnspent(*context, id, *row, &event);
  if (const int64_t spent_fen = SpentOfGrantFen(context->view, *row); spent_fen > 0) {
    reclaimed->set_receivable_fen(spent_fen);
    Post(Recovery(), Receivable(row->enterprise(), id), spent_fen, &event);
  }
  return event;
}

void Evolve(const v1::Entry& entry, const v1::ReclaimRequest& request, const v1::Reclaimed& event,
            EditableRows* rows) {
  rows::ApplicationRow& row = rows->Edit<tables::Applications>({request.application_id()});
  // The higher grant claims the item of a superseded one.
  if (row.state() == v1::APPLICATION_STATE_SUPERSEDED) row.set_item_free(true);
  row.set_reclaimed(true);
  LowerReplaced(event.replaced(), rows);
  EndProject(request.application_id(), v1::APPLICATION_STATE_TERMINATED, rows);
  if (!request.has_blacklisting()) return;
  const bool sandbox = rows->Find<tables::Programs>({entry.program()})->sandbox();
  AddRecord(entry, NewRecord(request.blacklisting(), sandbox),
            &rows->Edit<tables::Enterprises>({event.enterprise_number()}));
}

}  // namespace voucher
