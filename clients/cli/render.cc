#include "clients/cli/render.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/util/json_util.h"

#include "clients/cli/field_text.h"
#include "clients/cli/table.h"

namespace voucher::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using google::protobuf::Reflection;

constexpr size_t kIndent = 2;

std::string Unit(const FieldDescriptor& field) {
  return absl::EndsWith(field.name(), "_fen") ? " yuan" : "";
}

// One column of a table of messages: the way to a leaf, or to a oneof.
class ColumnPath {
 public:
  explicit ColumnPath(std::vector<const FieldDescriptor*> steps) : steps_(std::move(steps)) {}

  // A path that does not exist is a mistake in our own command table.
  static ColumnPath Resolve(const Descriptor* type, absl::string_view path) {
    std::vector<const FieldDescriptor*> steps;
    const OneofDescriptor* oneof = nullptr;
    for (absl::string_view name : absl::StrSplit(path, '.')) {
      if (const auto* field = type->FindFieldByName(std::string(name))) {
        steps.push_back(field);
        type = field->message_type();
      } else {
        oneof = type->FindOneofByName(std::string(name));
      }
    }
    ColumnPath column(std::move(steps));
    column.oneof_ = oneof;
    return column;
  }

  Table::Column Header() const {
    if (oneof_ != nullptr) return {oneof_->name(), Table::kLeft};
    const FieldDescriptor& leaf = *steps_.back();
    return {absl::StrCat(FieldLabel(leaf), Unit(leaf).empty() ? "" : " (yuan)"),
            IsNumeric(leaf) ? Table::kRight : Table::kLeft};
  }

  std::string Text(const Message& row) const {
    const Message* message = &row;
    for (const FieldDescriptor* step : steps_) {
      if (IsLeaf(*step)) return FieldText(*message, *step);
      if (!message->GetReflection()->HasField(*message, step)) return "";
      message = &message->GetReflection()->GetMessage(*message, step);
    }
    if (oneof_ == nullptr) return "";
    const FieldDescriptor* set =
        message->GetReflection()->GetOneofFieldDescriptor(*message, oneof_);
    return set == nullptr ? "" : set->name();
  }

 private:
  std::vector<const FieldDescriptor*> steps_;
  const OneofDescriptor* oneof_ = nullptr;
};

// Every leaf of a type, those of nested messages included; lists of messages are left out.
void AddLeaves(const Descriptor& type, std::vector<const FieldDescriptor*> way,
               std::vector<ColumnPath>* columns) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    way.push_back(field);
    if (IsLeaf(*field)) {
      columns->push_back(ColumnPath(way));
    } else if (!field->is_repeated() && way.size() < 3) {
      AddLeaves(*field->message_type(), way, columns);
    }
    way.pop_back();
  }
}

void PrintRows(const Message& message, const FieldDescriptor& list,
               const std::vector<std::string>& paths, size_t indent, std::ostream& out) {
  std::vector<ColumnPath> columns;
  for (const std::string& path : paths) {
    columns.push_back(ColumnPath::Resolve(list.message_type(), path));
  }
  if (paths.empty()) AddLeaves(*list.message_type(), {}, &columns);

  std::vector<Table::Column> headers;
  for (const ColumnPath& column : columns) headers.push_back(column.Header());
  Table table(std::move(headers));
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < reflection.FieldSize(message, &list); ++i) {
    const Message& row = reflection.GetRepeatedMessage(message, &list, i);
    std::vector<std::string> cells;
    for (const ColumnPath& column : columns) cells.push_back(column.Text(row));
    table.AddRow(std::move(cells));
  }
  table.Print(out, indent);
}

// A field worth a line: set, or a number of which zero is news.
bool IsShown(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  if (field.is_repeated()) return reflection.FieldSize(message, &field) > 0;
  if (field.real_containing_oneof() != nullptr) return reflection.HasField(message, &field);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    return reflection.HasField(message, &field);
  }
  return !FieldText(message, field).empty();
}

