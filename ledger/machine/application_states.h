#pragma once

#include <cstdint>

#include "ledger/machine/context.h"
#include "voucher/v1/application.pb.h"

namespace voucher {

// What the state of an application entails.

// True while its granted_fen lies in held/{application}: HELD, RETURNED, LISTED, ON_NOTICE,
// OBJECTED.
bool HoldsMoney(v1::ApplicationState state);

// True before the decision: HoldsMoney, or WAITLISTED, COLLECTED, SCORED.
bool IsPending(v1::ApplicationState state);

// True while its grant stands and may still be owed: APPROVED, ACCEPTED.
bool AwaitsSettlement(v1::ApplicationState state);

// True while its invoices support no other application: all but REJECTED, WITHDRAWN, LAPSED and
// PASSED_OVER.
bool HoldsInvoices(v1::ApplicationState state);

// True while it is the one claim of an item that can be claimed once: HoldsInvoices without
// SUPERSEDED, whose project the higher grant has.
bool HoldsItem(v1::ApplicationState state);

// State of an application whose amount is reserved and that has passed so many review stages: HELD
// while stages are left, else LISTED.
v1::ApplicationState StateAfterHold(const CompiledRules& rules, uint32_t stages_passed);

// The application itself if its acceptance gates what is owed for it and it is not accepted yet;
// otherwise 0. A superseded one waits for none: what it has used is a part of the higher grant.
uint64_t GatedBy(const Context& context, uint64_t application_id,
                 const rows::ApplicationRow& application);

}  // namespace voucher
