// Durable names: a new file survives a power cut only once its directory was synced.
#ifndef LEDGER_JOURNAL_DIRECTORY_SYNC_H_
#define LEDGER_JOURNAL_DIRECTORY_SYNC_H_

#include <string>

#include "absl/status/status.h"

namespace voucher {

// Syncs the directory that holds `path`. UNAVAILABLE on failure.
absl::Status SyncParentDirectory(const std::string& path);

}  // namespace voucher

#endif  // LEDGER_JOURNAL_DIRECTORY_SYNC_H_
