#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

#include "ledger/base/civil.h"
#include "ledger/base/clock.h"
#include "ledger/base/field_problem.h"
#include "voucher/v1/types.pb.h"

namespace voucher {

// Collects what is malformed in a request, with field paths. Every check takes the field's path and
// value; a failed one adds a problem that says what is wrong and what is allowed.
class FieldChecker {
 public:
  explicit FieldChecker(UnixNanos now) : now_(now) {}

  std::vector<FieldProblem> TakeProblems() && { return std::move(problems_); }

  void Fail(absl::string_view field, absl::string_view description);

  // Unknown fields at any depth, since a later version could read what this one ignored.
  void NoUnknownFields(const google::protobuf::Message& message, const std::string& path = "");

  void RequestId(absl::string_view value) { PrintableAscii("request_id", value, 64); }
  // 1 to max_size characters of 0x20–0x7E.
  void PrintableAscii(absl::string_view field, absl::string_view value, size_t max_size);
  // min_size to max_size bytes of UTF-8 without control characters.
  void Text(absl::string_view field, absl::string_view value, size_t min_size, size_t max_size);
  // 1 to max_size characters of a–z, 0–9, '-'.
  void Slug(absl::string_view field, absl::string_view value, size_t max_size);
  void Uscc(absl::string_view field, absl::string_view value, bool check_waived);
  // min to max, both inclusive.
  void Range(absl::string_view field, int64_t value, int64_t min, int64_t max);
  // 1 to kMaxAmountFen.
  void Amount(absl::string_view field, int64_t fen);
  void Id(absl::string_view field, uint64_t id);
  // A named value other than 0.
  void Enum(absl::string_view field, bool valid, int value);
  void Count(absl::string_view field, int count, int min, int max);
  // A real day. Returns it if it is one.
  std::optional<CivilDay> Date(absl::string_view field, bool present, const v1::CivilDate& date);
  // A real day that is not after today in Asia/Shanghai.
  void PastDate(absl::string_view field, bool present, const v1::CivilDate& date);
  // A real day after today in Asia/Shanghai.
  void FutureDate(absl::string_view field, const v1::CivilDate& date);
  // A valid instant that is not after now.
  void PastInstant(absl::string_view field, bool present,
                   const google::protobuf::Timestamp& instant);

 private:
  UnixNanos now_;
  std::vector<FieldProblem> problems_;
};

}  // namespace voucher
