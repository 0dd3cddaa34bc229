// Runs one friendly command: fills its request, calls, prints.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

#include "clients/cli/command_table.h"
#include "clients/cli/rpc.h"
#include "clients/cli/session.h"

namespace voucher::cli {

// Words given for a command: flag, then text. Flags left out are absent.
using Words = std::map<std::string, std::string>;

// The request that `words` describe, without a request_id. INVALID_ARGUMENT if a word is no value
// of its field or a file cannot be read.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> MakeRequest(const CommandSpec& spec,
                                                                       const Rpc& rpc,
                                                                       const Words& words,
                                                                       Session& session);

// True if a command's answer comes in pages, which Run follows up to `limit` rows.
bool IsPaged(const CommandSpec& spec);

// Returns the exit code. Needs session.client.
int Run(const CommandSpec& spec, const Words& words, int limit, Session& session);

// Gives the request an id if it has room for one and none is set: the session's or a fresh one.
// Returns it; empty if the request has no such field.
std::string EnsureRequestId(const Session& session, google::protobuf::Message* request);

// Prints an answer as --json wants it.
void PrintAnswer(const google::protobuf::Message& response, const std::vector<std::string>& columns,
                 Session& session);

}  // namespace voucher::cli
