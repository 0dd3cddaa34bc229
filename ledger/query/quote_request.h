// What a QuoteRequest may say.
#pragma once

#include "absl/status/status.h"

#include "voucher/v1/program_service.pb.h"

namespace voucher::query {

// INVALID_ARGUMENT naming every bad field: amounts outside their range, facts that rules cannot
// read (dates that do not exist, unknown enum values, no division code), hypothetical fields
// without facts.
absl::Status ValidateQuoteRequest(const v1::QuoteRequest& request);

}  // namespace voucher::query
