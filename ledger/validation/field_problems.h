// Collects the problems of nested fields with their paths. For validate*.cc only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "ledger/base/civil.h"
#include "ledger/base/field_problem.h"
#include "ledger/base/money.h"
#include "ledger/base/text.h"
#include "ledger/validation/program_rules.h"
#include "voucher/v1/program.pb.h"

namespace voucher {

// A message at `path` whose problems go to a shared list. Cheap to copy.
class FieldProblems {
 public:
  FieldProblems(std::string path, std::vector<FieldProblem>* problems)
      : path_(std::move(path)), problems_(problems) {}

  // The same list below a field of this message, or below an element of a repeated one.
  FieldProblems Under(absl::string_view field) const {
    return {absl::StrCat(path_, ".", field), problems_};
  }
  FieldProblems Under(absl::string_view field, int index) const {
    return {absl::StrCat(path_, ".", field, "[", index, "]"), problems_};
  }

  void Add(absl::string_view field, absl::string_view description) const {
    problems_->push_back({absl::StrCat(path_, ".", field), std::string(description)});
  }

  // A required text of one line.
  void Text(absl::string_view field, absl::string_view text, size_t max_bytes) const {
    if (text.empty()) {
      Add(field, "is required");
    } else if (text.size() > max_bytes) {
      Add(field, absl::StrCat("has ", text.size(), " bytes; at most ", max_bytes, " are allowed"));
    } else if (!IsOneLineText(text)) {
      Add(field, "must be valid UTF-8 without control characters");
    }
  }

  // A required `clause`.
  void Clause(absl::string_view clause) const { Text("clause", clause, kMaxTextBytes); }

  // Categories of catalog products, each once, `least` to 64 of them.
  template <typename Values>
  void Categories(absl::string_view field, const Values& values, int least) const {
    Count(field, values.size(), least, kMaxCategories);
    for (int i = 0; i < values.size(); ++i) {
      const std::string element = absl::StrCat(field, "[", i, "]");
      Text(element, values[i], kMaxCategoryBytes);
      if (std::find(values.begin(), values.begin() + i, values[i]) != values.begin() + i) {
        Add(element, "occurs twice");
      }
    }
  }

  void Slug(absl::string_view field, absl::string_view text, size_t max_size) const {
    if (!IsSlug(text, max_size)) {
      Add(field, absl::StrCat("must be 1 to ", max_size, " characters of a-z, 0-9 and '-'"));
    }
  }

  void InRange(absl::string_view field, int64_t value, int64_t least, int64_t most) const {
    if (value < least || value > most) {
      Add(field, absl::StrCat("is ", value, "; must be ", least, " to ", most));
    }
  }

  void AmountFen(absl::string_view field, int64_t fen, int64_t least) const {
    InRange(field, fen, least, kMaxAmountFen);
  }

  void Count(absl::string_view field, int count, int least, int most) const {
    if (count < least || count > most) {
      Add(field, absl::StrCat("has ", count, " elements; must have ", least, " to ", most));
    }
  }

  std::optional<CivilDay> Date(absl::string_view field, bool present,
                               const v1::CivilDate& date) const {
    if (!present) {
      Add(field, "is required");
      return std::nullopt;
    }
    const std::optional<CivilDay> day = FromCivilDate(date);
    if (!day) Add(field, "is no real day of the years 1900 to 2199");
    return day;
  }

  // A value other than UNSPECIFIED that this version knows.
  void EnumValue(absl::string_view field, int value, bool (*is_known)(int)) const {
    if (value == 0) {
      Add(field, "is required");
    } else if (!is_known(value)) {
      Add(field, absl::StrCat(value, " is no known value"));
    }
  }

  // Known values, each once, at least `least` of them.
  template <typename Values>
  void EnumValues(absl::string_view field, const Values& values, bool (*is_known)(int),
                  int least) const {
    if (values.size() < least) Add(field, "needs at least one element");
    for (int i = 0; i < values.size(); ++i) {
      const std::string element = absl::StrCat(field, "[", i, "]");
      EnumValue(element, values[i], is_known);
      for (int j = 0; j < i; ++j) {
        if (values[j] == values[i]) {
          Add(element, "occurs twice");
          break;
        }
      }
    }
  }

 private:
  std::string path_;
  std::vector<FieldProblem>* problems_;
};

// Whether applications of the program can end in vouchers.
inline bool IssuesVouchers(const v1::ProgramRules& rules) {
  const auto& modes = rules.delivery_modes();
  return std::find(modes.begin(), modes.end(), v1::DELIVERY_MODE_CLOUD_CREDIT) != modes.end();
}

}  // namespace voucher
