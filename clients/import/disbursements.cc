#include "absl/strings/str_cat.h"

#include "clients/import/csv_import.h"
#include "clients/import/rows.h"

namespace voucher::client {

absl::StatusOr<std::vector<RowOrError<v1::RecordDisbursementRequest>>> ParseDisbursements(
    absl::string_view csv) {
  return ParseRows<v1::RecordDisbursementRequest>(
      csv, {"statement_id", "amount_fen", "fiscal_reference", "paid_on"}, {},
      ImportRequestIds("disbursements", "", csv),
      [](RowReader* reader, v1::RecordDisbursementRequest* request) {
        request->set_statement_id(reader->Id("statement_id"));
        v1::Disbursement& disbursement = *request->mutable_disbursement();
        disbursement.set_amount_fen(reader->Amount("amount_fen"));
        disbursement.set_fiscal_reference(reader->Text("fiscal_reference", 128));
        *disbursement.mutable_paid_on() = reader->Date("paid_on");
        return absl::StrCat(reader->Raw("statement_id"), "/", reader->Raw("fiscal_reference"));
      });
}

}  // namespace voucher::client
