#pragma once

#include "absl/status/status.h"

#include "ledger/journal/journal.h"
#include "ledger/ledger.h"
#include "ledger/views/views.h"

namespace voucher {

// Evolves the journal's entries that `views` lack. The last of them are on their way to disk when
// it returns; Flush waits for that. Calls `on_rebuild_progress`. DATA_LOSS: an entry cannot be read
// or parsed; UNAVAILABLE: disk.
absl::Status CatchUpViews(const Journal& journal, const LedgerOptions& options, Views* views);

}  // namespace voucher
