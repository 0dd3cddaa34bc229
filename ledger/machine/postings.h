#pragma once

#include <cstdint>

#include "google/protobuf/repeated_field.h"

#include "ledger/machine/context.h"
#include "ledger/state/writer_rows.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// Ledger accounts (design: chart of accounts) and the money between them. All amounts are fen.

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
v1::AccountRef Receivable(uint64_t enterprise);
v1::AccountRef Recovery();

// Only treasury, payables and recovery may be negative.
bool MayBeNegative(v1::AccountKind kind);

// Balance of an account of `program`; 0 if it was never used.
int64_t BalanceOf(const View& view, uint32_t program, const v1::AccountRef& account);

// Used amount of a limit of `program`; 0 if it was never used.
int64_t UsedOf(const View& view, uint32_t program, const v1::LimitRef& limit);

// The application itself if its acceptance gates what is owed for it and it is not accepted yet;
// otherwise 0. A superseded one waits for none: what it has used is a part of the higher grant.
uint64_t GatedBy(const Context& context, uint64_t application_id,
                 const rows::ApplicationRow& application);

// Adds a posting to an event. amount_fen > 0. `program` names the program of both accounts where it
// is not the entry's own.
void Post(const v1::AccountRef& from, const v1::AccountRef& to, int64_t amount_fen,
          v1::Event* event, uint32_t program = 0);

// Adds the postings that give money of an application back: to the budget, lowering every limit
// that the application counts in, or, from a voucher of a program that is closed at `at` (its
// cutoff counts from its instant on, booked or not), to `returned`, where limits stay used.
// amount_fen > 0. `other_program` is the application's program where it is not the entry's own.
void ReleaseHold(uint64_t application_id, const rows::ApplicationRow& application,
                 int64_t amount_fen, v1::Event* event);
void ReleaseUnspent(const v1::AccountRef& from, const rows::ProgramRow& program, UnixNanos at,
                    const rows::ApplicationRow& application, int64_t amount_fen, v1::Event* event,
                    uint32_t other_program = 0);

// Lowers (or with a negative amount raises) every limit in `limits`, one delta per limit of the
// event.
void AddLimitDeltas(const google::protobuf::RepeatedPtrField<v1::LimitRef>& limits,
                    int64_t delta_fen, v1::Event* event, uint32_t program = 0);

// Applies the postings and limit deltas of an accepted entry to balances, totals, limits, vouchers,
// the credit of accounts, and what is owed by month, application and enterprise (settlement.h).
// Aborts if an account that may not be negative would be.
void ApplyPostings(const v1::Entry& entry, EditableRows* rows);

// Pure test on a voucher: true from the instant at which its rest goes back, whether or not the
// timer has booked it yet.
bool IsDead(const rows::VoucherRow& voucher, UnixNanos at);

}  // namespace voucher
