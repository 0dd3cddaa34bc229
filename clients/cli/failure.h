// Failed calls, told to people and to programs.
#pragma once

#include <string>

#include "absl/status/status.h"

#include "clients/cli/exit_code.h"
#include "clients/cli/session.h"
#include "clients/cpp/refused.h"

namespace voucher::cli {

// The exit code of a failed call.
ExitCode ExitCodeOf(const absl::Status& status);

// "BUDGET_EXHAUSTED".
std::string ReasonText(v1::Reason reason);

// "region" from ELIGIBILITY_RULE_REGION, as in design and vectors.
std::string RuleText(v1::EligibilityRule rule);

// Prints a refusal with reason, both sentences, clause, rules, numbers and receipt.
void PrintRefused(const client::Refused& refused, std::ostream& out);

// Prints why a call failed: on session.err, or as one JSON object on session.out with --json.
// `request_id` is named where repeating the request makes sense. Returns the exit code.
int PrintFailure(const absl::Status& status, const std::string& request_id, Session& session);

// Complains about wrong usage or input on session.err; returns kMalformed.
int Malformed(absl::string_view what, Session& session);

}  // namespace voucher::cli
