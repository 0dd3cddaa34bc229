#include "ledger/base/division.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

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

uint32_t DivisionNumber(absl::string_view code) {
  uint32_t number = 0;
  return IsDivisionCode(code) && absl::SimpleAtoi(code, &number) ? number : 0;
}

bool DivisionCovers(uint32_t area, uint32_t code) {
  if (area % 10'000 == 0) return area / 10'000 == code / 10'000;
  if (area % 100 == 0) return area / 100 == code / 100;
  return area == code;
}

}  // namespace voucher
