#include "ledger/validation/bad_field.h"

#include <string>

#include "absl/strings/cord.h"

namespace voucher {
namespace {

// Within this process only.
constexpr absl::string_view kPayload = "voucher/bad-field";

}  // namespace

absl::Status BadFieldError(absl::string_view field, absl::string_view description) {
  absl::Status status = absl::InvalidArgumentError(description);
  status.SetPayload(kPayload, absl::Cord(field));
  return status;
}

std::optional<FieldProblem> BadFieldOf(const absl::Status& status) {
  const auto field = status.GetPayload(kPayload);
  if (!field) return std::nullopt;
  return FieldProblem{std::string(*field), std::string(status.message())};
}

}  // namespace voucher
