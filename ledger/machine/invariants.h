#pragma once

#include <string>
#include <vector>

#include "ledger/machine/view.h"

namespace voucher {

// Everything that must hold between the rows of any state that Evolve can reach (design: life of
// money), checked from the rows alone by full scans:
//
//   money     −treasury = the sum of the other classes; class totals = sums of balances;
//             only treasury and payables may be negative; each application, voucher, transfer,
//             credit lot, provider and enterprise has the balance that its row says, and there
//             is no other
//   vouchers  approved = available + in transit + credit + redeemed + released, each the sum
//             over its transfers, lots and redemptions; nothing left in one that is over
//   limits    used = granted less released to the budget, at most the amount in the rules
//   queues    accepted + refused submissions = last queue number; states as counted
//   timers    exactly those of programs before their cutoff, transfers without an answer and
//             vouchers alive
//   numbers   dense, names lead back to them, indexes are complete
//
// One sentence per finding, at most kMaxInvariantFindings; empty means that all hold. Memory grows
// with open applications, vouchers, transfers, lots and limits, not with redemptions. Never aborts
// on rows that decode.
std::vector<std::string> CheckInvariants(const View& view);

inline constexpr size_t kMaxInvariantFindings = 100;

}  // namespace voucher
