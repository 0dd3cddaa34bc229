#pragma once

#include "ledger/machine/context.h"
#include "ledger/state/writer_rows.h"

namespace voucher {

// Deadlines of applications: of the correction of a returned one, and of the project of one that
// was extended. The verb that moves an application on drops its timer (MoveApplication). A project
// that was not extended has a deadline without a timer: it is late, and somebody decides.

// The correction did not come: the application lapses and gives its hold back.
Decision DecideCorrectionDeadline(Context* context, const v1::TimerDue& timer);
// The extension is over: the project ends as by TerminateProject.
Decision DecideProjectDeadline(Context* context, const v1::TimerDue& timer);

// Evolves either.
void EvolveApplicationDeadline(const v1::Entry& entry, EditableRows* rows);

}  // namespace voucher
