#pragma once

#include "ledger/base/civil.h"
#include "voucher/v1/registry.pb.h"

namespace voucher {

// Whether a product of the approved catalog is in force on `day`.
inline bool IsInForce(const v1::Product& product, CivilDay day) {
  return *FromCivilDate(product.effective_from()) <= day &&
         (!product.has_effective_until() || day <= *FromCivilDate(product.effective_until()));
}

}  // namespace voucher
