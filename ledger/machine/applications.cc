#include "ledger/machine/applications.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

#include "ledger/policy/division.h"

namespace voucher {

v1::Refusal ApplicationNotFound(uint64_t application_id) {
  return MakeRefusal(v1::REASON_APPLICATION_NOT_FOUND, {}, absl::StrCat(application_id));
}

bool IsOpenApplication(v1::ApplicationState state) {
  return state == v1::APPLICATION_STATE_HELD || state == v1::APPLICATION_STATE_LISTED;
}

bool MayReview(const Context& context, const rows::ApplicationRow& application,
               absl::string_view stage) {
  if (!context.HasRole(v1::ROLE_REVIEWER)) return true;
  const v1::Authority& who = context.authority;
  if (!who.stages().empty() && !absl::c_linear_search(who.stages(), stage)) return false;
  if (who.divisions().empty()) return true;
  const rows::EnterpriseRow* applicant =
      context.view.Find<tables::Enterprises>({application.enterprise()});
  return absl::c_any_of(who.divisions(), [&](const std::string& division) {
    return DivisionCovers(division, applicant->facts().division());
  });
}

void MoveApplication(uint64_t application_id, v1::ApplicationState to, Overlay* rows) {
  rows::ApplicationRow& row = rows->Edit<tables::Applications>({application_id});
  CountApplication(row.program(), row.state(), to, rows);
  row.set_state(to);
  if (to == v1::APPLICATION_STATE_REJECTED || to == v1::APPLICATION_STATE_WITHDRAWN) {
    for (const std::string& key : row.invoice_keys()) rows->Erase<tables::Invoices>({key});
  }
}

void CountApplication(uint32_t program, v1::ApplicationState from, v1::ApplicationState to,
                      Overlay* rows) {
  rows::TotalsRow& totals = rows->Edit<tables::Totals>({program});
  while (totals.applications_size() < v1::ApplicationState_ARRAYSIZE) totals.add_applications(0);
  if (from != v1::APPLICATION_STATE_UNSPECIFIED) {
    totals.set_applications(from, totals.applications(from) - 1);
  }
  totals.set_applications(to, totals.applications(to) + 1);
}

}  // namespace voucher
