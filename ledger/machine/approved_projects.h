#pragma once

#include <cstdint>
#include <vector>

#include "ledger/machine/context.h"
#include "ledger/machine/settlement.h"
#include "ledger/state/writer_rows.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// What the verbs on approved applications share: money that waits for acceptance, the end of a
// project, and what comes back of a grant. All amounts are fen.

// Money owed for an application that waits for its acceptance.
struct GatedPayable {
  v1::AccountRef account;  // its sub is the application
  int64_t amount_fen = 0;  // > 0
};

// All of it: by provider in the order of the voucher's claims, or of the enterprise.
std::vector<GatedPayable> GatedPayables(const View& view, uint64_t application_id,
                                        const rows::ApplicationRow& application);

// Adds the postings that make it settleable. Returns their sum. `other_program` is the
// application's program where it is not the entry's own.
int64_t OpenGate(const View& view, uint64_t application_id, const rows::ApplicationRow& application,
                 v1::Event* event, uint32_t other_program = 0);

// Adds the postings that give back what a voucher holds unspent, in itself and in cloud accounts
// (ReleaseUnspent, as of context.received_at). What is in transit stays there: it moves on when it
// is answered. Returns their sum.
int64_t ReleaseVoucher(const Context& context, uint64_t voucher_id, v1::Event* event,
                       uint32_t other_program = 0);

// Adds the postings that bring what is owed for a reimbursement and is on no statement into
// payable/{enterprise, application}, from which it can go back; returns all that is there then. 0
// for a voucher.
int64_t GatherUnstated(const View& view, uint64_t application_id,
                       const rows::ApplicationRow& application, v1::Event* event);

// Adds the postings that end an approved project: unspent money of its voucher, what waits for its
// acceptance, and what is owed for a reimbursement and on no statement go back. What is on
// statements stays due. Returns what they add up to.
v1::ProjectTerminated ReleaseProject(const Context& context, uint64_t application_id,
                                     const rows::ApplicationRow& application, v1::Event* event);

// Adds the postings that lower debts in their order by `amount_fen`, which is at most their sum;
// `own` is the program of the entry.
void PostRecovered(uint64_t enterprise, const std::vector<Debt>& debts, int64_t amount_fen,
                   uint32_t own, v1::Event* event);

// Puts an approved application into SETTLED; its voucher waits for no statement any more.
void SettleApplication(uint64_t application_id, EditableRows* rows);

// Puts an approved application into `to`, which is final, and its voucher, unless it expired, into
// RECLAIMED, so that money on its way to it moves on.
void EndProject(uint64_t application_id, v1::ApplicationState to, EditableRows* rows);

}  // namespace voucher
