#pragma once

#include <cstdint>
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
// A statement takes the months up to its own, all of them, and their rows go. What an enterprise
// owes is counted by grant: Receivable(enterprise, application).

uint32_t MonthOf(UnixNanos at);
uint32_t MonthOf(const v1::CivilMonth& month);
// The first instant after a month.
UnixNanos EndOfMonth(uint32_t month);

// Counts a posting to or from a payable account that the entry made in `program`, and what was
// recovered or refunded of a grant. What CloseStatement moves from payable accounts is no booking:
// its Evolve settles months and applications.
void CountPayable(const v1::Entry& entry, const v1::Posting& posting, uint32_t program,
                  EditableRows* rows);

// Keeps what is owed of the grant, and what its enterprise owes over all programs, after the
// balance of a receivable of `program` changed.
void CountReceivable(uint32_t program, const v1::AccountRef& receivable, int64_t delta_fen,
                     int64_t balance_fen, EditableRows* rows);

// The row of a party: a provider, or a division by its code as a number. Empty if it has no
// statement yet.
const rows::PartyRow& PartyOf(const View& view, uint32_t program, v1::AccountKind kind,
                              uint64_t party);

// What an enterprise owes of one grant.
struct Debt {
  uint32_t program = 0;
  uint64_t application = 0;
  int64_t fen = 0;  // > 0
};

// Its debts in a program, or in all programs of the world of `program`; the oldest first, by
// application.
std::vector<Debt> DebtsIn(const View& view, uint32_t program, uint64_t enterprise);
std::vector<Debt> DebtsAgainst(const View& view, uint32_t program, uint64_t enterprise);

// What was spent of a grant and is neither owed back nor recovered: what providers redeemed or were
// paid for its voucher, what statements state for a reimbursement, and what was set off. Never more
// than this can still be taken back from the enterprise.
int64_t SpentOfGrantFen(const View& view, const rows::ApplicationRow& application);

// Takes a settled voucher from the table of those that wait for their last statements.
void ForgetEndedVoucher(uint64_t voucher_id, EditableRows* rows);

// True if a provider is still owed something for this voucher, which is over or about to be:
// redemptions that no paid statement includes. What waits for acceptance is not counted, nor is
// what the entry under decision takes back: `reversed_fen` of the claim of `provider`.
bool OwesProviders(const View& view, uint64_t voucher_id, uint64_t provider = 0,
                   int64_t reversed_fen = 0);

// True if the application of a voucher that expires, or expired before, is settled by that: it is
// APPROVED or ACCEPTED, its money waits for no acceptance, and no provider is owed anything.
bool IsSettledByExpiry(const View& view, uint64_t voucher_id, uint64_t provider = 0,
                       int64_t reversed_fen = 0);

// Applications whose voucher is over and that get nothing more from any provider once the statement
// `paid` of this provider is paid (0: none is), or one of `closing` (a month; 0: none) with nothing
// due is closed: APPROVED or ACCEPTED, and accepted where that gates settlement. In the order of
// vouchers, at most kMaxSettledApplications.
std::vector<uint64_t> SettledBy(const Context& context, uint32_t program, uint64_t provider,
                                uint64_t paid, uint32_t closing);

// Bounds of one entry, so that it stays below 1 MiB.
inline constexpr size_t kMaxSettledApplications = 65'536;
inline constexpr size_t kMaxStatementLines = 8'192;
inline constexpr size_t kMaxStatementPostings = 12'288;
// Debts that one entry lowers: the oldest.
inline constexpr size_t kMaxLoweredDebts = 4'096;

}  // namespace voucher
