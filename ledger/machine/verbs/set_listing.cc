#include "ledger/machine/records.h"
#include "ledger/machine/verbs.h"

namespace voucher {
namespace {

v1::EnterpriseRecord RecordOf(const v1::SetListingRequest& request) {
  v1::Listing listing;
  listing.set_kind(request.kind());
  listing.set_reference(request.reference());
  if (request.has_from()) *listing.mutable_from() = request.from();
  if (request.has_until()) *listing.mutable_until() = request.until();
  return NewRecord(listing, request.sandbox());
}

}  // namespace

Decision Decide(Context* context, const v1::SetListingRequest& request) {
  const auto enterprise = context->FindEnterprise(request.uscc());
  if (!enterprise) return MakeRefusal(v1::REASON_ENTERPRISE_NOT_FOUND, {}, request.uscc());
  if (request.listed()) {
    if (auto refusal = RefuseIfRecorded(*enterprise->row, RecordOf(request), context->received_at,
                                        request.repeats())) {
      return *refusal;
    }
  }

  // After this the command must succeed.
  v1::Event& event = context->NewEvent();
  event.mutable_listing_set()->set_enterprise_number(enterprise->number);
  return event;
}

void Evolve(const v1::Entry& entry, const v1::SetListingRequest& request,
            const v1::ListingSet& event, EditableRows* rows) {
  rows::EnterpriseRow& row = rows->Edit<tables::Enterprises>({event.enterprise_number()});
  if (request.listed()) return AddRecord(entry, RecordOf(request), &row);
  for (v1::EnterpriseRecord& record : *row.mutable_records()) {
    if (record.has_listing() && record.listing().kind() == request.kind() &&
        record.sandbox() == request.sandbox()) {
      EndWithTheDayBefore(entry, &record);
    }
  }
}

}  // namespace voucher
