// A column of a CSV import: the one place that says what it is called, what it means and where its
// cells go.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace voucher::client {

// Puts a cell into `field` of `parent`, both as the column's path says; without a path `field` is
// null and the cell is only looked at. Returns what the cell must be if it cannot be read, as in "a
// day such as 2025-10-31", or nothing. Whether the value may stand there is not asked: that is for
// ledger/validation.
using ReadCell = std::string (*)(absl::string_view cell,
                                 const google::protobuf::FieldDescriptor* field,
                                 google::protobuf::Message* parent);

// By the type of the field: text as it stands; whole numbers; true or false; enums by short name in
// any case; days as 2025-10-31; bytes in hexadecimal. A repeated field gets one more element.
std::string ReadByType(absl::string_view cell, const google::protobuf::FieldDescriptor* field,
                       google::protobuf::Message* parent);
// Points such as 88.5 in hundredths; 0 would say that there are none.
std::string ReadPoints(absl::string_view cell, const google::protobuf::FieldDescriptor* field,
                       google::protobuf::Message* parent);
// Texts with ';' between.
std::string ReadTexts(absl::string_view cell, const google::protobuf::FieldDescriptor* field,
                      google::protobuf::Message* parent);
// true or false, for a column that fills no field.
std::string LookAtFlag(absl::string_view cell, const google::protobuf::FieldDescriptor* field,
                       google::protobuf::Message* parent);
// 1 to 128 bytes of text on one line, for a column that fills no field.
std::string LookAtText(absl::string_view cell, const google::protobuf::FieldDescriptor* field,
                       google::protobuf::Message* parent);

// What a file must have of a column.
enum class Presence {
  kRequired,    // in the header, and every cell is filled
  kMayBeEmpty,  // in the header
  kOptional,    // nothing
};

struct ImportColumn {
  std::string name;
  Presence presence = Presence::kRequired;
  // The field of the request that the cells fill, as in "facts.uscc"; empty if none.
  //
  // "cluster.members[].uscc" is of a list to which every row adds one element, unless all its
  // columns are empty. A message in that element, as in "evidence.invoices[].order.order_number",
  // is there if one of its own columns is filled. "evidence.documents[CONTRACT].number" is of a
  // list whose element has this kind; it stands once in a request.
  std::string field;
  // What the cells hold. Stands in --help and behind every complaint; names of enums are added.
  std::string help;
  ReadCell read = &ReadByType;
};

// The column of files of acts that says that a row repeats an act on purpose.
ImportColumn RepeatsColumn();
// The column that says that a row is for sandboxes.
ImportColumn SandboxColumn();

// Columns of a file that come from several places.
std::vector<ImportColumn> Joined(std::initializer_list<std::vector<ImportColumn>> parts);

// What an enum's values are called, less the prefix that all share and without UNSPECIFIED, with
// ", " between; empty for fields of other types.
std::string NamesOf(const google::protobuf::FieldDescriptor* field);

}  // namespace voucher::client
