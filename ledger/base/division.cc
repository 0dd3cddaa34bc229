#include "ledger/base/division.h"

#include "absl/strings/match.h"

#include "ledger/base/text.h"

namespace voucher {

bool IsDivisionCode(absl::string_view code) {
  if (code.size() != 6 || !IsDigits(code) || code[0] == '0') return false;
  return code.substr(2, 2) != "00" || code.substr(4) == "00";
}

bool DivisionCovers(absl::string_view area, absl::string_view code) {
  if (absl::EndsWith(area, "0000")) return absl::StartsWith(code, area.substr(0, 2));
  if (absl::EndsWith(area, "00")) return absl::StartsWith(code, area.substr(0, 4));
  return area == code;
}

}  // namespace voucher
