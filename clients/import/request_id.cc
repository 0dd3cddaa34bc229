#include "clients/import/request_id.h"

#include "absl/strings/str_cat.h"

#include "ledger/base/sha256.h"
#include "ledger/base/text.h"
#include "ledger/validation/limits.h"

namespace voucher::client {

ImportRequestIds::ImportRequestIds(absl::string_view kind, absl::string_view program_id,
                                   absl::string_view content)
    : prefix_(ToHex(AsBytes(Sha256Of({kind, "\n", program_id, "\n", content}))).substr(0, 16)) {}

std::string ImportRequestIds::For(absl::string_view row_key) const {
  const std::string id = absl::StrCat(prefix_, "/", row_key);
  if (IsPrintableAscii(row_key) && id.size() <= kMaxRequestIdSize) return id;
  return absl::StrCat(prefix_, "#", ToHex(AsBytes(Sha256Of({row_key}))).substr(0, 32));
}

}  // namespace voucher::client
