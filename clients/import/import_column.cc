#include "clients/import/import_column.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "ledger/base/check.h"
#include "ledger/base/civil.h"
#include "ledger/base/money.h"
#include "ledger/base/sha256.h"
#include "ledger/base/text.h"
#include "ledger/validation/limits.h"

namespace voucher::client {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kMostKeyBytes = 128;

// "ENTERPRISE_SIZE_" of EnterpriseSize.
absl::string_view PrefixOf(const EnumDescriptor& type) {
  return absl::StripSuffix(type.value(0)->name(), "UNSPECIFIED");
}

void PutText(std::string text, const FieldDescriptor* field, Message* parent) {
  const Reflection& reflection = *parent->GetReflection();
  if (field->is_repeated()) {
    reflection.AddString(parent, field, std::move(text));
  } else {
    reflection.SetString(parent, field, std::move(text));
  }
}

template <typename Integer>
bool ParseNumber(absl::string_view cell, Integer* value) {
  return IsDigits(cell) && absl::SimpleAtoi(cell, value);
}

std::string ReadNumber(absl::string_view cell, const FieldDescriptor* field, Message* parent) {
  constexpr char kForm[] = "a whole number without sign and separators";
  const Reflection& reflection = *parent->GetReflection();
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    int64_t value = 0;
    if (!ParseNumber(cell, &value)) return kForm;
    reflection.SetInt64(parent, field, value);
    return "";
  }
  VOUCHER_CHECK(field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64) << field->full_name();
  uint64_t value = 0;
  if (!ParseNumber(cell, &value)) return kForm;
  if (field->is_repeated()) {
    reflection.AddUInt64(parent, field, value);
  } else {
    reflection.SetUInt64(parent, field, value);
  }
  return "";
}

std::string ReadName(absl::string_view cell, const FieldDescriptor* field, Message* parent) {
  const EnumDescriptor& type = *field->enum_type();
  const EnumValueDescriptor* value =
      type.FindValueByName(absl::StrCat(PrefixOf(type), absl::AsciiStrToUpper(cell)));
  if (value == nullptr || value->number() == 0) return absl::StrCat("one of ", NamesOf(field));
  parent->GetReflection()->SetEnum(parent, field, value);
  return "";
}

std::string ReadDay(absl::string_view cell, const FieldDescriptor* field, Message* parent) {
  const std::optional<CivilDay> day = ParseIsoDate(cell);
  if (!day) return "a day such as 2025-10-31";
  Message* date = parent->GetReflection()->MutableMessage(parent, field);
  date->CopyFrom(ToCivilDate(*day));
  return "";
}

}  // namespace

std::string ReadByType(absl::string_view cell, const FieldDescriptor* field, Message* parent) {
  switch (field->type()) {
    case FieldDescriptor::TYPE_STRING:
      PutText(std::string(cell), field, parent);
      return "";
    case FieldDescriptor::TYPE_BYTES: {
      std::optional<std::string> bytes = FromHex(cell);
      if (!bytes) return "hexadecimal digits, as sha256sum prints them";
      PutText(*std::move(bytes), field, parent);
      return "";
    }
    case FieldDescriptor::TYPE_BOOL:
      parent->GetReflection()->SetBool(parent, field, cell == "true");
      return LookAtFlag(cell, field, parent);
    case FieldDescriptor::TYPE_ENUM:
      return ReadName(cell, field, parent);
    case FieldDescriptor::TYPE_MESSAGE:
      VOUCHER_CHECK(field->message_type() == v1::CivilDate::descriptor()) << field->full_name();
      return ReadDay(cell, field, parent);
    default:
      return ReadNumber(cell, field, parent);
  }
}

std::string ReadPoints(absl::string_view cell, const FieldDescriptor* field, Message* parent) {
  // Read as yuan are, but without separators of thousands: "0,050" would be 50 points.
  const std::optional<int64_t> hundredths = ParseYuan(cell);
  if (absl::StrContains(cell, ',') || !hundredths || *hundredths < 1 || *hundredths > kMaxScore) {
    return "points from 0.01 to 100 with at most two decimals, as in 88.5";
  }
  parent->GetReflection()->SetInt32(parent, field, static_cast<int32_t>(*hundredths));
  return "";
}

std::string ReadTexts(absl::string_view cell, const FieldDescriptor* field, Message* parent) {
  for (const absl::string_view text : absl::StrSplit(cell, ';')) {
    PutText(std::string(text), field, parent);
  }
  return "";
}

std::string LookAtFlag(absl::string_view cell, const FieldDescriptor*, Message*) {
  return cell == "true" || cell == "false" ? "" : "true or false";
}

std::string LookAtText(absl::string_view cell, const FieldDescriptor*, Message*) {
  const bool fits = !cell.empty() && cell.size() <= kMostKeyBytes && IsOneLineText(cell);
  return fits ? "" : absl::StrCat("1 to ", kMostKeyBytes, " bytes of text on one line");
}

ImportColumn RepeatsColumn() {
  return {"repeats", Presence::kOptional, "repeats",
          "entry that booked the same before, where the row repeats it on purpose"};
}

ImportColumn SandboxColumn() {
  return {"sandbox", Presence::kOptional, "sandbox",
          "true records it for the world of sandboxes only"};
}

std::vector<ImportColumn> Joined(std::initializer_list<std::vector<ImportColumn>> parts) {
  std::vector<ImportColumn> columns;
  for (const auto& part : parts) columns.insert(columns.end(), part.begin(), part.end());
  return columns;
}

std::string NamesOf(const FieldDescriptor* field) {
  if (field == nullptr || field->type() != FieldDescriptor::TYPE_ENUM) return "";
  const EnumDescriptor& type = *field->enum_type();
  std::vector<absl::string_view> names;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    names.push_back(absl::StripPrefix(type.value(i)->name(), PrefixOf(type)));
  }
  return absl::StrJoin(names, ", ");
}

}  // namespace voucher::client
