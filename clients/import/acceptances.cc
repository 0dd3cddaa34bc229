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
           DocumentColumns("documents", Presence::kMayBeEmpty)}),
  });
  return *kImport;
}

}  // namespace voucher::client
