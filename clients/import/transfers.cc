#include "clients/import/imports.h"

namespace voucher::client {

const ImportOf<v1::ConfirmTransferRequest>& ConfirmationImport() {
  static const auto* const kImport = new ImportOf<v1::ConfirmTransferRequest>({
      .kind = "confirmations",
      .help = "confirm transfers in batches",
      .key = {"transfer_id"},
      .columns = {{"transfer_id", Presence::kRequired, "transfer_id", "number of the transfer"},
                  {"provider_reference", Presence::kRequired, "provider_reference",
                   "the provider's number of the credit"}},
  });
  return *kImport;
}

const ImportOf<v1::ReconcileTransfersRequest>& StatementLineImport() {
  static const auto* const kImport = new ImportOf<v1::ReconcileTransfersRequest>({
      .kind = "statement-lines",
      .help = "compare a provider's statement of credited transfers with the ledger",
      .columns = {{"transfer_id", Presence::kRequired, "lines[].transfer_id",
                   "number of the transfer"},
                  {"amount_fen", Presence::kRequired, "lines[].amount_fen",
                   "what was credited, in whole fen"},
                  {"provider_reference", Presence::kRequired, "lines[].provider_reference",
                   "the provider's number of the credit"}},
  });
  return *kImport;
}

}  // namespace voucher::client
