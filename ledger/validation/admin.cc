#include <algorithm>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/division.h"
#include "ledger/base/invoice.h"
#include "ledger/base/money.h"
#include "ledger/validation/program_rules.h"
#include "ledger/validation/verb_checks.h"

namespace voucher {

void Validate(const v1::ResumeAfterClockJumpRequest& request, FieldChecker* check) {
  check->Text("reason", request.reason(), 1, 512);
}

}  // namespace voucher
