// What the evidence of an application claims: its invoices, and the orders that they bill. One
// invoice, by whatever of its numbers, and one order support one application of a world.
#pragma once

#include <cstdint>
#include <optional>

#include "ledger/machine/context.h"
#include "ledger/state/view.h"
#include "ledger/state/writer_rows.h"
#include "voucher/v1/application.pb.h"

namespace voucher {

// What credit paid of an order, in fen: redeemed less reversed. 0 if the provider is unknown.
int64_t CreditPaidFen(const View& view, World world, const v1::BilledOrder& order);

// PROVIDER_NOT_FOUND if the provider of an order that an invoice bills is not registered.
std::optional<v1::Refusal> RefuseIfBillerUnknown(const Context& context,
                                                 const v1::Evidence& evidence);

// ORDER_ALREADY_CLAIMED if an application other than `self` (0: none) claims an order that an
// invoice bills. The providers are known.
std::optional<v1::Refusal> RefuseIfOrdersClaimed(const Context& context, World world,
                                                 const v1::Evidence& evidence, uint64_t self = 0);

// INVOICE_ALREADY_CLAIMED if an application other than `self` (0: none) claims one of the invoices.
std::optional<v1::Refusal> RefuseIfInvoicesClaimed(const Context& context, World world,
                                                   const v1::Evidence& evidence, uint64_t self = 0);

// The same for an application that holds its evidence no longer, as before an appeal is upheld.
// ORDER_ALREADY_REDEEMED, too, for an order that was redeemed after it was submitted: what credit
// pays of it nobody has taken off.
std::optional<v1::Refusal> RefuseIfOrdersClaimed(const Context& context,
                                                 const rows::ApplicationRow& application);
std::optional<v1::Refusal> RefuseIfInvoicesClaimed(const Context& context,
                                                   const rows::ApplicationRow& application);

// Writes down in the row of an application what its evidence claims, and nothing else.
void KeepEvidence(const View& view, const v1::Evidence& evidence, rows::ApplicationRow* row);

// Claims what the row of an application names, or lets it go.
void ClaimEvidence(uint64_t application_id, const rows::ApplicationRow& row, EditableRows* rows);
void FreeEvidence(uint64_t application_id, const rows::ApplicationRow& row, EditableRows* rows);

// Replaces the evidence of an application that holds it, as a correction does.
void ReplaceEvidence(uint64_t application_id, const v1::Evidence& evidence, EditableRows* rows);

}  // namespace voucher
