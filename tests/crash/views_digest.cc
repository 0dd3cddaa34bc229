#include "tests/crash/views_digest.h"

#include <memory>

#include "ledger/base/status_macros.h"
#include "ledger/recovery/catch_up.h"

namespace voucher::testing {

absl::StatusOr<Hash> CaughtUpViewsDigest(const std::string& data_directory) {
  VOUCHER_ASSIGN_OR_RETURN(const std::unique_ptr<Journal> journal,
                           Journal::Open({.path = data_directory + "/journal", .read_only = true}));
  VOUCHER_ASSIGN_OR_RETURN(const std::unique_ptr<Views> views,
                           Views::Open(data_directory + "/views"));
  VOUCHER_RETURN_IF_ERROR(CatchUpViews(*journal, LedgerOptions(), views.get()).status());
  VOUCHER_RETURN_IF_ERROR(views->Flush());
  return views->Digest();
}

}  // namespace voucher::testing
