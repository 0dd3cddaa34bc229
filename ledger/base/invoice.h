// Identity of an invoice: one invoice supports one application across all programs of a world.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace voucher {

// The keys under which an invoice is claimed, by the numbers on it. Two papers with a key in common
// are the same invoice.
//
//   code of 10 digits, number of 8          an older invoice: "4200123456-00012345"
//   code of 12 digits, number of 8          its 20 digits, one after the other, since that is also
//                                           how a digital invoice is written with code and number
//   no code, number of 20                   a fully digital invoice: its 20 digits
//   code and number, digital_number of 20   the paper form of a digital one: the key of code and
//                                           number, and the 20 digits, if they are another
//
// INVALID_ARGUMENT, saying what is wrong, for anything else; nothing is trimmed or repaired.
absl::StatusOr<std::vector<std::string>> InvoiceKeys(absl::string_view code,
                                                     absl::string_view number,
                                                     absl::string_view digital_number);

}  // namespace voucher
