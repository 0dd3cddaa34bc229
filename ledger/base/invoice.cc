#include "ledger/base/invoice.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/text.h"

namespace voucher {
namespace {

constexpr size_t kDigitalSize = 20;
constexpr size_t kLongCodeSize = 12;

// That of a fully digital invoice (`code` empty) or of code and number.
absl::StatusOr<std::string> InvoiceKey(absl::string_view code, absl::string_view number) {
  if (!code.empty() && !IsDigits(code)) {
    return absl::InvalidArgumentError("invoice code must consist of digits");
  }
  if (!IsDigits(number)) return absl::InvalidArgumentError("invoice number must consist of digits");
  if (code.empty()) {
    if (number.size() != kDigitalSize) {
      return absl::InvalidArgumentError(
          "an invoice without a code is fully digital: its number must have 20 digits");
    }
    return std::string(number);
  }
  if (code.size() != 10 && code.size() != kLongCodeSize) {
    return absl::InvalidArgumentError("invoice code must have 10 or 12 digits");
  }
  if (number.size() != 8) {
    return absl::InvalidArgumentError("an invoice with a code must have a number of 8 digits");
  }
  return absl::StrCat(code, code.size() == kLongCodeSize ? "" : "-", number);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> InvoiceKeys(absl::string_view code,
                                                     absl::string_view number,
                                                     absl::string_view digital_number) {
  absl::StatusOr<std::string> key = InvoiceKey(code, number);
  if (!key.ok()) return key.status();
  std::vector<std::string> keys{*std::move(key)};
  if (digital_number.empty()) return keys;
  if (code.empty()) {
    return absl::InvalidArgumentError(
        "a digital number goes beside code and number; here it is the number");
  }
  if (!IsDigits(digital_number) || digital_number.size() != kDigitalSize) {
    return absl::InvalidArgumentError("a digital number must have 20 digits");
  }
  if (digital_number != keys.front()) keys.emplace_back(digital_number);
  return keys;
}

}  // namespace voucher