// True if a row of the type would not fit into a table: it holds a list of messages itself.
bool HoldsList(const Descriptor& type) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->is_repeated() && !IsLeaf(*type.field(i))) return true;
  }
  return false;
}

void PrintFields(const Message& message, const std::vector<std::string>& columns, size_t indent,
                 std::ostream& out) {
  const Descriptor& type = *message.GetDescriptor();
  std::vector<const FieldDescriptor*> shown;
  size_t width = 0;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->name() == "next_page_token" || !IsShown(message, *field)) continue;
    shown.push_back(field);
    if (IsLeaf(*field)) width = std::max(width, FieldLabel(*field).size());
  }
  const Reflection& reflection = *message.GetReflection();
  for (const FieldDescriptor* field : shown) {
    const std::string label = FieldLabel(*field);
    if (IsLeaf(*field)) {
      out << std::string(indent, ' ') << label << std::string(width - label.size() + 2, ' ')
          << FieldText(message, *field) << Unit(*field) << "\n";
    } else if (field->is_repeated()) {
      out << std::string(indent, ' ') << label << ":\n";
      if (columns.empty() && HoldsList(*field->message_type())) {
        for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
          PrintFields(reflection.GetRepeatedMessage(message, field, i), {}, indent + kIndent, out);
        }
      } else {
        PrintRows(message, *field, columns, indent + kIndent, out);
      }
    } else {
      const Message& nested = reflection.GetMessage(message, field);
      if (const auto* receipt = dynamic_cast<const v1::Receipt*>(&nested)) {
        out << std::string(indent, ' ') << label << ": " << ReceiptText(*receipt) << "\n";
        continue;
      }
      out << std::string(indent, ' ') << label << ":\n";
      PrintFields(nested, {}, indent + kIndent, out);
    }
  }
}

// The list that a List response is about: its only list of messages, beside leaves only.
const FieldDescriptor* OnlyList(const Descriptor& type) {
  const FieldDescriptor* list = nullptr;
  for (int i = 0; i < type.field_count(); ++i) {
    if (IsLeaf(*type.field(i))) continue;
    if (list != nullptr || !type.field(i)->is_repeated()) return nullptr;
    list = type.field(i);
  }
  return list;
}

google::protobuf::util::JsonPrintOptions JsonOptions(bool indented) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = indented;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  return options;
}

}  // namespace

void PrintJson(const Message& message, std::ostream& out) {
  std::string json;
  // Fails only for Any of unknown types, which the contract has not.
  (void)google::protobuf::util::MessageToJsonString(message, &json, JsonOptions(true));
  out << json;
}

std::string CompactJson(const Message& message) {
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(message, &json, JsonOptions(false));
  return json;
}

void PrintMessage(const Message& message, const std::vector<std::string>& columns,
                  std::ostream& out) {
  const FieldDescriptor* list = OnlyList(*message.GetDescriptor());
  const bool is_page = list != nullptr &&
                       absl::EndsWith(message.GetDescriptor()->name(), "Response") &&
                       (message.GetDescriptor()->FindFieldByName("next_page_token") != nullptr ||
                        message.GetDescriptor()->FindFieldByName("next_sequence") != nullptr);
  if (!is_page) {
    PrintFields(message, columns, 0, out);
    return;
  }
  const int rows = message.GetReflection()->FieldSize(message, list);
  if (rows > 0) PrintRows(message, *list, columns, 0, out);
  out << "(" << rows << (rows == 1 ? " row)" : " rows)") << "\n";
}

std::string ReceiptText(const v1::Receipt& receipt) {
  std::string text = absl::StrCat("entry ", receipt.sequence());
  if (receipt.queue_number() > 0) {
    absl::StrAppend(&text, ", queue number ",
                    FormatCount(static_cast<int64_t>(receipt.queue_number())));
  }
  absl::StrAppend(&text, ", received ", InstantText(ToTime(receipt.received_at())), ", recorded ",
                  InstantText(ToTime(receipt.recorded_at())));
  return text;
}

}  // namespace voucher::cli
