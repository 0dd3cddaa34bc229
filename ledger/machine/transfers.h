#pragma once

#include <cstdint>
#include <optional>

#include "ledger/machine/context.h"
#include "ledger/machine/view.h"

namespace voucher {

// What the provider's answers to a transfer share.

// A transfer that waits for an answer, and what it is about.
struct OpenTransfer {
  const rows::TransferRow* transfer = nullptr;
  const rows::VoucherRow* voucher = nullptr;
  const rows::ApplicationRow* application = nullptr;
  const rows::ProgramRow* program = nullptr;
};

// Fills `open`, or refuses: PERMISSION_DENIED (another provider's), TRANSFER_NOT_FOUND,
// ILLEGAL_STATE (answered already).
std::optional<v1::Refusal> FindOpenTransfer(Context* context, uint64_t transfer_id,
                                            OpenTransfer* open);

// Puts the transfer into its final state and drops its timer.
rows::TransferRow& AnswerTransfer(uint64_t transfer_id, v1::TransferState state, Overlay* rows);

}  // namespace voucher
