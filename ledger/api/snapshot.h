#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "ledger/base/clock.h"
#include "ledger/base/sha256.h"
#include "ledger/state/view.h"

namespace voucher {

// An immutable state to read: exactly the entries up to `sequence`. Cheap to make and to hold for a
// request; holding one for minutes keeps old files on disk, also past the ledger's destruction.
// Thread-safe; make one View per thread with `NewView`.
class ReadSnapshot {
 public:
  ReadSnapshot(std::shared_ptr<const RowSource> rows, uint64_t sequence, UnixNanos recorded_at,
               const Hash& root)
      : rows_(std::move(rows)), sequence_(sequence), recorded_at_(recorded_at), root_(root) {}

  // Last entry included; 0 if none.
  uint64_t sequence() const { return sequence_; }
  // When that was recorded; 0 if none.
  UnixNanos recorded_at() const { return recorded_at_; }
  // Merkle root over the entries included.
  Hash root() const { return root_; }
  const RowSource& rows() const { return *rows_; }
  // A view over the snapshot; must not outlive it.
  std::unique_ptr<View> NewView() const { return std::make_unique<View>(rows_.get()); }

 private:
  std::shared_ptr<const RowSource> rows_;
  uint64_t sequence_;
  UnixNanos recorded_at_;
  Hash root_;
};

}  // namespace voucher
