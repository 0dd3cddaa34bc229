#include "clients/import/imports.h"

namespace voucher::client {

const ImportOf<v1::RecordDisbursementRequest>& DisbursementImport() {
  static const auto* const kImport = new ImportOf<v1::RecordDisbursementRequest>({
      .kind = "disbursements",
      .help = "record payments against statements",
      .key = {"statement_id", "fiscal_reference"},
      .columns = {{"statement_id", Presence::kRequired, "statement_id", "number of the statement"},
                  {"amount_fen", Presence::kRequired, "disbursement.amount_fen",
                   "what was paid, in whole fen"},
                  {"fiscal_reference", Presence::kRequired, "disbursement.fiscal_reference",
                   "number of the fiscal document"},
                  {"paid_on", Presence::kRequired, "disbursement.paid_on", "day of the payment"},
                  RepeatsColumn()},
  });
  return *kImport;
}

}  // namespace voucher::client
