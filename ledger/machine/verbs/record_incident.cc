#include "ledger/machine/records.h"
#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::RecordIncidentRequest& request) {
  const auto enterprise = context->FindEnterprise(request.uscc());
  if (!enterprise) return MakeRefusal(v1::REASON_ENTERPRISE_NOT_FOUND, {}, request.uscc());
  if (auto refusal =
          RefuseIfRecorded(*enterprise->row, NewRecord(request.incident(), request.sandbox()),
                           context->received_at, request.repeats())) {
    return *refusal;
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  event.mutable_incident_recorded()->set_enterprise_number(enterprise->number);
  return event;
}

void Evolve(const v1::Entry& entry, const v1::RecordIncidentRequest& request,
            const v1::IncidentRecorded& event, EditableRows* rows) {
  AddRecord(entry, NewRecord(request.incident(), request.sandbox()),
            &rows->Edit<tables::Enterprises>({event.enterprise_number()}));
}

}  // namespace voucher
