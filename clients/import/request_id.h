// Request ids that make an import safe to repeat.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace voucher::client {

// Makes the request ids of one file: 16 hexadecimal digits of a hash of what is imported where,
// then the row's key, so that the ledger's record shows which row an entry came from. A key that
// would not fit into 64 printable ASCII characters is replaced by 32 digits of its hash.
class ImportRequestIds {
 public:
  // `kind` is what is imported, as in "applications"; `program_id` may be empty.
  ImportRequestIds(absl::string_view kind, absl::string_view program_id, absl::string_view content);

  std::string For(absl::string_view row_key) const;

 private:
  std::string prefix_;
};

}  // namespace voucher::client
