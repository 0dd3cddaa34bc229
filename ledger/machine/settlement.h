#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "ledger/base/clock.h"
#include "ledger/machine/context.h"
#include "ledger/state/writer_rows.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// What is owed, by month, and what statements make of it. A month is year × 100 + month, in
// Asia/Shanghai.
//
// Only what can be settled (`sub` 0 of a payable account) is counted, in the month of received_at:
//
//   provider     balance = carried over + the sum of its open months (PayableMonths, Parties)
//   enterprise   balance = the sum of its unpaid applications (UnpaidApplications); never negative
//
// A statement takes the months up to its own, all of them, and their rows go.

uint32_t MonthOf(UnixNanos at);
uint32_t MonthOf(const v1::CivilMonth& month);
// The first instant after a month.
UnixNanos EndOfMonth(uint32_t month);

// Counts a posting to or from a payable account that the entry made in `program`. What
// CloseStatement moves is no booking: its Evolve settles months and applications.
void CountPayable(const v1::Entry& entry, const v1::Posting& posting, uint32_t program,
                  EditableRows* rows);

// Keeps what an enterprise owes over all programs after its receivable of `program` changed.
void CountReceivable(uint32_t program, const v1::AccountRef& receivable, int64_t delta_fen,
                     int64_t balance_fen, EditableRows* rows);

// The row of a party: a provider, or a division by its code as a number. Empty if it has no
// statement yet.
const rows::PartyRow& PartyOf(const View& view, uint32_t program, v1::AccountKind kind,
                              uint64_t party);

// What the enterprise owes and what it is owed in `program` may be set off against: program and
// amount > 0, in the order of programs. Sandboxes and other programs are kept apart.
std::vector<std::pair<uint32_t, int64_t>> DebtsAgainst(const View& view, uint32_t program,
                                                       uint64_t enterprise);

// Takes a settled voucher from the table of those that wait for their last statements.
void ForgetEndedVoucher(uint64_t voucher_id, EditableRows* rows);

// True if a provider is still owed something for this voucher, which is over or about to be:
// redemptions that no paid statement includes. What waits for acceptance is not counted, nor is
// what the entry under decision takes back: `reversed_fen` of the claim of `provider`.
bool OwesProviders(const View& view, uint64_t voucher_id, uint64_t provider = 0,
                   int64_t reversed_fen = 0);

// True if the application of a voucher that expires, or expired before, is settled by that: it is
// APPROVED or ACCEPTED, its money waits for no acceptance, and no provider is owed anything.
bool IsSettledByExpiry(const Context& context, uint64_t voucher_id, uint64_t provider = 0,
                       int64_t reversed_fen = 0);

// Applications whose voucher is over and that get nothing more from any provider once the statement
// `paid` of this provider is paid: APPROVED or ACCEPTED, and accepted where that gates settlement.
// In the order of vouchers, at most kMaxSettledApplications.
std::vector<uint64_t> SettledBy(const Context& context, uint32_t program, uint64_t provider,
                                uint64_t paid);

// Bounds of one entry, so that it stays below 1 MiB.
inline constexpr size_t kMaxSettledApplications = 65'536;
inline constexpr size_t kMaxStatementLines = 8'192;
inline constexpr int kMaxStatementPostings = 3 * 8'192;

}  // namespace voucher
