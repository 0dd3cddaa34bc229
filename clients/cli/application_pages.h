// All applications of a program, and what has become of each.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "clients/cli/pages.h"
#include "clients/cli/session.h"
#include "voucher/v1/application.pb.h"

namespace voucher::cli {

// Where an application's money is.
enum class Phase {
  kWaiting,   // WAITLISTED, COLLECTED, SCORED: wanted_fen, nothing reserved
  kHeld,      // HELD, RETURNED, LISTED, ON_NOTICE, OBJECTED: granted_fen reserved
  kApproved,  // APPROVED, ACCEPTED, SETTLED: approved_fen
  kEnded,     // everything else: nothing
};

Phase PhaseOf(v1::ApplicationState state);

// What was read.
struct ApplicationPages {
  std::vector<v1::Application> applications;  // in the server's order
  ReadSpan span;
};

// Reads all applications of a program, or those in one state (unspecified means all), with a
// progress bar on a terminal.
absl::StatusOr<ApplicationPages> ReadApplications(const std::string& program_id,
                                                  v1::ApplicationState state, Session& session);

}  // namespace voucher::cli
