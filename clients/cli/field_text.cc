#include "clients/cli/field_text.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/duration.pb.h"

#include "ledger/base/civil.h"
#include "ledger/base/money.h"
#include "ledger/base/sha256.h"
#include "ledger/validation/limits.h"

namespace voucher::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kMostBytesShown = 64;

bool IsFen(const FieldDescriptor& field) {
  return absl::EndsWith(field.name(), "_fen");
}

// Scores are hundredths of a point.
bool IsPoints(const FieldDescriptor& field) {
  return field.name() == "score";
}

bool IsUnixNanos(const FieldDescriptor& field) {
  return absl::EndsWith(field.name(), "_unix_ns");
}

size_t EnumPrefix(const EnumDescriptor& type) {
  const absl::string_view zero = type.value(0)->name();
  return zero.size() - (absl::EndsWith(zero, "UNSPECIFIED") ? 11 : zero.size());
}

bool IsValueMessage(const Descriptor& type) {
  return type.full_name() == "google.protobuf.Timestamp" ||
         type.full_name() == "google.protobuf.Duration" ||
         type.full_name() == v1::CivilDate::descriptor()->full_name() ||
         type.full_name() == v1::CivilMonth::descriptor()->full_name();
}

std::string IntegerText(int64_t value, const FieldDescriptor& field) {
  if (IsFen(field)) return FormatYuan(value);
  if (IsUnixNanos(field)) return value == 0 ? "" : InstantText(absl::FromUnixNanos(value));
  if (IsPoints(field)) return value == 0 ? "" : FormatYuan(value);
  if (absl::EndsWith(field.name(), "_bps")) return absl::StrCat(FormatYuan(value), " %");
  return absl::StrCat(value);
}

// Ids, queue numbers and ranks count from 1: 0 says that there is none.
std::string CountText(uint64_t value, const FieldDescriptor& field) {
  const bool from_1 = absl::EndsWith(field.name(), "_id") || field.name() == "queue_number" ||
                      field.name() == "rank";
  return from_1 && value == 0 ? "" : absl::StrCat(value);
}

std::string BytesText(const std::string& bytes) {
  if (bytes.size() > kMostBytesShown) return absl::StrCat(bytes.size(), " bytes");
  return absl::BytesToHexString(bytes);
}

std::string ValueMessageText(const Message& value) {
  if (const auto* date = dynamic_cast<const v1::CivilDate*>(&value)) {
    return DateText(*date);
  }
  if (const auto* month = dynamic_cast<const v1::CivilMonth*>(&value)) {
    return MonthText(*month);
  }
  if (const auto* instant = dynamic_cast<const google::protobuf::Timestamp*>(&value)) {
    return InstantText(ToTime(*instant));
  }
  const auto& duration = dynamic_cast<const google::protobuf::Duration&>(value);
  return absl::FormatDuration(absl::Seconds(duration.seconds()) +
                              absl::Nanoseconds(duration.nanos()));
}

std::string OneText(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return IntegerText(repeated ? reflection.GetRepeatedInt32(message, &field, index)
                                  : reflection.GetInt32(message, &field),
                         field);
    case FieldDescriptor::CPPTYPE_INT64:
      return IntegerText(repeated ? reflection.GetRepeatedInt64(message, &field, index)
                                  : reflection.GetInt64(message, &field),
                         field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return CountText(repeated ? reflection.GetRepeatedUInt32(message, &field, index)
                                : reflection.GetUInt32(message, &field),
                       field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return CountText(repeated ? reflection.GetRepeatedUInt64(message, &field, index)
                                : reflection.GetUInt64(message, &field),
                       field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return (repeated ? reflection.GetRepeatedBool(message, &field, index)
                       : reflection.GetBool(message, &field))
                 ? "yes"
                 : "no";
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = repeated ? reflection.GetRepeatedEnum(message, &field, index)
                                   : reflection.GetEnum(message, &field);
      return value->number() == 0 ? "" : EnumText(*value);
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = repeated ? reflection.GetRepeatedString(message, &field, index)
                                        : reflection.GetString(message, &field);
      return field.type() == FieldDescriptor::TYPE_BYTES ? BytesText(text) : text;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (repeated) return ValueMessageText(reflection.GetRepeatedMessage(message, &field, index));
      if (!reflection.HasField(message, &field)) return "";
      return ValueMessageText(reflection.GetMessage(message, &field));
    default:
      return "";
  }
}

absl::Status Expected(const FieldDescriptor& field, absl::string_view what,
                      absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat(field.name(), ": expected ", what, ", got '", text, "'"));
}

absl::Status SetDocument(const FieldDescriptor& field, absl::string_view text,
                         v1::Document* document) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits('/', 2));
  v1::DocumentKind kind = v1::DOCUMENT_KIND_UNSPECIFIED;
  const std::optional<std::string> sha256 = parts.size() == 3 ? FromHex(parts[1]) : std::nullopt;
  if (!sha256 || sha256->size() != kHashSize || parts[2].empty() ||
      !v1::DocumentKind_Parse(absl::StrCat("DOCUMENT_KIND_", absl::AsciiStrToUpper(parts[0])),
                              &kind)) {
    return Expected(
        field, "KIND/SHA256/NUMBER such as ACCEPTANCE_REPORT/64 hexadecimal digits/YS-1", text);
  }
  document->set_kind(kind);
  document->set_sha256(*sha256);
  document->set_number(std::string(parts[2]));
  return absl::OkStatus();
}

