#include <string>

#include "absl/strings/str_cat.h"

#include "ledger/validation/limits.h"
#include "ledger/validation/verb_checks.h"

namespace voucher {
void Validate(const v1::OrderTransferRequest& request, FieldChecker* check) {
  check->Id("voucher_id", request.voucher_id());
  check->Id("account_id", request.account_id());
  check->Amount("amount_fen", request.amount_fen());
  check->Reference("reference", request.reference(), 0, kMaxReferenceBytes);
}

void Validate(const v1::ConfirmTransferRequest& request, FieldChecker* check) {
  check->Id("transfer_id", request.transfer_id());
  check->Number("provider_reference", request.provider_reference(), kMaxExternalIdSize);
}

void Validate(const v1::DeclineTransferRequest& request, FieldChecker* check) {
  check->Id("transfer_id", request.transfer_id());
  check->Text("reason", request.reason(), 1, kMaxReasonBytes);
}

void Validate(const v1::RedeemRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kMaxProgramIdSize);
  check->Id("account_id", request.account_id());
  check->Slug("product_id", request.product_id(), kMaxSlugSize);
  check->Number("order_number", request.order_number(), kMaxExternalIdSize);
  check->Instant("usage_ended_at", request.has_usage_ended_at(), request.usage_ended_at());
  switch (request.amount_case()) {
    case v1::RedeemRequest::kAmountFen:
      check->Amount("amount_fen", request.amount_fen());
      break;
    case v1::RedeemRequest::kAtMostFen:
      check->Amount("at_most_fen", request.at_most_fen());
      break;
    case v1::RedeemRequest::AMOUNT_NOT_SET:
      check->Fail("amount", "amount_fen or at_most_fen is required");
      break;
  }
  if (!request.uscc().empty()) ValidateUscc(request.uscc(), check);
}

void Validate(const v1::ReverseRedemptionRequest& request, FieldChecker* check) {
  check->Id("redemption_id", request.redemption_id());
  check->Amount("amount_fen", request.amount_fen());
  check->Text("reason", request.reason(), 1, kMaxReasonBytes);
}

void Validate(const v1::ReconcileTransfersRequest& request, FieldChecker* check) {
  check->Slug("provider_id", request.provider_id(), kMaxSlugSize);
  if (request.last_transfer_id() != 0 && request.last_transfer_id() < request.first_transfer_id()) {
    check->Fail("last_transfer_id", "must not lie before first_transfer_id");
  }
  check->Count("lines", request.lines_size(), 0,
               request.confirm_silent() ? kMaxConfirmedLines : kMaxReconciledLines);
  for (int i = 0; i < request.lines_size(); ++i) {
    const std::string path = absl::StrCat("lines[", i, "]");
    const v1::StatementLineOfTransfer& line = request.lines(i);
    check->Id(path + ".transfer_id", line.transfer_id());
    check->Amount(path + ".amount_fen", line.amount_fen());
    check->Number(path + ".provider_reference", line.provider_reference(), kMaxExternalIdSize);
  }
}

void Validate(const v1::ReclaimRequest& request, FieldChecker* check) {
  check->Id("application_id", request.application_id());
  check->Enum("ground", v1::ReclaimGround_IsValid(request.ground()), request.ground());
  check->Text("reason", request.reason(), 1, kMaxReasonBytes);
  check->Reference("reference", request.reference(), 1, kMaxReferenceBytes);
  if (request.has_blacklisting()) ValidateBlacklisting(request.blacklisting(), check);
}

}  // namespace voucher
