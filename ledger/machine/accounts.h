#pragma once

#include <cstdint>

#include "ledger/state/view.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// Ledger accounts (design: chart of accounts) and what they hold. All amounts are fen.

v1::AccountRef Treasury();
v1::AccountRef BudgetAccount();
v1::AccountRef Held(uint64_t application);
v1::AccountRef VoucherAccount(uint64_t voucher);
v1::AccountRef Transit(uint64_t transfer);
v1::AccountRef Credit(uint64_t account, uint64_t voucher);
// What is owed; `gated` is the application whose acceptance the money waits for, 0 if it can be
// settled (GatedBy).
v1::AccountRef PayableToProvider(uint64_t provider, uint64_t gated = 0);
v1::AccountRef PayableToEnterprise(uint64_t enterprise, uint64_t gated = 0);
v1::AccountRef DueOn(uint64_t statement);
v1::AccountRef Paid();
v1::AccountRef Returned();
// What the enterprise owes of one grant that was taken back after it was spent.
v1::AccountRef Receivable(uint64_t enterprise, uint64_t application);
v1::AccountRef Recovery();

// Only treasury, payables, paid and recovery may be negative: an enterprise can pay back before its
// provider was paid.
bool MayBeNegative(v1::AccountKind kind);

// Balance of an account of `program`; 0 if it was never used.
int64_t BalanceOf(const View& view, uint32_t program, const v1::AccountRef& account);

// Where the row of an account is.
tables::Balances::Key KeyOf(uint32_t program, const v1::AccountRef& account);

// The lots of cloud accounts say what these hold, so they need no row of their own: a redemption
// would change both.
bool IsLot(v1::AccountKind kind);

}  // namespace voucher
