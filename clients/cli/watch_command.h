// voucherctl's watches: what the server tells until somebody stops listening.
#pragma once

#include <cstdint>
#include <string>

#include "google/protobuf/message.h"

#include "clients/cli/session.h"

namespace voucher::cli {

// How far to follow the ledger.
struct WatchOptions {
  uint64_t from_sequence = 0;  // 0 is the first there is
  uint64_t count = 0;          // lines after which to stop; 0 never stops
};

// Each prints a line per message, entry or change, one JSON object with --json, until the server
// ends the watch, the reader of session.out goes away or `count` is reached; then session.err says
// how to resume. Broken connections are opened again where they broke. Return the exit code. Need
// session.client.
int WatchBudget(const std::string& program_id, int interval_ms, Session& session);
int WatchEntries(const WatchOptions& options, Session& session);
int WatchTransfers(const std::string& provider_id, const WatchOptions& options, Session& session);

// The same for any request of a server-streaming RPC, without end and always as JSON.
int WatchAsJson(const google::protobuf::Message& request, Session& session);

}  // namespace voucher::cli
