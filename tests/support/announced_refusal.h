// The refusals of a verb against the options of its RPC in proto/, for tests that decide.
#pragma once

#include <string>
#include <vector>

#include "google/protobuf/message.h"

#include "voucher/v1/entry.pb.h"

namespace voucher::testing {

// Empty if the options of the RPC of the entry's verb name the reason of its refusal, or if it has
// none; else a sentence. Timers have no RPC and are refused by nothing.
std::string UnannouncedRefusal(const v1::Entry& entry);

// The reasons that the options of the RPC with this request name.
std::vector<v1::Reason> AnnouncedRefusals(const google::protobuf::Message& request);

}  // namespace voucher::testing
