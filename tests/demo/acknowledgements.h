// Everything the server said yes or no to, to be held against it after the crash.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "ledger/base/mutex.h"
#include "tests/support/api_client.h"

namespace voucher::demo {

// One acknowledged decision.
struct Acknowledged {
  std::string request_id;
  uint64_t sequence = 0;
  std::string leaf_hash;
};

// A list of acknowledgements. Thread-safe.
class Acknowledgements {
 public:
  void Add(absl::string_view request_id, const v1::Receipt& receipt) VOUCHER_EXCLUDES(mutex_);
  size_t size() const VOUCHER_EXCLUDES(mutex_);
  std::vector<Acknowledged> List() const VOUCHER_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::vector<Acknowledged> list_ VOUCHER_GUARDED_BY(mutex_);
};

// What reading the whole ledger through the audit service showed.
struct LedgerReading {
  uint64_t entries = 0;
  uint64_t accepted = 0;
  uint64_t refused = 0;
  uint64_t timers = 0;
  // Acknowledged decisions that are not there as acknowledged: other bytes or another request.
  uint64_t lost_acknowledgements = 0;
  // Entries whose leaf hash is not the hash of their stored bytes, or out of sequence.
  uint64_t bad_hashes = 0;
  // Entries per reason ("" for accepted ones) in order of the reason.
  std::vector<std::pair<std::string, uint64_t>> by_reason;
};

// Reads every entry as an auditor and compares. Errors are those of the calls.
absl::StatusOr<LedgerReading> ReadLedger(testing::ApiClient& auditor,
                                         const Acknowledgements& acknowledgements);

// "BUDGET_EXHAUSTED" for REASON_BUDGET_EXHAUSTED.
std::string ReasonName(v1::Reason reason);

}  // namespace voucher::demo
