// voucherctl call: any RPC, request and answer as protobuf JSON.
#pragma once

#include <string>

#include "clients/cli/session.h"

namespace voucher::cli {

// Calls `rpc` ("Service/Method") with `data`: JSON, "@FILE", or "-" for standard input; empty means
// an empty request. For StreamRedeem the data holds one request a line, answered one by one; a
// watch prints one message a line until it ends. An empty request_id of a mutation is filled in.
// Returns the exit code. Needs session.client.
int CallByName(const std::string& rpc, const std::string& data, Session& session);

// Publishes the working-day calendar of a CSV file for years that it says nothing about itself,
// unless the one in force says the same, and tells how the days compare with those.
// Returns the exit code.
int PublishCalendar(const std::string& file, int first_year, int last_year, Session& session);

}  // namespace voucher::cli
