#pragma once

#include <cstdint>

#include "ledger/machine/context.h"
#include "ledger/state/writer_rows.h"

namespace voucher {

// Deadlines of applications: of the correction of a returned one, of the project of one that was
// extended, and of the approval of what was applied for in credit: the end of the vouchers of the
// revision that judges it. The verb that moves an application on drops its timer (MoveApplication).
// A project that was not extended has a deadline without a timer: it is late, and somebody decides.

// The correction did not come: the application lapses and gives its hold back.
Decision DecideCorrectionDeadline(Context* context, const v1::TimerDue& timer);
// The extension is over: the project ends as by TerminateProject.
Decision DecideProjectDeadline(Context* context, const v1::TimerDue& timer);

// The vouchers of a revision are over: what was applied for in credit under it and is still pending
// lapses and gives its hold back, in the order of the queue, in entries of bounded size.
Decision DecidePendingLapse(Context* context, const v1::TimerDue& timer);

// Bounds of one entry: applications that lapse, and those that are looked at.
inline constexpr int kMaxPendingLapses = 256;
inline constexpr int kMaxPendingLooks = 8'192;

// Evolves each of them.
void EvolveApplicationDeadline(const v1::Entry& entry, EditableRows* rows);

}  // namespace voucher
