#include "ledger/validation/limits.h"
#include "ledger/validation/verb_checks.h"

namespace voucher {

void Validate(const v1::ResumeAfterClockJumpRequest& request, FieldChecker* check) {
  check->Text("reason", request.reason(), 1, kMaxReasonBytes);
}

}  // namespace voucher
