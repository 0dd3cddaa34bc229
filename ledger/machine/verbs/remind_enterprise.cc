#include <algorithm>

#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::RemindEnterpriseRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!context->MayIssueOrRun(request.program_id())) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, request.program_id());
  }
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  const auto enterprise = context->FindEnterprise(request.uscc());
  if (!enterprise) return MakeRefusal(v1::REASON_ENTERPRISE_NOT_FOUND, {}, request.uscc());
  if (!program->rules->rules().has_cure()) {
    return NotInThisState("program without a time to mend", "计划未规定整改期");
  }

  const Zone zone = program->rules->zone();
  const CivilDay last_day =
      AddMonths(DayOf(context->received_at, zone), program->rules->rules().cure().months());
  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::EnterpriseReminded* reminded = event.mutable_enterprise_reminded();
  reminded->set_enterprise_number(enterprise->number);
  reminded->set_cure_ends_unix_ns(StartOfDay(last_day + 1, zone));
  return event;
}

void Evolve(const v1::Entry&, const v1::RemindEnterpriseRequest& request,
            const v1::EnterpriseReminded& event, EditableRows* rows) {
  rows::EnterpriseRow& row = rows->Edit<tables::Enterprises>({event.enterprise_number()});
  auto& others = *row.mutable_other_reminders();
  if (row.has_reminder()) *others.Add() = row.reminder();
  others.erase(std::remove_if(others.begin(), others.end(),
                              [&](const v1::Reminder& reminder) {
                                return reminder.program_id() == request.program_id();
                              }),
               others.end());
  v1::Reminder& reminder = *row.mutable_reminder();
  reminder.set_program_id(request.program_id());
  reminder.set_reference(request.reference());
  *reminder.mutable_cure_ends_at() = ToTimestamp(event.cure_ends_unix_ns());
}

}  // namespace voucher
