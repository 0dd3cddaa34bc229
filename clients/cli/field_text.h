// Protobuf fields as words on a command line and in a table.
#ifndef CLIENTS_CLI_FIELD_TEXT_H_
#define CLIENTS_CLI_FIELD_TEXT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

namespace voucher::cli {

// An instant as "2025-10-31 23:59:59.999 +08:00".
std::string InstantText(absl::Time instant);
absl::Time ToTime(const google::protobuf::Timestamp& timestamp);

// A value of an enum without the prefix that all its values share, as in "OPEN".
std::string EnumText(const google::protobuf::EnumValueDescriptor& value);

// True if the type is shown in one cell: a scalar, an instant, a civil date, a duration.
bool IsLeaf(const google::protobuf::FieldDescriptor& field);
// True if values of the field line up at the right.
bool IsNumeric(const google::protobuf::FieldDescriptor& field);

// What a field is called for people: "granted_fen" is "granted", "program_id" is "program id".
std::string FieldLabel(const google::protobuf::FieldDescriptor& field);

// The field of a message as text: fen as yuan, bytes in hexadecimal, repeated values with commas;
// empty if unset. The field must be a leaf.
std::string FieldText(const google::protobuf::Message& message,
                      const google::protobuf::FieldDescriptor& field);

// Sets the field at `path` ("facts.uscc") from text: amounts (*_fen) in yuan, enums by short name
// in any case, days as 2025-10-31, instants in RFC 3339, durations as 1h30m,
// repeated fields with commas between (they are appended). INVALID_ARGUMENT, saying what is
// expected, if the text is not such a value. The path must exist and end at a leaf.
absl::Status SetField(absl::string_view path, absl::string_view text,
                      google::protobuf::Message* message);

}  // namespace voucher::cli

#endif  // CLIENTS_CLI_FIELD_TEXT_H_
