#include "ledger/base/invoice.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "ledger/base/text.h"

namespace voucher {

absl::StatusOr<std::string> InvoiceKey(absl::string_view code, absl::string_view number) {
  if (!code.empty() && !IsDigits(code)) {
    return absl::InvalidArgumentError("invoice code must consist of digits");
  }
  if (!IsDigits(number)) return absl::InvalidArgumentError("invoice number must consist of digits");
  if (code.empty()) {
    if (number.size() != 20) {
      return absl::InvalidArgumentError(
          "an invoice without a code is fully digital: its number must have 20 digits");
    }
    return std::string(number);
  }
  if (code.size() != 10 && code.size() != 12) {
    return absl::InvalidArgumentError("invoice code must have 10 or 12 digits");
  }
  if (number.size() != 8) {
    return absl::InvalidArgumentError("an invoice with a code must have a number of 8 digits");
  }
  return absl::StrCat(code, "-", number);
}

}  // namespace voucher
