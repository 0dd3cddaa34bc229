#include "ledger/machine/records.h"
#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::SetBlacklistRequest& request) {
  const auto enterprise = context->FindEnterprise(request.uscc());
  if (!enterprise) return MakeRefusal(v1::REASON_ENTERPRISE_NOT_FOUND, {}, request.uscc());
  if (request.has_blacklisting()) {
    if (auto refusal =
            RefuseIfRecorded(*enterprise->row, NewRecord(request.blacklisting(), request.sandbox()),
                             context->received_at, request.repeats())) {
      return *refusal;
    }
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  event.mutable_blacklist_set()->set_enterprise_number(enterprise->number);
  return event;
}

void Evolve(const v1::Entry& entry, const v1::SetBlacklistRequest& request,
            const v1::BlacklistSet& event, EditableRows* rows) {
  rows::EnterpriseRow& row = rows->Edit<tables::Enterprises>({event.enterprise_number()});
  if (request.has_blacklisting()) {
    return AddRecord(entry, NewRecord(request.blacklisting(), request.sandbox()), &row);
  }
  for (v1::EnterpriseRecord& record : *row.mutable_records()) {
    if (record.has_blacklisting() && record.sandbox() == request.sandbox()) {
      EndWithTheDayBefore(entry, &record);
    }
  }
}

}  // namespace voucher
