#include <algorithm>

#include "ledger/machine/acts.h"
#include "ledger/machine/verbs.h"

namespace voucher {

namespace {

std::string KeyOf(const v1::RemindEnterpriseRequest& request, uint32_t program,
                  uint64_t enterprise) {
  return ActKey({program, static_cast<int64_t>(enterprise)}, {request.reference()});
}

// The newest revision that gives a time to mend; nullptr if none did. A grant follows the one that
// judges it (Reclaim).
const CompiledRules* RulesWithCure(const View& view, uint32_t program, uint32_t newest) {
  for (uint32_t revision = newest; revision > 0; --revision) {
    const CompiledRules* rules = view.Find<tables::Revisions>({program, revision});
    if (rules->rules().has_cure()) return rules;
  }
  return nullptr;
}

}  // namespace

Decision Decide(Context* context, const v1::RemindEnterpriseRequest& request) {
  const auto program = context->FindProgram(request.program_id());
  if (!context->MayIssueOrRun(request.program_id())) {
    return MakeRefusal(v1::REASON_PERMISSION_DENIED, {}, request.program_id());
  }
  if (!program) return MakeRefusal(v1::REASON_PROGRAM_NOT_FOUND, {}, request.program_id());
  const auto enterprise = context->FindEnterprise(request.uscc());
  if (!enterprise) return MakeRefusal(v1::REASON_ENTERPRISE_NOT_FOUND, {}, request.uscc());
  if (auto refusal =
          RefuseIfBooked(*context, Act::kReminder,
                         KeyOf(request, program->number, enterprise->number), request.repeats())) {
    return *refusal;
  }
  const CompiledRules* rules =
      RulesWithCure(context->view, program->number, program->row->revision());
  if (rules == nullptr) {
    return NotInThisState("program without a time to mend", "计划未规定整改期");
  }

  const Zone zone = rules->zone();
  const CivilDay last_day =
      AddMonths(DayOf(context->received_at, zone), rules->rules().cure().months());
  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::EnterpriseReminded* reminded = event.mutable_enterprise_reminded();
  reminded->set_enterprise_number(enterprise->number);
  reminded->set_cure_ends_unix_ns(StartOfDay(last_day + 1, zone));
  return event;
}

void Evolve(const v1::Entry& entry, const v1::RemindEnterpriseRequest& request,
            const v1::EnterpriseReminded& event, EditableRows* rows) {
  BookAct(entry, Act::kReminder, KeyOf(request, entry.program(), event.enterprise_number()), rows);
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
  *reminder.mutable_reminded_on() = ToCivilDate(DayOf(entry.received_unix_ns(), Zone::Shanghai()));
}

}  // namespace voucher
