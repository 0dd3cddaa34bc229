// The figures of a program, as gauges and consoles show them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/clock.h"
#include "ledger/state/view.h"
#include "voucher/v1/credit.pb.h"
#include "voucher/v1/program.pb.h"
#include "voucher/v1/program_service.pb.h"
#include "voucher/v1/registry.pb.h"

namespace voucher::query {

// Waiters counted on the list of one quota at most, so that figures are quick to get.
inline constexpr uint64_t kMaxWaitersCounted = 10'000;

// An approved cluster, which is a pool of its own. Amounts in fen.
struct ClusterFigures {
  std::string cluster_id;
  int64_t pool_fen = 0;
  // Held and granted from the pool.
  int64_t used_fen = 0;
};

// Who waits for room in one quota of the rules.
struct QuotaWaiters {
  v1::PoolScope scope = v1::POOL_SCOPE_UNSPECIFIED;
  std::string key;
  // At most kMaxWaitersCounted.
  uint64_t waiting = 0;
};

// One program at one state of the ledger. A plain value.
struct ProgramFigures {
  // The ledger's number of the program, from 1 on.
  uint32_t number = 0;
  bool sandbox = false;
  // Money, quotas, applications by state and submissions, as FillBudget tells them.
  v1::Budget budget;
  // Approved and not returned to the budget, in fen: whatever is not appropriated, remaining, held.
  int64_t granted_fen = 0;
  // From the instant that was asked for to the cutoff, in nanoseconds; negative after it.
  int64_t until_cutoff_ns = 0;
  // How many there are of each state; index by v1::TransferState, v1::ClusterState.
  std::array<uint64_t, v1::TransferState_ARRAYSIZE> transfers{};
  std::array<uint64_t, v1::ClusterState_ARRAYSIZE> clusters{};
  // Whether the rules know clusters.
  bool has_clusters = false;
  // In the order of their numbers.
  std::vector<ClusterFigures> approved_clusters;
  // Applications that wait for money to come back.
  uint64_t waitlisted = 0;
  // Quotas in the order of the rules, without those of providers that are not registered yet; empty
  // while nobody waits.
  std::vector<QuotaWaiters> waiters;
  // What the first on the waitlist lacks, in fen; 0 or less if there is room for it, nullopt while
  // nobody waits.
  std::optional<int64_t> waitlist_missing_fen;
};

// The figures of every program, in the order of their numbers; `now` is what the time to the cutoff
// is counted from. Costs some reads for each program, and a walk along the waitlists of those that
// have any. Reads `view` from the calling thread only.
std::vector<ProgramFigures> FiguresOfPrograms(const View& view, UnixNanos now);

}  // namespace voucher::query
