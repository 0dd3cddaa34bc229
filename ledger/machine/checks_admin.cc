#include <algorithm>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/invoice.h"
#include "ledger/base/money.h"
#include "ledger/machine/checks.h"
#include "ledger/policy/division.h"
#include "ledger/policy/validate.h"

namespace voucher {

void Check(const v1::ResumeAfterClockJumpRequest& request, FieldChecker* check) {
  check->Text("reason", request.reason(), 1, 512);
}

}  // namespace voucher
