// The calendar of deploy/calendars for tests.
#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "ledger/base/calendar.h"

namespace voucher {

// Reads lines "date,kind,name" with kind "holiday" or "workday" after one heading line; '#' begins
// a comment line. The years covered are stated by the caller, never inferred.
absl::StatusOr<Calendar> ReadCalendarCsv(const std::string& path, int first_year, int last_year);

}  // namespace voucher
