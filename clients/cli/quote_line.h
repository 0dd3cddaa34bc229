// Hypothetical applications, one JSON object a line, and their answers.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "voucher/v1/program_service.pb.h"

namespace voucher::cli {

// A line as read.
struct QuoteLine {
  std::string id_json;  // the id as it stands in the line, quotes included
  v1::QuoteRequest request;
};

// Reads a line:
//   {"id": "a", "program": "hubei-2025", "item": "resource",
//    "received_at": "2025-04-29T22:10:18.000+08:00",
//    "enterprise": {"uscc": "…", "division": "420100", "size": "MICRO", "industry": "INDUSTRIAL",
//      "registered_on": "2020-03-15", "is_cloud_provider": false, "prior_year_revenue_fen": 1,
//      "incidents": [{"kind": "SAFETY", "date": "2020-03-07", "severity": "MAJOR"}],
//      "listings": ["JOINT_PUNISHMENT"], "blacklisted": false},
//    "project": {"other_funding": false, "completed_prior_year": true},
//    "spend_fen": 500000001, "already_granted_fen": 0}
// Left out, flags are false, amounts but spend_fen 0, lists empty and an incident's severity is not
// stated. "expect" is ignored; any other unknown name is an error, since a fact that is not read
// could change the answer. INVALID_ARGUMENT naming the first bad field.
absl::StatusOr<QuoteLine> ParseQuoteLine(absl::string_view line);

// {"id":…,"grant_fen":…}, or {"id":…,"reject":"REASON"} with "rules":[…] for NOT_ELIGIBLE.
std::string QuoteAnswer(const std::string& id_json, int64_t grant_fen);
std::string QuoteAnswer(const std::string& id_json, const v1::Refusal& refusal);

}  // namespace voucher::cli
