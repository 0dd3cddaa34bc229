// The filters of the view files on disk, from one clean end to the next start.
#pragma once

#include <array>
#include <string>

#include "absl/strings/string_view.h"

#include "ledger/views/key_filter.h"

namespace voucher {

// A filter that lacks a key would let a request be carried out twice. So a file holds good only for
// the views that it was written for, as `state` names them, and only if not a bit of it changed.
using KeyFilters = std::array<KeyFilter*, 2>;

// Writes and syncs the file. A failure leaves none, which costs the next start some time.
void WriteFilterFile(const std::string& path, absl::string_view state, const KeyFilters& filters);

// Reads new filters. False: there is no such file, or it does not hold good; they must not be used.
bool ReadFilterFile(const std::string& path, absl::string_view state, const KeyFilters& filters);

}  // namespace voucher
