#include <algorithm>

#include "ledger/machine/verbs.h"

namespace voucher {

Decision Decide(Context* context, const v1::SetListingRequest& request) {
  const auto enterprise = context->FindEnterprise(request.uscc());
  if (!enterprise) return MakeRefusal(v1::REASON_ENTERPRISE_NOT_FOUND, {}, request.uscc());

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  event.mutable_listing_set()->set_enterprise_number(enterprise->number);
  return event;
}

void Evolve(const v1::Entry&, const v1::SetListingRequest& request, const v1::ListingSet& event,
            EditableRows* rows) {
  rows::EnterpriseRow& row = rows->Edit<tables::Enterprises>({event.enterprise_number()});
  auto* listings = row.mutable_listings();
  listings->erase(std::remove(listings->begin(), listings->end(), request.kind()), listings->end());
  if (request.listed()) listings->Add(request.kind());
  std::sort(listings->begin(), listings->end());
}

}  // namespace voucher
