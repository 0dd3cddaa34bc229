#include "ledger/api/outcome.h"

#include "ledger/base/clock.h"

namespace voucher {

v1::Receipt Recorded::receipt() const {
  v1::Receipt receipt;
  FillReceipt(entry, leaf_hash, &receipt);
  return receipt;
}

void FillReceipt(const v1::Entry& entry, const Hash& leaf_hash, v1::Receipt* receipt) {
  receipt->set_sequence(entry.sequence());
  receipt->set_leaf_hash(leaf_hash.data(), leaf_hash.size());
  *receipt->mutable_recorded_at() = ToTimestamp(entry.recorded_unix_ns());
  *receipt->mutable_received_at() = ToTimestamp(entry.received_unix_ns());
  receipt->set_queue_number(entry.queue_number());
}

}  // namespace voucher
