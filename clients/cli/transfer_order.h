// A transfer as a printable order (调拨单).
#pragma once

#include <cstdint>
#include <string>

#include "clients/cli/session.h"
#include "voucher/v1/credit.pb.h"
#include "voucher/v1/registry.pb.h"

namespace voucher::cli {

// What stands on the order.
struct TransferOrder {
  v1::Transfer transfer;
  v1::Voucher voucher;
  v1::CloudAccount account;
  std::string enterprise_name;
  std::string provider_name;
  std::string program_title;
  std::string program_document;         // what the program rests on
  std::string non_transferable_clause;  // article; empty if the program names none
  int32_t fiscal_year = 0;
  // The state shown is the one after this ledger entry.
  uint64_t as_of_sequence = 0;
};

// Columns of a terminal, or of a printer's fixed-width font, that no line exceeds; Chinese
// characters count 2.
inline constexpr size_t kOrderWidth = 80;

// The order as text in Chinese: numbers of transfer, voucher, application and account, program,
// enterprise, provider, amount in figures and in capital numerals, state, answer deadline, place in
// the ledger, lines to sign. Every line ends with a line feed.
std::string TransferOrderText(const TransferOrder& order);

// Reads what belongs on the order of a transfer and prints it, as one JSON object with --json.
// Returns the exit code. Needs session.client.
int PrintTransferOrder(uint64_t transfer_id, Session& session);

}  // namespace voucher::cli
