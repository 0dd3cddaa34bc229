#pragma once

#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"

#include "ledger/base/sha256.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// Fills the receipt of a stored entry whose leaf hash is `leaf_hash`.
void FillReceipt(const v1::Entry& entry, const Hash& leaf_hash, v1::Receipt* receipt);

// A decided command: its entry, durable, with its receipt. Immutable, shared with replays of the
// same request; whoever holds one holds the memory of the group that it was decided in.
struct Recorded {
  const v1::Entry& entry;
  Hash leaf_hash{};

  v1::Receipt receipt() const;
};

// What became of a submitted command.
//   OK: recorded (accepted or refused), durable; `recorded` is set. For a replay it is the first
//   outcome. ALREADY_EXISTS: the request_id was used for another request; nothing recorded;
//   `recorded` is null. INVALID_ARGUMENT: not recorded, since a date lies on the wrong side of the
//   clock (BadFieldsOf of ledger/validation tells which) or the entry would be too large.
//   UNAVAILABLE: not recorded, or not known to be; why stands in ledger/api/unavailable.h,
//   UnavailableReason(status).
struct Outcome {
  absl::Status status;
  std::shared_ptr<const Recorded> recorded;
};

// Takes one outcome per command of what was submitted, in order.
using Done = absl::AnyInvocable<void(std::vector<Outcome>)>;

}  // namespace voucher
