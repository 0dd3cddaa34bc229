#include "clients/import/evidence.h"
#include "clients/import/imports.h"

namespace voucher::client {

const ImportOf<v1::AcceptProjectRequest>& AcceptanceImport() {
  static const auto* const kImport = new ImportOf<v1::AcceptProjectRequest>({
      .kind = "acceptances",
      .help = "record acceptances of projects",
      .key = {"application_id"},
      .runs = true,
      .columns = Joined(
          {{{"application_id", Presence::kRequired, "application_id", "number of the application"}},
           DocumentColumns("documents", Presence::kMayBeEmpty),
           {{"actual_cost_fen", Presence::kOptional, "actual_cost_fen",
             "what the project cost, in whole fen; needed in a cluster's plan"}}}),
  });
  return *kImport;
}

}  // namespace voucher::client
