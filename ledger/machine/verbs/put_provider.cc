#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::PutProviderRequest& request) {
  const auto before = context->FindProvider(request.provider_id());
  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  v1::ProviderPut* put = event.mutable_provider_put();
  put->set_provider_number(before ? before->number : context->counters().provider() + 1);
  put->set_created(!before);
  put->set_unchanged(before && before->row->name() == request.name());
  return event;
}

void Evolve(const v1::Entry&, const v1::PutProviderRequest& request, const v1::ProviderPut& event,
            EditableRows* rows) {
  if (event.unchanged()) return;
  rows::ProviderRow& row = rows->Edit<tables::Providers>({event.provider_number()});
  if (event.created()) {
    rows->PutNumber<tables::ProviderNumbers>({request.provider_id()}, event.provider_number());
    rows->Edit<tables::Counters>({}).set_provider(event.provider_number());
    row.set_provider_id(request.provider_id());
    row.set_state(v1::PROVIDER_STATE_ACTIVE);
  }
  row.set_name(request.name());
}

}  // namespace voucher
