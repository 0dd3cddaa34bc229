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
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

#include "ledger/base/civil.h"
#include "ledger/base/clock.h"
#include "ledger/base/field_problem.h"
#include "ledger/validation/limits.h"
#include "voucher/v1/types.pb.h"

namespace voucher {

// Collects what is malformed in a message, with field paths: of commands, program rules, reads and
// the server's configuration alike. Every check takes the field's path, below that of the checker,
// and its value; a failed one adds a problem that says what is wrong and what is allowed.
//
//   FieldChecker checker;
//   checker.Slug("program_id", request.program_id(), kMaxProgramIdSize);
//   FieldChecker window = checker.Under("window");
//   window.Clause(request.window().clause());  // "window.clause"
//   std::vector<FieldProblem> problems = std::move(checker).TakeProblems();
//
// Not thread-safe. A checker made by Under must not outlive that which made it.
class FieldChecker {
 public:
  FieldChecker() = default;
  FieldChecker(const FieldChecker&) = delete;
  FieldChecker& operator=(const FieldChecker&) = delete;

  // In the order of the checks. Only of a checker that was not made by Under.
  std::vector<FieldProblem> TakeProblems() && { return std::move(own_); }

  // Adds to the same problems below a field, or below an element of a repeated one.
  FieldChecker Under(absl::string_view field) const { return {Path(field), problems_}; }
  FieldChecker Under(absl::string_view field, int index) const {
    return {absl::StrCat(Path(field), "[", index, "]"), problems_};
  }

  void Fail(absl::string_view field, absl::string_view description);
  // Fails unless `good`.
  void Require(bool good, absl::string_view field, absl::string_view description) {
    if (!good) Fail(field, description);
  }

  // Unknown fields at any depth, since a later version could read what this one ignored.
  void NoUnknownFields(const google::protobuf::Message& message, const std::string& path = "");

  void RequestId(absl::string_view value) {
    PrintableAscii("request_id", value, kMaxRequestIdSize);
  }
  // 1 to max_size characters of 0x20–0x7E.
  void PrintableAscii(absl::string_view field, absl::string_view value, size_t max_size);
  // min_size to max_size bytes of UTF-8 without control characters.
  void Text(absl::string_view field, absl::string_view value, size_t min_size, size_t max_size);
  // A number that others give out, as of an order or account: 1 to max_size characters of 0x20–0x7E
  // in their stable form (ledger/base/text.h).
  void Number(absl::string_view field, absl::string_view value, size_t max_size);
  // The number of a document, case or payment: min_size to max_size bytes of UTF-8 in their stable
  // form.
  void Reference(absl::string_view field, absl::string_view value, size_t min_size,
                 size_t max_size);
  // The article that a rule cites, in field "clause".
  void Clause(absl::string_view value) { Text("clause", value, 1, kMaxTextBytes); }
  // 1 to max_size characters of a–z, 0–9, '-'.
  void Slug(absl::string_view field, absl::string_view value, size_t max_size);
  // 1 to 32 characters of A–Z, 0–9, '_'.
  void StageId(absl::string_view field, absl::string_view value);
  // A division code (GB/T 2260).
  void Division(absl::string_view field, absl::string_view value);
  void Uscc(absl::string_view field, absl::string_view value, bool check_waived);
  // min to max, both inclusive.
  void Range(absl::string_view field, int64_t value, int64_t min, int64_t max);
  // 1 to kMaxAmountFen.
  void Amount(absl::string_view field, int64_t fen);
  void Id(absl::string_view field, uint64_t id);
  // A named value other than 0.
  void Enum(absl::string_view field, bool valid, int value);
  // Named values other than 0, each once, at least `min` of them.
  template <typename Values>
  void Enums(absl::string_view field, const Values& values, bool (*is_named)(int), int min);
  void Count(absl::string_view field, int count, int min, int max);
  // Categories of catalog products, each once, `min` to kMaxCategories of them.
  template <typename Values>
  void Categories(absl::string_view field, const Values& values, int min);
  // A token that MakeToken of ledger/query could have made, or none.
  void PageToken(absl::string_view field, absl::string_view value);
  // A real day. Returns it if it is one.
  std::optional<CivilDay> Date(absl::string_view field, bool present, const v1::CivilDate& date);
  // A valid instant.
  void Instant(absl::string_view field, bool present, const google::protobuf::Timestamp& instant);

 private:
  FieldChecker(std::string path, std::vector<FieldProblem>* problems)
      : path_(std::move(path)), problems_(problems) {}

  // Fails unless `value`, valid UTF-8, is its own stable form.
  void Stable(absl::string_view field, absl::string_view value);

  std::string Path(absl::string_view field) const {
    return path_.empty() ? std::string(field) : absl::StrCat(path_, ".", field);
  }

  const std::string path_;
  std::vector<FieldProblem> own_;
  std::vector<FieldProblem>* const problems_ = &own_;
};

template <typename Values>
void FieldChecker::Enums(absl::string_view field, const Values& values, bool (*is_named)(int),
                         int min) {
  Require(values.size() >= min, field, "needs at least one element");
  for (int i = 0; i < values.size(); ++i) {
    const std::string element = absl::StrCat(field, "[", i, "]");
    Enum(element, is_named(values[i]), values[i]);
    Require(std::find(values.begin(), values.begin() + i, values[i]) == values.begin() + i, element,
            "occurs twice");
  }
}

template <typename Values>
void FieldChecker::Categories(absl::string_view field, const Values& values, int min) {
  Count(field, values.size(), min, kMaxCategories);
  for (int i = 0; i < values.size(); ++i) {
    const std::string element = absl::StrCat(field, "[", i, "]");
    Text(element, values[i], 1, kMaxCategoryBytes);
    Require(std::find(values.begin(), values.begin() + i, values[i]) == values.begin() + i, element,
            "occurs twice");
  }
}

}  // namespace voucher
