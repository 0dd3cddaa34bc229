#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::SetBlacklistRequest& request) {
  const auto enterprise = context->FindEnterprise(request.uscc());
  if (!enterprise) return MakeRefusal(v1::REASON_ENTERPRISE_NOT_FOUND, {}, request.uscc());

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  event.mutable_blacklist_set()->set_enterprise_number(enterprise->number);
  return event;
}

void Evolve(const v1::Entry&, const v1::SetBlacklistRequest& request, const v1::BlacklistSet& event,
            EditableRows* rows) {
  rows::EnterpriseRow& row = rows->Edit<tables::Enterprises>({event.enterprise_number()});
  if (request.has_blacklisting()) {
    *row.mutable_blacklisting() = request.blacklisting();
  } else {
    row.clear_blacklisting();
  }
}

}  // namespace voucher
