// What the approved catalog says of a product on a day.
#pragma once

#include <optional>
#include <string>

#include "google/protobuf/repeated_ptr_field.h"

#include "ledger/base/civil.h"
#include "voucher/v1/registry.pb.h"

namespace voucher {

// How a product was approved on a day; refers to the product.
struct ApprovedAs {
  const std::string& category;
  const google::protobuf::RepeatedPtrField<std::string>& item_ids;
};

// Whether an approval, or a product as it was put last, is in force on `day`: from its first day to
// its last, both inclusive.
template <class Approval>
bool Covers(const Approval& approval, CivilDay day) {
  return *FromCivilDate(approval.effective_from()) <= day &&
         (!approval.has_effective_until() || day <= *FromCivilDate(approval.effective_until()));
}

// The approval of a product of the catalog that is in force on `day`, of several the newest;
// nullopt if there is none.
inline std::optional<ApprovedAs> ApprovedOn(const v1::Product& product, CivilDay day) {
  if (Covers(product, day)) return ApprovedAs{product.category(), product.item_ids()};
  for (int i = product.earlier_size(); i-- > 0;) {
    const v1::Approval& earlier = product.earlier(i);
    if (Covers(earlier, day)) return ApprovedAs{earlier.category(), earlier.item_ids()};
  }
  return std::nullopt;
}

// The last civil day of usage that ends at `ended_at`, which is exclusive: usage that ends at
// midnight belongs to the day before.
inline CivilDay LastDayOfUsage(UnixNanos ended_at, Zone zone) {
  return DayOf(ended_at - 1, zone);
}

}  // namespace voucher
