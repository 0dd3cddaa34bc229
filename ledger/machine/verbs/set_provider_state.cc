#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::SetProviderStateRequest& request) {
  const auto provider = context->FindProvider(request.provider_id());
  if (!provider) return MakeRefusal(v1::REASON_PROVIDER_NOT_FOUND, {}, request.provider_id());

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  event.mutable_provider_state_set()->set_provider_number(provider->number);
  return event;
}

void Evolve(const v1::Entry&, const v1::SetProviderStateRequest& request,
            const v1::ProviderStateSet& event, EditableRows* rows) {
  rows->Edit<tables::Providers>({event.provider_number()}).set_state(request.state());
}

}  // namespace voucher
