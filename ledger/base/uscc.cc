#include "ledger/base/uscc.h"

#include "ledger/base/text.h"

namespace voucher {
namespace {

constexpr absl::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
constexpr size_t kModulus = 31;

}  // namespace

std::optional<char> UsccCheckCharacter(absl::string_view first_17) {
  if (first_17.size() != kUsccLength - 1) return std::nullopt;
  size_t sum = 0;
  size_t weight = 1;
  for (const char c : first_17) {
    const size_t value = kAlphabet.find(c);
    if (value == absl::string_view::npos) return std::nullopt;
    sum += value * weight;
    weight = weight * 3 % kModulus;
  }
  return kAlphabet[(kModulus - sum % kModulus) % kModulus];
}

bool HasUsccForm(absl::string_view text) {
  return text.size() == kUsccLength && IsDigits(text.substr(2, 6)) &&
         UsccCheckCharacter(text.substr(0, kUsccLength - 1)).has_value() &&
         kAlphabet.find(text.back()) != absl::string_view::npos;
}

bool IsValidUscc(absl::string_view text) {
  return HasUsccForm(text) && UsccCheckCharacter(text.substr(0, kUsccLength - 1)) == text.back();
}

}  // namespace voucher
