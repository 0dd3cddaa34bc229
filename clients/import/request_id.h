// Request ids of imported rows.
//
// Every run of an import has an id of its own, and a row's request id is that and the row's key. So
// a call that is sent again within a run, or by a second run under the same id, is answered with
// the first outcome; a run under another id asks anew, and what stands by then decides: the ledger
// knows an act that it booked, whoever booked it, and does again what was undone since. No byte of
// the file takes part: saving it again changes no id, and a fresh run never gets an old answer.
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace voucher::client {

// The longest id of a run that leaves room for a hashed key. A longer one is replaced by its hash.
inline constexpr size_t kMaxRunIdSize = 31;

// Makes the request ids of one run: the run's id, '/', the row's key, so that the ledger's record
// shows which row an entry came from. A key that would not fit into 64 printable ASCII characters
// is replaced by 32 digits of its hash.
class ImportRequestIds {
 public:
  // `run_id` must not be empty.
  explicit ImportRequestIds(absl::string_view run_id);

  std::string For(absl::string_view row_key) const;

 private:
  std::string prefix_;
};

}  // namespace voucher::client
