// Whether the machine's rows say what the model says.
#pragma once

#include <string>
#include <vector>

#include "ledger/state/view.h"
#include "tests/simulation/model.h"
#include "tests/support/entry_book.h"

namespace voucher::simulation {

// The class totals of each program. Empty if equal.
std::vector<std::string> CompareTotals(const View& view, const Model& model);

// Every program, application, voucher, transfer, redemption, account, cluster, limit and timer, all
// that is owed and paid, the waitlists, and the model's totals against its own parts. Empty if
// equal.
std::vector<std::string> CompareAll(const View& view, const testing::EntryBook& entries,
                                    const Model& model);

}  // namespace voucher::simulation
