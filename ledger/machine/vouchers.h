#pragma once

#include <cstdint>

#include "ledger/state/writer_rows.h"
#include "voucher/v1/credit.pb.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// The end of a voucher, in the Evolve of whatever ends it, after the postings are applied.

// Puts the voucher into EXHAUSTED, EXPIRED or RECLAIMED and drops its lapse timer. Every provider
// that has a claim from its redemptions gets a row in tables::EndedVouchers, with the month of the
// last booking: the application is settled when they are paid. RECLAIMED ends the application too,
// so that nothing waits: there are no rows.
void EndVoucher(uint64_t voucher_id, v1::VoucherState state, EditableRows* rows);

// After the money of a reversal came back into the voucher: EXHAUSTED becomes ACTIVE again, with
// its timer and without its rows in tables::EndedVouchers. While it stays ended the rows follow the
// claims: one that is gone leaves. No change to an ACTIVE one.
void ReviveVoucher(uint64_t voucher_id, EditableRows* rows);

}  // namespace voucher
