#include "clients/import/request_id.h"

#include "absl/strings/str_cat.h"

#include "ledger/base/check.h"
#include "ledger/base/sha256.h"
#include "ledger/base/text.h"
#include "ledger/validation/limits.h"

namespace voucher::client {
namespace {

std::string Hashed(absl::string_view text, size_t digits) {
  return ToHex(AsBytes(Sha256Of({text}))).substr(0, digits);
}

}  // namespace

ImportRequestIds::ImportRequestIds(absl::string_view run_id)
    : prefix_(run_id.size() <= kMaxRunIdSize && IsPrintableAscii(run_id) ? std::string(run_id)
                                                                         : Hashed(run_id, 16)) {
  VOUCHER_CHECK(!run_id.empty());
}

std::string ImportRequestIds::For(absl::string_view row_key) const {
  const std::string id = absl::StrCat(prefix_, "/", row_key);
  if (IsPrintableAscii(row_key) && id.size() <= kMaxRequestIdSize) return id;
  return absl::StrCat(prefix_, "#", Hashed(row_key, 32));
}

}  // namespace voucher::client
