#include "ledger/base/civil.h"
#include "ledger/validation/limits.h"
#include "ledger/validation/verb_checks.h"

namespace voucher {

void Validate(const v1::CloseStatementRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kMaxProgramIdSize);
  switch (request.party_case()) {
    case v1::CloseStatementRequest::kProviderId:
      check->Slug("provider_id", request.provider_id(), kMaxSlugSize);
      break;
    case v1::CloseStatementRequest::kDivision:
      check->Division("division", request.division());
      break;
    case v1::CloseStatementRequest::PARTY_NOT_SET:
      check->Fail("party", "provider_id or division is required");
      break;
  }
  check->Range("period.year", request.period().year(), kFirstCivilYear, kLastCivilYear);
  check->Range("period.month", request.period().month(), 1, 12);
}

void Validate(const v1::RecordDisbursementRequest& request, FieldChecker* check) {
  check->Id("statement_id", request.statement_id());
  const v1::Disbursement& disbursement = request.disbursement();
  check->Amount("disbursement.amount_fen", disbursement.amount_fen());
  check->Reference("disbursement.fiscal_reference", disbursement.fiscal_reference(), 1,
                   kMaxReferenceBytes);
  check->Date("disbursement.paid_on", disbursement.has_paid_on(), disbursement.paid_on());
}

void Validate(const v1::RecordRecoveryRequest& request, FieldChecker* check) {
  check->Slug("program_id", request.program_id(), kMaxProgramIdSize);
  switch (request.party_case()) {
    case v1::RecordRecoveryRequest::kUscc:
      ValidateUscc(request.uscc(), check);
      break;
    case v1::RecordRecoveryRequest::kProviderId:
      check->Slug("provider_id", request.provider_id(), kMaxSlugSize);
      break;
    case v1::RecordRecoveryRequest::PARTY_NOT_SET:
      check->Fail("party", "uscc or provider_id is required");
      break;
  }
  if (request.application_id() != 0 && !request.has_uscc()) {
    check->Fail("application_id", "names a grant of an enterprise: goes with uscc only");
  }
  check->Amount("amount_fen", request.amount_fen());
  check->Reference("fiscal_reference", request.fiscal_reference(), 1, kMaxReferenceBytes);
}

}  // namespace voucher
