#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

#include "ledger/machine/context.h"
#include "ledger/state/writer_rows.h"

namespace voucher {

// What the orders of transfers and the provider's answers to them share.

// A transfer that waits for an answer, and what it is about.
struct OpenTransfer {
  const rows::TransferRow* transfer = nullptr;
  const rows::VoucherRow* voucher = nullptr;
  const rows::ProgramRow* program = nullptr;
};

// True for ORDERED and OVERDUE: the money is in transit.
bool WaitsForAnswer(const rows::TransferRow& transfer);

// Everything about a transfer that waits for an answer.
OpenTransfer OpenTransferOf(const View& view, const rows::TransferRow& transfer);

// Fills `open`, or refuses: PERMISSION_DENIED (another provider's), TRANSFER_NOT_FOUND,
// PROGRAM_NOT_OPEN (archived), ILLEGAL_STATE (answered already).
std::optional<v1::Refusal> FindOpenTransfer(Context* context, uint64_t transfer_id,
                                            OpenTransfer* open);

// Of an order and those that it repeated, to accounts of `provider`: the entry of the newest that
// was not declined; 0 if all were. `sequence` is the entry of the order.
uint64_t NotDeclined(const View& view, uint64_t provider, uint64_t sequence);

// Adds the postings of a confirmation: the money becomes credit of the account, or moves on if the
// voucher is dead. Returns whether it became credit. `other_program` as in Post.
bool PostConfirmation(const Context& context, uint64_t transfer_id, const OpenTransfer& open,
                      v1::Event* event, uint32_t other_program = 0);

// Puts the transfer into its final state, drops its timer and notes the change.
rows::TransferRow& AnswerTransfer(const v1::Entry& entry, uint64_t transfer_id,
                                  v1::TransferState state, EditableRows* rows);

// Counts a transfer of a program from one state to another; UNSPECIFIED stands for outside.
void CountTransfer(uint32_t program, v1::TransferState from, v1::TransferState to,
                   EditableRows* rows);

// Notes for the provider's feed (tables::TransferChanges) that the entry changed the transfer.
void NoteTransferChange(const v1::Entry& entry, uint64_t transfer_id,
                        const rows::TransferRow& transfer, EditableRows* rows);

}  // namespace voucher
