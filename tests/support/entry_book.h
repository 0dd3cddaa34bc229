// Entries in memory, for tests that decide and check without a journal.
#pragma once

#include <cstdint>
#include <deque>
#include <utility>

#include "ledger/base/check.h"
#include "ledger/invariants/redemption_sums.h"
#include "ledger/machine/machine.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::testing {

class EntryBook {
 public:
  // Takes the next entry.
  void Add(v1::Entry entry) {
    VOUCHER_CHECK(entry.sequence() == entries_.size() + 1) << entry.sequence();
    redeemed_.Add(entry, NamedBy(entry.command()));
    entries_.push_back(std::move(entry));
  }

  // nullptr if there is none.
  const v1::Entry* Find(uint64_t sequence) const {
    return sequence - 1 < entries_.size() ? &entries_[sequence - 1] : nullptr;
  }
  // The entry that EntryNamedBy the command.
  const v1::Entry* NamedBy(const v1::Command& command) const { return Find(EntryNamedBy(command)); }

  const RedemptionSums& redeemed() const { return redeemed_; }

 private:
  std::deque<v1::Entry> entries_;
  RedemptionSums redeemed_;
};

}  // namespace voucher::testing
