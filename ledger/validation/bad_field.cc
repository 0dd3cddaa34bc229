#include "ledger/validation/bad_field.h"

#include <cstdint>
#include <string>

#include "absl/strings/cord.h"

#include "ledger/base/big_endian.h"
#include "ledger/base/check.h"

namespace voucher {
namespace {

// Within this process only: of each problem the field and the description, each after its size.
constexpr absl::string_view kPayload = "voucher/bad-fields";

void Append(absl::string_view text, std::string* bytes) {
  AppendU32(static_cast<uint32_t>(text.size()), bytes);
  bytes->append(text.data(), text.size());
}

std::string Take(absl::string_view* bytes) {
  const size_t size = *TakeU32(bytes);
  std::string text(bytes->substr(0, size));
  bytes->remove_prefix(size);
  return text;
}

}  // namespace

absl::Status BadFieldsError(const std::vector<FieldProblem>& problems) {
  VOUCHER_CHECK(!problems.empty());
  absl::Status status = absl::InvalidArgumentError(problems.front().description);
  std::string bytes;
  for (const FieldProblem& problem : problems) {
    Append(problem.field, &bytes);
    Append(problem.description, &bytes);
  }
  status.SetPayload(kPayload, absl::Cord(bytes));
  return status;
}

absl::Status BadFieldError(absl::string_view field, absl::string_view description) {
  return BadFieldsError({{std::string(field), std::string(description)}});
}

std::vector<FieldProblem> BadFieldsOf(const absl::Status& status) {
  std::vector<FieldProblem> problems;
  const auto payload = status.GetPayload(kPayload);
  if (!payload) return problems;
  const std::string bytes(*payload);
  for (absl::string_view rest = bytes; !rest.empty();) {
    FieldProblem& problem = problems.emplace_back();
    problem.field = Take(&rest);
    problem.description = Take(&rest);
  }
  return problems;
}

}  // namespace voucher