absl::Status SetValueMessage(const FieldDescriptor& field, absl::string_view text, Message* value) {
  if (auto* document = dynamic_cast<v1::Document*>(value)) {
    return SetDocument(field, text, document);
  }
  if (auto* month = dynamic_cast<v1::CivilMonth*>(value)) {
    absl::CivilMonth parsed;
    if (!absl::ParseCivilTime(text, &parsed) || absl::FormatCivilTime(parsed) != text) {
      return Expected(field, "a month such as 2025-09", text);
    }
    month->set_year(static_cast<int32_t>(parsed.year()));
    month->set_month(parsed.month());
    return absl::OkStatus();
  }
  if (auto* date = dynamic_cast<v1::CivilDate*>(value)) {
    const std::optional<CivilDay> day = ParseIsoDate(text);
    if (!day) return Expected(field, "a day such as 2025-10-31", text);
    *date = ToCivilDate(*day);
    return absl::OkStatus();
  }
  if (auto* instant = dynamic_cast<google::protobuf::Timestamp*>(value)) {
    absl::Time time;
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error) ||
        time == absl::InfiniteFuture() || time == absl::InfinitePast()) {
      return Expected(field, "an instant such as 2025-10-31T23:59:59.999+08:00", text);
    }
    const int64_t seconds = absl::ToUnixSeconds(time);
    instant->set_seconds(seconds);
    instant->set_nanos(
        static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
    return absl::OkStatus();
  }
  auto& duration = dynamic_cast<google::protobuf::Duration&>(*value);
  absl::Duration parsed;
  if (!absl::ParseDuration(text, &parsed) || parsed == absl::InfiniteDuration() ||
      parsed == -absl::InfiniteDuration()) {
    return Expected(field, "a time span such as 30s or 1h30m", text);
  }
  absl::Duration rest;
  duration.set_seconds(absl::IDivDuration(parsed, absl::Seconds(1), &rest));
  duration.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return absl::OkStatus();
}

template <typename Integer>
absl::Status ParseInteger(const FieldDescriptor& field, absl::string_view text, Integer* value) {
  if (absl::SimpleAtoi(text, value)) return absl::OkStatus();
  return Expected(field, "a whole number", text);
}

absl::Status SetInt64(const FieldDescriptor& field, absl::string_view text, Message* message) {
  int64_t value = 0;
  if (IsFen(field)) {
    const std::optional<int64_t> fen = ParseYuan(text);
    if (!fen) return Expected(field, "an amount in yuan such as 1,234.56", text);
    value = *fen;
  } else if (absl::Status status = ParseInteger(field, text, &value); !status.ok()) {
    return status;
  }
  message->GetReflection()->SetInt64(message, &field, value);
  return absl::OkStatus();
}

absl::Status SetPoints(const FieldDescriptor& field, absl::string_view text, Message* message) {
  const std::optional<int64_t> hundredths = ParseYuan(text);
  if (!hundredths || *hundredths < 0 || *hundredths > kMaxScore) {
    return Expected(field, "points up to 100 such as 88.5", text);
  }
  message->GetReflection()->SetInt32(message, &field, static_cast<int32_t>(*hundredths));
  return absl::OkStatus();
}

