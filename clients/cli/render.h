// Messages as text for people and as JSON for programs.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "google/protobuf/message.h"

#include "voucher/v1/types.pb.h"

namespace voucher::cli {

// Prints protobuf JSON with the names of the contract, zeros included: indented, or on one line.
void PrintJson(const google::protobuf::Message& message, std::ostream& out);
std::string CompactJson(const google::protobuf::Message& message);

// Prints a response: its receipt as one line, other fields as "label  value" lines that align,
// nested messages indented, lists of messages as tables. `columns` are paths of fields within the
// rows of the first list ("rules.program_id"; the name of a oneof shows which of it is set); empty
// means every leaf.
void PrintMessage(const google::protobuf::Message& message, const std::vector<std::string>& columns,
                  std::ostream& out);

// "entry 12, queue number 5, received 2025-10-31 09:00:00 +08:00, recorded …".
std::string ReceiptText(const v1::Receipt& receipt);

}  // namespace voucher::cli
