#include "clients/cli/application_pages.h"

#include "clients/cli/progress_bar.h"
#include "ledger/base/proto_enum.h"

namespace voucher::cli {
namespace {

// How many applications there will be to read; 0 if the server does not say.
size_t CountApplications(const std::string& program_id, v1::ApplicationState state,
                         const client::Client& client) {
  v1::GetBudgetRequest request;
  request.set_program_id(program_id);
  const auto response = client.GetBudget(request);
  if (!response.ok()) return 0;
  size_t count = 0;
  for (const v1::ApplicationCount& counted : response->budget().applications()) {
    if (state == v1::APPLICATION_STATE_UNSPECIFIED || state == counted.state()) {
      count += counted.count();
    }
  }
  return count;
}

}  // namespace

Phase PhaseOf(v1::ApplicationState state) {
  switch (state) {
    case v1::APPLICATION_STATE_WAITLISTED:
    case v1::APPLICATION_STATE_COLLECTED:
    case v1::APPLICATION_STATE_SCORED:
      return Phase::kWaiting;
    case v1::APPLICATION_STATE_HELD:
    case v1::APPLICATION_STATE_RETURNED:
    case v1::APPLICATION_STATE_LISTED:
    case v1::APPLICATION_STATE_ON_NOTICE:
    case v1::APPLICATION_STATE_OBJECTED:
      return Phase::kHeld;
    case v1::APPLICATION_STATE_APPROVED:
    case v1::APPLICATION_STATE_ACCEPTED:
    case v1::APPLICATION_STATE_SETTLED:
      return Phase::kApproved;
    case v1::APPLICATION_STATE_UNSPECIFIED:
    case v1::APPLICATION_STATE_REJECTED:
    case v1::APPLICATION_STATE_WITHDRAWN:
    case v1::APPLICATION_STATE_PASSED_OVER:
    case v1::APPLICATION_STATE_LAPSED:
    case v1::APPLICATION_STATE_SUPERSEDED:
    case v1::APPLICATION_STATE_TERMINATED:
      VOUCHER_PROTO_SENTINELS(v1::ApplicationState)
      break;
  }
  return Phase::kEnded;
}

absl::StatusOr<ApplicationPages> ReadApplications(const std::string& program_id,
                                                  v1::ApplicationState state, Session& session) {
  const size_t total =
      session.err_is_terminal ? CountApplications(program_id, state, *session.client) : 0;
  ProgressBar bar("reading applications", total, session.err_is_terminal, session.err);
  v1::ListApplicationsRequest request;
  request.set_program_id(program_id);
  request.set_state(state);
  ApplicationPages read;
  const absl::Status status =
      ReadPages(&client::Client::ListApplications, request, *session.client,
                [&](const v1::ListApplicationsResponse& page) {
                  read.applications.insert(read.applications.end(), page.applications().begin(),
                                           page.applications().end());
                  read.span.Add(page.as_of_sequence());
                  bar.Advance(static_cast<size_t>(page.applications_size()));
                });
  if (!status.ok()) return status;
  return read;
}

}  // namespace voucher::cli
