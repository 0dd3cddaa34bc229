#pragma once

#include <string>
#include <vector>

#include "ledger/invariants/redemption_sums.h"
#include "ledger/invariants/sums.h"
#include "ledger/state/view.h"

namespace voucher {

// Everything that must hold between the rows of any state that Evolve can reach (design: life of
// money), checked from the rows by full scans, and from what the entries up to that state say of
// redemptions, which no row repeats:
//
//   money         −treasury = the sum of the other classes; receivables + recovery = 0; class
//                 totals = sums of balances; only treasury, payables and recovery may be negative;
//                 each application, voucher, transfer, credit lot, provider, enterprise and
//                 statement has the balance that its rows say, and there is no other
//   vouchers      approved = available + in transit + credit + redeemed + released, each the sum
//                 over its transfers, lots and redemptions; nothing left in one that is over
//   applications  money is held, invoices and items are claimed, and the indexes of the waiting and
//                 the scored list it, exactly as its state says
//   settlement    what a provider is owed = carried over + its open months; what an enterprise is
//                 owed = its unpaid applications; due = stated − disbursed; statements follow each
//                 other without a gap
//   limits        used = granted less released to the budget, at most the amount in the rules or
//                 of the cluster
//   queues        accepted + refused submissions = last queue number; states as counted
//   timers        exactly those that something waits for
//   numbers       dense, names lead back to them, indexes are complete
//
// One sentence per finding, at most kMaxInvariantFindings; empty means that all hold. Memory grows
// with applications, vouchers, transfers, lots, limits and statement lines, not with redemptions
// (of those in `redeemed` only with what RedemptionSums keeps). Never aborts on rows that decode.
std::vector<std::string> CheckInvariants(const View& view, const RedemptionSums& redeemed);

}  // namespace voucher
