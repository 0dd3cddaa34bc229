#pragma once

#include <memory>

#include "absl/status/statusor.h"

#include "ledger/api/options.h"
#include "ledger/journal/journal.h"
#include "ledger/state/writer_rows.h"
#include "ledger/views/views.h"

namespace voucher {

// Evolves the journal's entries that `views` lack, and returns the state after the last one, which
// reads the newest rows of `views`. The last of them are on their way to disk when it returns;
// Flush waits for that. Calls `on_rebuild_progress`. DATA_LOSS: an entry cannot be read or parsed;
// FAILED_PRECONDITION: an older version wrote the ledger; UNAVAILABLE: disk.
absl::StatusOr<std::unique_ptr<WriterRows>> CatchUpViews(const Journal& journal,
                                                         const LedgerOptions& options,
                                                         Views* views);

}  // namespace voucher
