#pragma once

#include "ledger/query/program_figures.h"
#include "server/metrics/attempts.h"
#include "server/metrics/families.h"

namespace voucher {

// Adds the series of one program: its money, quotas and clusters, applications, transfers and
// waitlist. Those of a sandbox program, and only those, carry the label sandbox="true", so that
// sums over programs can leave them out with {sandbox=""}.
void AddProgramMetrics(const query::ProgramFigures& figures, const TransferAttempts& attempts,
                       MetricFamilies* out);

// Adds the refused attempts that name no program.
void AddAttemptsWithoutProgram(const TransferAttempts& attempts, MetricFamilies* out);

}  // namespace voucher