absl::Status SetEnum(const FieldDescriptor& field, absl::string_view text, Message* message) {
  const EnumDescriptor& type = *field.enum_type();
  const size_t prefix = EnumPrefix(type);
  const auto* value = type.FindValueByName(absl::StrCat(
      absl::string_view(type.value(0)->name()).substr(0, prefix), absl::AsciiStrToUpper(text)));
  if (value == nullptr || value->number() == 0) {
    std::vector<std::string> names;
    for (int i = 1; i < type.value_count(); ++i) names.push_back(EnumText(*type.value(i)));
    return Expected(field, absl::StrCat("one of ", absl::StrJoin(names, ", ")), text);
  }
  if (field.is_repeated()) {
    message->GetReflection()->AddEnum(message, &field, value);
  } else {
    message->GetReflection()->SetEnum(message, &field, value);
  }
  return absl::OkStatus();
}

absl::Status SetString(const FieldDescriptor& field, absl::string_view text, Message* message) {
  if (field.is_repeated()) {
    message->GetReflection()->AddString(message, &field, std::string(text));
  } else {
    message->GetReflection()->SetString(message, &field, std::string(text));
  }
  return absl::OkStatus();
}

absl::Status SetOne(const FieldDescriptor& field, absl::string_view text, Message* message) {
  const Reflection& reflection = *message->GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64:
      return SetInt64(field, text, message);
    case FieldDescriptor::CPPTYPE_INT32: {
      int32_t value = 0;
      if (IsPoints(field)) return SetPoints(field, text, message);
      absl::Status status = ParseInteger(field, text, &value);
      if (status.ok()) reflection.SetInt32(message, &field, value);
      return status;
    }
    case FieldDescriptor::CPPTYPE_UINT64: {
      uint64_t value = 0;
      absl::Status status = ParseInteger(field, text, &value);
      if (status.ok()) reflection.SetUInt64(message, &field, value);
      return status;
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return Expected(field, "true or false", text);
      reflection.SetBool(message, &field, text == "true");
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(field, text, message);
    case FieldDescriptor::CPPTYPE_STRING:
      return SetString(field, text, message);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return SetValueMessage(field, text,
                             field.is_repeated() ? reflection.AddMessage(message, &field)
                                                 : reflection.MutableMessage(message, &field));
    default:
      return Expected(field, "another type of field", text);
  }
}

}  // namespace

std::string InstantText(absl::Time instant) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%E*S %Ez", instant, absl::FixedTimeZone(8 * 60 * 60));
}

absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

std::string EnumText(const google::protobuf::EnumValueDescriptor& value) {
  return value.name().substr(EnumPrefix(*value.type()));
}

std::string DateText(const v1::CivilDate& date) {
  if (date.year() == 0) return "";
  return absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(), date.day());
}

std::string MonthText(const v1::CivilMonth& month) {
  if (month.year() == 0) return "";
  return absl::StrFormat("%04d-%02d", month.year(), month.month());
}

bool IsLeaf(const FieldDescriptor& field) {
  return field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE ||
         IsValueMessage(*field.message_type());
}

bool IsNumeric(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return !field.is_repeated() && !IsUnixNanos(field);
    default:
      return false;
  }
}

std::string FieldLabel(const FieldDescriptor& field) {
  absl::string_view name = field.name();
  for (absl::string_view unit : {"_fen", "_bps", "_unix_ns"}) {
    if (absl::ConsumeSuffix(&name, unit)) break;
  }
  return absl::StrReplaceAll(name, {{"_", " "}});
}

std::string FieldText(const Message& message, const FieldDescriptor& field) {
  if (!field.is_repeated()) return OneText(message, field, 0);
  std::vector<std::string> texts;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    texts.push_back(OneText(message, field, i));
  }
  return absl::StrJoin(texts, ", ");
}

absl::Status SetField(absl::string_view path, absl::string_view text, Message* message) {
  std::vector<std::string> steps = absl::StrSplit(path, '.');
  for (size_t i = 0; i + 1 < steps.size(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(steps[i]);
    message = message->GetReflection()->MutableMessage(message, field);
  }
  const FieldDescriptor& field = *message->GetDescriptor()->FindFieldByName(steps.back());
  if (!field.is_repeated()) return SetOne(field, text, message);
  for (absl::string_view one : absl::StrSplit(text, ',')) {
    if (absl::Status status = SetOne(field, one, message); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace voucher::cli
