#include "ledger/validation/field_checker.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/unknown_field_set.h"

#include "ledger/base/division.h"
#include "ledger/base/money.h"
#include "ledger/base/sha256.h"
#include "ledger/base/text.h"
#include "ledger/base/uscc.h"

namespace voucher {
namespace {

constexpr absl::string_view kNoInstant = "must be a valid instant of the years 1677 to 2262";

bool IsStageId(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxStageIdSize &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Whether there is an unknown field at any depth. Most messages have none, so this builds no lists
// and no paths.
bool HasUnknownFields(const Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) return true;
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      if (reflection.HasField(message, field) &&
          HasUnknownFields(reflection.GetMessage(message, field))) {
        return true;
      }
      continue;
    }
    const int size = reflection.FieldSize(message, field);
    for (int element = 0; element < size; ++element) {
      if (HasUnknownFields(reflection.GetRepeatedMessage(message, field, element))) return true;
    }
  }
  return false;
}

}  // namespace

void FieldChecker::Fail(absl::string_view field, absl::string_view description) {
  problems_->push_back({Path(field), std::string(description)});
}

void FieldChecker::NoUnknownFields(const Message& message, const std::string& path) {
  if (!HasUnknownFields(message)) return;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const google::protobuf::UnknownFieldSet& unknown = reflection.GetUnknownFields(message);
  for (int i = 0; i < unknown.field_count(); ++i) {
    Fail(absl::StrCat(path, path.empty() ? "" : ".", "field ", unknown.field(i).number()),
         "is unknown to this server; leave it out or ask a newer server");
  }
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const std::string child = absl::StrCat(path, path.empty() ? "" : ".", field->name());
    if (!field->is_repeated()) {
      NoUnknownFields(reflection.GetMessage(message, field), child);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      NoUnknownFields(reflection.GetRepeatedMessage(message, field, i),
                      absl::StrCat(child, "[", i, "]"));
    }
  }
}

void FieldChecker::PrintableAscii(absl::string_view field, absl::string_view value,
                                  size_t max_size) {
  if (value.empty() || value.size() > max_size || !IsPrintableAscii(value)) {
    Fail(field, absl::StrCat("must be 1 to ", max_size, " printable ASCII characters; has ",
                             value.size(), " bytes"));
  }
}

void FieldChecker::Text(absl::string_view field, absl::string_view value, size_t min_size,
                        size_t max_size) {
  if (value.size() < min_size || value.size() > max_size) {
    Fail(field, absl::StrCat("must be ", min_size, " to ", max_size, " bytes of UTF-8; has ",
                             value.size()));
  } else if (!IsOneLineText(value)) {
    Fail(field, "must be valid UTF-8 without control characters");
  }
}

void FieldChecker::Number(absl::string_view field, absl::string_view value, size_t max_size) {
  const bool ascii = !value.empty() && value.size() <= max_size && IsPrintableAscii(value);
  if (ascii || (value.size() <= max_size && IsValidUtf8(value) && !Instability(value).empty())) {
    return Stable(field, value);
  }
  PrintableAscii(field, value, max_size);
}

void FieldChecker::Reference(absl::string_view field, absl::string_view value, size_t min_size,
                             size_t max_size) {
  if (value.size() >= min_size && value.size() <= max_size && IsValidUtf8(value)) {
    return Stable(field, value);
  }
  Text(field, value, min_size, max_size);
}

void FieldChecker::Stable(absl::string_view field, absl::string_view value) {
  const absl::string_view why = Instability(value);
  if (why.empty()) return;
  const std::string stable = StableForm(value);
  Fail(field, stable.empty() ? absl::StrCat(why, " and nothing else")
                             : absl::StrCat(why, "; its stable form is \"", stable, "\""));
}

void FieldChecker::Slug(absl::string_view field, absl::string_view value, size_t max_size) {
  if (!IsSlug(value, max_size)) {
    Fail(field, absl::StrCat("must be 1 to ", max_size, " characters of a-z, 0-9 and '-'"));
  }
}

void FieldChecker::StageId(absl::string_view field, absl::string_view value) {
  if (!IsStageId(value)) {
    Fail(field, absl::StrCat("must be 1 to ", kMaxStageIdSize, " characters of A-Z, 0-9 and '_'"));
  }
}

void FieldChecker::Division(absl::string_view field, absl::string_view value) {
  Require(IsDivisionCode(value), field, "must be a division code (GB/T 2260) of six digits");
}

void FieldChecker::Uscc(absl::string_view field, absl::string_view value, bool check_waived) {
  if (!HasUsccForm(value)) {
    Fail(field, "must be a unified social credit code of 18 characters (GB 32100-2015)");
  } else if (!check_waived && !IsValidUscc(value)) {
    Fail(field, absl::StrCat("check digit is ", value.substr(17), ", the first 17 characters give ",
                             std::string(1, *UsccCheckCharacter(value.substr(0, 17))),
                             "; correct the code, or waive the check for a genuine early code"));
  }
}

void FieldChecker::Range(absl::string_view field, int64_t value, int64_t min, int64_t max) {
  if (value < min || value > max) {
    Fail(field, absl::StrCat("must be ", min, " to ", max, "; is ", value));
  }
}

void FieldChecker::Amount(absl::string_view field, int64_t fen) {
  Range(field, fen, 1, kMaxAmountFen);
}

void FieldChecker::Id(absl::string_view field, uint64_t id) {
  if (id == 0) Fail(field, "is required and greater than 0");
}

void FieldChecker::Enum(absl::string_view field, bool valid, int value) {
  if (!valid || value == 0) {
    Fail(field, absl::StrCat("must be one of the named values; is ", value));
  }
}

void FieldChecker::Count(absl::string_view field, int count, int min, int max) {
  if (count < min || count > max) {
    Fail(field, absl::StrCat("must have ", min, " to ", max, " elements; has ", count));
  }
}

void FieldChecker::PageToken(absl::string_view field, absl::string_view value) {
  Require(FromHex(value).has_value(), field,
          "must be the next_page_token of the page before, or empty for the first page");
}

std::optional<CivilDay> FieldChecker::Date(absl::string_view field, bool present,
                                           const v1::CivilDate& date) {
  const std::optional<CivilDay> day = present ? FromCivilDate(date) : std::nullopt;
  if (!day) Fail(field, "must be a real day of the years 1900 to 2199");
  return day;
}

void FieldChecker::Instant(absl::string_view field, bool present,
                           const google::protobuf::Timestamp& instant) {
  Require(present && FromTimestamp(instant), field, kNoInstant);
}

}  // namespace voucher
