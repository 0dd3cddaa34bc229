#pragma once

#include <vector>

#include "prometheus/collectable.h"
#include "prometheus/metric_family.h"

#include "ledger/base/clock.h"
#include "ledger/ledger.h"
#include "server/metrics/attempts.h"

namespace voucher {

// The gauges of a ledger, computed at each scrape: programs, pools and applications from the newest
// snapshot, the queue and the databases as they stand. Costs some reads for each program, and a
// walk along the waitlists of those that have any. Thread-safe; no argument is owned.
class LedgerGauges final : public prometheus::Collectable {
 public:
  LedgerGauges(const Ledger* ledger, const Clock* clock, const TransferAttempts* attempts)
      : ledger_(ledger), clock_(clock), attempts_(attempts) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const Ledger* const ledger_;
  const Clock* const clock_;
  const TransferAttempts* const attempts_;
};

}  // namespace voucher
