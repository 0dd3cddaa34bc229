#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "google/protobuf/repeated_field.h"

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

// What a replaced grant (SUPERSEDED) had used and that waited for its acceptance goes on waiting
// while the grant that replaced it, or the one that replaced that one, is APPROVED and the rules
// that judge that one gate settlement (docs/adr/0025).

// The program of a grant, for a posting, where it is not the entry's own; else 0.
uint32_t OtherProgram(const Context& context, const rows::ApplicationRow& application);

// Whether something owed for one of these grants waits.
bool AnyWaits(const View& view, const std::vector<uint64_t>& application_ids);

// PROGRAM_NOT_OPEN in an archived program, unless replaced grants of other programs wait for the
// application: nobody else could end their wait.
std::optional<v1::Refusal> RefuseIfArchivedAndNothingWaits(const Context& context,
                                                           const rows::ApplicationRow& application);

// How the wait of replaced grants ends without an acceptance.
enum class WaitEnd : uint8_t {
  // The project ended: nothing of it is settled.
  kTerminated,
  // The enterprise must pay back: providers get what they delivered, reimbursements go back.
  kReclaimed,
};

// Adds the postings that end the wait of the replaced grants of the project of `application`, if it
// is APPROVED: only then they wait for it. Adds to `replaced` one for each whose money moved, the
// highest number first.
void EndWaitOfReplaced(const Context& context, const rows::ApplicationRow& application, WaitEnd end,
                       google::protobuf::RepeatedPtrField<v1::ReplacedGrant>* replaced,
                       v1::Event* event);

// What went back of a replaced reimbursement is owed to nobody: less of it is approved.
void LowerReplaced(const google::protobuf::RepeatedPtrField<v1::ReplacedGrant>& replaced,
                   EditableRows* rows);

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
