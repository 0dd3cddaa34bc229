#pragma once

#include <cstdint>

#include "google/protobuf/repeated_field.h"

#include "ledger/machine/accounts.h"
#include "ledger/state/writer_rows.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// The money between ledger accounts (accounts.h). All amounts are fen.

// Adds a posting to an event. amount_fen > 0. `program` names the program of both accounts where it
// is not the entry's own.
void Post(const v1::AccountRef& from, const v1::AccountRef& to, int64_t amount_fen,
          v1::Event* event, uint32_t program = 0);

// Adds the postings that give money of an application back: to the budget, so that less stands of
// its grant (grants.h), or, from a voucher of a program that is closed at `at` (its cutoff counts
// from its instant on, booked or not), to `returned`, where limits stay used. amount_fen > 0.
// `other_program` is the application's program where it is not the entry's own.
void ReleaseHold(uint64_t application_id, int64_t amount_fen, v1::Event* event);
void ReleaseUnspent(const v1::AccountRef& from, const rows::ProgramRow& program, UnixNanos at,
                    int64_t amount_fen, v1::Event* event, uint32_t other_program = 0);

// Applies the postings of an accepted entry to balances, totals, vouchers, the credit of accounts,
// and what is owed by month, application and enterprise (settlement.h). What stands of grants
// follows after the verb (grants.h).
// Aborts if an account that may not be negative would be.
void ApplyPostings(const v1::Entry& entry, EditableRows* rows);

// Pure test on a voucher: true from the instant at which its rest goes back, whether or not the
// timer has booked it yet.
bool IsDead(const rows::VoucherRow& voucher, UnixNanos at);

}  // namespace voucher
