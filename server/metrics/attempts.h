#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "ledger/base/mutex.h"
#include "voucher/v1/reasons.pb.h"

namespace voucher {

// The refusals of attempts to pass credit on: an account of another enterprise is bound anew or
// paid for (NON_TRANSFERABLE), or credit is ordered into one (ACCOUNT_NOT_OWNED).
inline constexpr v1::Reason kTransferAttemptReasons[] = {v1::REASON_NON_TRANSFERABLE,
                                                         v1::REASON_ACCOUNT_NOT_OWNED};

// How many there were since the start, by number of the program, 0 for what names none (an account
// that is bound anew), and reason. Thread-safe.
class TransferAttempts {
 public:
  // Counts a refusal if it is one of them.
  void Count(uint32_t program, v1::Reason reason) VOUCHER_EXCLUDES(mutex_) {
    for (const v1::Reason counted : kTransferAttemptReasons) {
      if (reason != counted) continue;
      MutexLock lock(mutex_);
      ++counts_[{program, reason}];
    }
  }

  uint64_t Of(uint32_t program, v1::Reason reason) const VOUCHER_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    const auto found = counts_.find({program, reason});
    return found == counts_.end() ? 0 : found->second;
  }

 private:
  mutable Mutex mutex_;
  std::map<std::pair<uint32_t, v1::Reason>, uint64_t> counts_ VOUCHER_GUARDED_BY(mutex_);
};

}  // namespace voucher
