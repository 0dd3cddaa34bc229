// Protobuf fields as words on a command line and in a table.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

#include "voucher/v1/types.pb.h"

namespace voucher::cli {

// An instant as "2025-10-31 23:59:59.999 +08:00".
std::string InstantText(absl::Time instant);
absl::Time ToTime(const google::protobuf::Timestamp& timestamp);

// A value of an enum without the prefix that all its values share, as in "OPEN".
std::string EnumText(const google::protobuf::EnumValueDescriptor& value);

// A value of an enum by its short name; empty if it is unspecified or unknown.
template <typename Enum>
std::string ShortName(Enum value) {
  const auto* known = google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(value);
  return value == 0 || known == nullptr ? "" : EnumText(*known);
}

// A day as "2025-10-31", a month as "2025-10"; empty if unset.
std::string DateText(const v1::CivilDate& date);
std::string MonthText(const v1::CivilMonth& month);

// True if the type is shown in one cell: a scalar, an instant, a civil date or month, a duration.
bool IsLeaf(const google::protobuf::FieldDescriptor& field);
// True if values of the field line up at the right.
bool IsNumeric(const google::protobuf::FieldDescriptor& field);

// What a field is called for people: "granted_fen" is "granted", "program_id" is "program id".
std::string FieldLabel(const google::protobuf::FieldDescriptor& field);

// The field of a message as text: fen as yuan, scores as points, bytes in hexadecimal, repeated
// values with commas; empty if unset. The field must be a leaf.
std::string FieldText(const google::protobuf::Message& message,
                      const google::protobuf::FieldDescriptor& field);

// Sets the field at `path` ("facts.uscc") from text: amounts (*_fen) in yuan, enums by short name
// in any case, days as 2025-10-31, months as 2025-10, instants in RFC 3339, durations as 1h30m,
// scores in points (88.5), documents as KIND/SHA256/NUMBER, repeated fields with commas between
// (they are appended). INVALID_ARGUMENT, saying what is
// expected, if the text is not such a value. The path must exist and end at a leaf.
absl::Status SetField(absl::string_view path, absl::string_view text,
                      google::protobuf::Message* message);

}  // namespace voucher::cli
