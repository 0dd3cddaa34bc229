#pragma once

#include <cstdint>
#include <optional>

#include "ledger/base/clock.h"
#include "ledger/machine/context.h"
#include "voucher/v1/application.pb.h"

namespace voucher {

// What the state of an application entails.

// PROGRAM_NOT_OPEN in an archived program: only reversals, reclaims and recoveries still come in.
std::optional<v1::Refusal> RefuseIfArchived(const rows::ProgramRow& program);

// Id of the timer of the end of a revision's vouchers.
inline uint64_t PendingLapseTimer(uint32_t program, uint32_t revision) {
  return uint64_t{program} << 32 | revision;
}

// True for credit once the vouchers of the revision that judges the application are over: it cannot
// be approved any more.
bool IsPastVouchers(const CompiledRules& rules, const rows::ApplicationRow& application,
                    UnixNanos at);
// VOUCHER_EXPIRED if such credit is asked for under these rules.
std::optional<v1::Refusal> RefuseIfPastVouchers(const CompiledRules& rules, v1::DeliveryMode mode,
                                                UnixNanos at);
// The same as the first of an application that is still pending, so that it lapses.
bool HasMissedVouchers(const View& view, const rows::ApplicationRow& application, UnixNanos at);

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
// The same of an application: one that was SUPERSEDED before it was approved got nothing either.
bool HoldsEvidence(const rows::ApplicationRow& application);

// True while it is the one claim of an item that can be claimed once: HoldsInvoices without
// SUPERSEDED, whose project the higher grant has.
bool HoldsItem(v1::ApplicationState state);

// State of an application whose amount is reserved and that has passed so many review stages: HELD
// while stages are left, else LISTED.
v1::ApplicationState StateAfterHold(const CompiledRules& rules, uint32_t stages_passed);

// The application itself if its acceptance gates what is owed for it and it is not accepted yet;
// otherwise 0. Of a superseded one nothing arises any more; what it has used and that waited goes
// on waiting as long as the grant that replaced it says (approved_projects.h).
uint64_t GatedBy(const View& view, uint64_t application_id,
                 const rows::ApplicationRow& application);

}  // namespace voucher
