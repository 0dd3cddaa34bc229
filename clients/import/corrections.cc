#include "clients/import/evidence.h"
#include "clients/import/imports.h"

namespace voucher::client {

const ImportOf<v1::CorrectApplicationRequest>& CorrectionImport() {
  static const auto* const kImport = new ImportOf<v1::CorrectApplicationRequest>({
      .kind = "corrections",
      .help = "correct returned applications",
      .key = {"application_id"},
      .runs = true,
      .columns = Joined(
          {{{"application_id", Presence::kRequired, "application_id", "number of the application"},
            {"spend_fen", Presence::kRequired, "spend_fen", "what was spent, in whole fen"}},
           InvoiceColumns(),
           NamedDocumentColumns(Presence::kOptional),
           DocumentColumns("evidence.documents", Presence::kOptional)}),
  });
  return *kImport;
}

}  // namespace voucher::client
